// SPDX-License-Identifier: Apache-2.0

// The patch under review: -numa node,memmap-type= as its fifth version does it,
// mistakes included (doc/spec/memmap-type.md 3, doc/spec/qemu-options.md 12).
// The host of the patch is the reference model, which is asked about the same
// machine without types; the patch then edits the rows of e820.

#ifndef E820CHECK_SYSTEMS_SUBJECT_MEMMAP_V5_MEMMAP_V5_H_
#define E820CHECK_SYSTEMS_SUBJECT_MEMMAP_V5_MEMMAP_V5_H_

#include "machine/guest_layout.h"
#include "machine/machine_options.h"

namespace e820check {

// Takes the options for which ReferenceLayout has an answer.
Answer MemmapV5Layout(const MachineOptions& options);

namespace memmap_v5 {

// Gives `length_bytes` at `start` another type: the first row that holds them
// is taken out, and its pieces go to the end of the table. False, and the table
// as before, if no row does; soft reserved memory in addition needs a row of
// RAM around it. Sums wrap, as in the patch.
struct Update {
  uint64_t start = 0;
  uint64_t length_bytes = 0;
  MemoryType type = MemoryType::kRam;
};
bool UpdateE820(const Update& update, E820Table& table);

}  // namespace memmap_v5
}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_SUBJECT_MEMMAP_V5_MEMMAP_V5_H_
