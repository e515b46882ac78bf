// SPDX-License-Identifier: Apache-2.0

// Soft-reserved memory has two spellings: -numa node,memmap-type=spm of the
// patch (doc/spec/memmap-type.md 1 to 5), and -device sp-mem, which upstream
// took instead (section 6). One machine in both is a metamorphic law: same
// memory, same type, another place.

#ifndef E820CHECK_PROPERTIES_LAWS_DIALECTS_H_
#define E820CHECK_PROPERTIES_LAWS_DIALECTS_H_

#include <optional>

#include "absl/status/status.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"

namespace e820check {

struct DialectPair {
  MachineOptions memmap_type;  // for Dialect::kMemmapType
  MachineOptions sp_mem;       // for Dialect::kStock
};

// `machine` as it is, but that each node typed spm has a multiple of 2 MiB,
// which sp-mem wants (what is over goes to the first node that is not), and
// that no node is reserved, which stock QEMU cannot say; and the same machine
// with an sp-mem device in place of each such node's memory. -m is less by that
// much, maxmem is not.
//
// nullopt: not of QEMU 11.1, i440fx or q35 with ACPI; no node typed spm that
// has 2 MiB; no node to give the rest to; or SRAT is of a kind that QEMU is
// known to get wrong (properties/ledger/quirks.h).
std::optional<DialectPair> InBothDialects(const MachineOptions& machine);

// Verify that two layouts of such a pair give the guest the same:
//   - bytes of soft-reserved memory, each in the rows of one domain, enabled
//   and
//     not hot-pluggable, and as many in each domain;
//   - bytes of RAM in e820, and as many of them in the rows of each domain;
//   - rows of SRAT for CPUs and generic devices, in the same order; SLIT.
// and that sp-mem lies above all RAM: the place is what differs.
//
// Not compared is what follows from the place: e820's rows and order, where RAM
// lies above 4 GiB, the hot-plug area, NVDIMM rows in it, SRAT's empty rows;
// nor HMAT, which names no memory of a node that has but a device, as QEMU
// counts the node's own RAM alone (doc/spec/qemu-layout.md 8).
//
// FailedPrecondition says what differs, memmap-type before sp-mem.
absl::Status CheckSameMemory(const GuestLayout& memmap_type,
                             const GuestLayout& sp_mem);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_LAWS_DIALECTS_H_
