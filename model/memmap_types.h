// SPDX-License-Identifier: Apache-2.0

// -numa node,memmap-type=: the rule of doc/spec/memmap-type.md 5. No QEMU has
// the option; checks and texts are this project's.

#ifndef E820CHECK_MODEL_MEMMAP_TYPES_H_
#define E820CHECK_MODEL_MEMMAP_TYPES_H_

#include "absl/status/status.h"
#include "machine/e820_table.h"
#include "machine/machine_options.h"
#include "model/numa_completion.h"
#include "model/ram_split.h"

namespace e820check::model {

// Refuses every memmap-type but normal on boards that do not apply it.
absl::Status CheckMemmapTypesSupported(const MachineOptions& options);

// Gives the RAM of each node that is not normal its type: the RAM row that
// holds a piece of the node becomes up to three rows in its place, never merged
// with others. Fails if the sum of all nodes reaches 2^64, if a node that is
// not normal has no memory or holds memory below 1 MiB, or if no normal RAM
// remains below 4 GiB.
absl::Status ApplyMemmapTypes(const NumaTopology& numa, const RamSplit& split,
                              uint64_t above_base, E820Table& e820);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_MEMMAP_TYPES_H_
