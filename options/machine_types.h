// SPDX-License-Identifier: Apache-2.0

// The machine types of each QEMU release (doc/spec/qemu-layout.md 1.1).

#ifndef E820CHECK_OPTIONS_MACHINE_TYPES_H_
#define E820CHECK_OPTIONS_MACHINE_TYPES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "machine/machine_type.h"

namespace e820check {

// The version of the machine types "pc" and "q35" are aliases of.
MachineVersion OwnVersion(QemuVersion qemu);

// Every machine type `qemu` offers, oldest first within a family, except Xen's
// and the experimental x-remote.
std::vector<MachineType> AllMachineTypes(QemuVersion qemu);

// The machine type with this name or alias: "pc-q35-7.2", "q35", "isapc".
std::optional<MachineType> FindMachineType(absl::string_view name,
                                           QemuVersion qemu);

// The highest -smp maxcpus. The same in every QEMU that has the type.
uint32_t MaxCpus(const MachineType& type, QemuVersion qemu);

// Why QEMU warns of the type; empty if it does not. Not in the specification;
// as the help texts of the binaries mark their types.
absl::string_view DeprecationReason(const MachineType& type, QemuVersion qemu);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_MACHINE_TYPES_H_
