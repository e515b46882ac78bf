// SPDX-License-Identifier: Apache-2.0

#include "machine/memory_type.h"

#include "absl/strings/str_cat.h"

namespace e820check {

std::string ToString(MemoryType type) {
  switch (type) {
    case MemoryType::kRam:
      return "ram";
    case MemoryType::kReserved:
      return "reserved";
    case MemoryType::kAcpiReclaimable:
      return "ACPI reclaimable";
    case MemoryType::kAcpiNvs:
      return "ACPI NVS";
    case MemoryType::kUnusable:
      return "unusable";
    case MemoryType::kPersistent:
      return "persistent";
    case MemoryType::kSoftReserved:
      return "soft reserved";
  }
  return absl::StrCat("type ", static_cast<uint32_t>(type));
}

}  // namespace e820check
