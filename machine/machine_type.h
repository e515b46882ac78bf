// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MACHINE_MACHINE_TYPE_H_
#define E820CHECK_MACHINE_MACHINE_TYPE_H_

#include <compare>
#include <string>

#include "machine/release.h"

namespace e820check {

// Which options a command line may use: those of stock QEMU, or in addition
// -numa node,memmap-type= of the patch described in doc/spec/memmap-type.md.
enum class Dialect { kStock, kMemmapType };

std::string ToString(Dialect dialect);

enum class MachineFamily { kI440fx, kQ35, kIsapc, kMicrovm, kNone };

// The version in a machine type's name: pc-q35-4.0.1 has micro 1.
struct MachineVersion {
  int major = 0;
  int minor = 0;
  int micro = 0;

  // clang-tidy 14 takes the comparison with 0 in here for a null pointer.
  // NOLINTBEGIN(modernize-use-nullptr)
  friend auto operator<=>(const MachineVersion&,
                          const MachineVersion&) = default;
  // NOLINTEND(modernize-use-nullptr)
};

struct MachineType {
  MachineFamily family = MachineFamily::kI440fx;
  // For the families without versions: the binary's own version.
  MachineVersion version;

  friend bool operator==(const MachineType&, const MachineType&) = default;
};

// QEMU's name without the "-machine" suffix: "pc-i440fx-7.2", "microvm".
std::string ToString(const MachineType& type);

}  // namespace e820check

#endif  // E820CHECK_MACHINE_MACHINE_TYPE_H_
