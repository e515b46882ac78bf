// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MACHINE_MEMORY_TYPE_H_
#define E820CHECK_MACHINE_MEMORY_TYPE_H_

#include <cstdint>
#include <string>

namespace e820check {

// The type field of an e820 row (ACPI 6.5, table 15.4; soft reserved is the
// value Linux and QEMU agreed on for EFI_MEMORY_SP). Any other 32-bit value may
// appear in a table from outside and is carried through unchanged.
enum class MemoryType : uint32_t {
  kRam = 1,
  kReserved = 2,
  kAcpiReclaimable = 3,
  kAcpiNvs = 4,
  kUnusable = 5,
  kPersistent = 7,
  kSoftReserved = 0xEFFFFFFF,
};

// "ram", "reserved", ..., or "type 9" for a value without a name.
std::string ToString(MemoryType type);

}  // namespace e820check

#endif  // E820CHECK_MACHINE_MEMORY_TYPE_H_
