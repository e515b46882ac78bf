// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MACHINE_SRAT_TABLE_H_
#define E820CHECK_MACHINE_SRAT_TABLE_H_

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/acpi_header.h"

namespace e820check {

// Rows of the System Resource Affinity Table, ACPI 6.5 section 5.2.16. Fields
// that the standard reserves are kept only where they can be non-zero in a
// table that Decode accepts: Decode refuses non-zero reserved bytes (audit rule
// S16), so Encode(Decode(bytes)) == bytes whenever Decode accepts.

// 5.2.16.1, type 0, 16 bytes.
struct LocalApicAffinity {
  uint32_t proximity_domain = 0;
  uint8_t apic_id = 0;
  uint32_t flags = 0;  // bit 0: enabled
  uint8_t local_sapic_eid = 0;
  uint32_t clock_domain = 0;

  friend bool operator==(const LocalApicAffinity&,
                         const LocalApicAffinity&) = default;
};

// 5.2.16.3, type 2, 24 bytes.
struct X2ApicAffinity {
  uint32_t proximity_domain = 0;
  uint32_t x2apic_id = 0;
  uint32_t flags = 0;  // bit 0: enabled
  uint32_t clock_domain = 0;

  friend bool operator==(const X2ApicAffinity&,
                         const X2ApicAffinity&) = default;
};

// 5.2.16.2, type 1, 40 bytes.
struct MemoryAffinity {
  static constexpr uint32_t kEnabled = 1;
  static constexpr uint32_t kHotPluggable = 2;
  static constexpr uint32_t kNonVolatile = 4;

  uint32_t proximity_domain = 0;
  uint64_t base = 0;
  uint64_t length_bytes = 0;
  uint32_t flags = 0;

  friend bool operator==(const MemoryAffinity&,
                         const MemoryAffinity&) = default;
};

// How a generic affinity row names its device, 5.2.16.6.
struct PciDeviceHandle {
  uint16_t segment = 0;
  uint8_t bus = 0;
  uint8_t devfn = 0;

  friend bool operator==(const PciDeviceHandle&,
                         const PciDeviceHandle&) = default;
};
struct AcpiDeviceHandle {
  std::array<char, 8> hid = {};
  uint32_t uid = 0;

  friend bool operator==(const AcpiDeviceHandle&,
                         const AcpiDeviceHandle&) = default;
};

// Devices that make requests of memory (5.2.16.6, type 5) or lead to such
// (5.2.16.7, type 6), 32 bytes each.
struct GenericDeviceAffinity {
  enum class Kind : uint8_t { kInitiator = 5, kPort = 6 };

  Kind kind = Kind::kInitiator;
  uint32_t proximity_domain = 0;
  std::variant<AcpiDeviceHandle, PciDeviceHandle>
      handle;          // index: the device handle type
  uint32_t flags = 0;  // bit 0: enabled

  friend bool operator==(const GenericDeviceAffinity&,
                         const GenericDeviceAffinity&) = default;
};

using SratRow = std::variant<LocalApicAffinity, X2ApicAffinity, MemoryAffinity,
                             GenericDeviceAffinity>;

struct SratTable {
  AcpiHeader header{.signature = {'S', 'R', 'A', 'T'}};
  std::vector<SratRow> rows;

  friend bool operator==(const SratTable&, const SratTable&) = default;
};

std::string EncodeSrat(const SratTable& table);

// InvalidArgument with the byte offset if the bytes are no well-formed table of
// the rows above: header, row length, truncation, reserved bytes, table
// revision field other than 1, or a row type that is not modelled.
absl::StatusOr<SratTable> DecodeSrat(absl::string_view bytes);

}  // namespace e820check

#endif  // E820CHECK_MACHINE_SRAT_TABLE_H_
