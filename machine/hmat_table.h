// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MACHINE_HMAT_TABLE_H_
#define E820CHECK_MACHINE_HMAT_TABLE_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/acpi_header.h"

namespace e820check {

// Structures of the Heterogeneous Memory Attribute Table, ACPI 6.5 section
// 5.2.28. Decode refuses non-zero reserved bytes, so that Encode(Decode(bytes))
// == bytes whenever Decode accepts.

// 5.2.28.3, type 0, 40 bytes.
struct MemoryProximityDomain {
  static constexpr uint16_t kInitiatorValid = 1;

  uint16_t flags = 0;
  uint32_t initiator = 0;  // the domain of the attached processors
  uint32_t memory = 0;     // the domain of the memory

  friend bool operator==(const MemoryProximityDomain&,
                         const MemoryProximityDomain&) = default;
};

// 5.2.28.4, type 1, 32 + 4 I + 4 T + 2 I T bytes.
struct LatencyBandwidth {
  uint8_t flags = 0;  // bits 0 to 3: memory hierarchy
  uint8_t data_type = 0;
  uint64_t base_unit = 0;  // picoseconds, or MiB a second
  std::vector<uint32_t> initiators;
  std::vector<uint32_t> targets;
  // Row-major, from initiator * targets.size() + target; 0: not given.
  std::vector<uint16_t> entries;

  friend bool operator==(const LatencyBandwidth&,
                         const LatencyBandwidth&) = default;
};

// 5.2.28.5, type 2, 32 bytes, without SMBIOS handles.
struct MemorySideCache {
  uint32_t memory = 0;  // the domain of the memory
  uint64_t size_bytes = 0;
  // Bits 0-3 number of levels, 4-7 level, 8-11 associativity, 12-15 write
  // policy, 16-31 line size in bytes.
  uint32_t attributes = 0;

  friend bool operator==(const MemorySideCache&,
                         const MemorySideCache&) = default;
};

using HmatStructure =
    std::variant<MemoryProximityDomain, LatencyBandwidth, MemorySideCache>;

struct HmatTable {
  AcpiHeader header{.signature = {'H', 'M', 'A', 'T'}, .revision = 2};
  std::vector<HmatStructure> structures;

  friend bool operator==(const HmatTable&, const HmatTable&) = default;
};

// `entries` has initiators.size() * targets.size() elements in each structure.
std::string EncodeHmat(const HmatTable& table);

// InvalidArgument with the byte offset if the bytes are no well-formed table of
// the structures above: header, length, truncation, reserved bytes, number of
// entries, or a type that is not modelled.
absl::StatusOr<HmatTable> DecodeHmat(absl::string_view bytes);

}  // namespace e820check

#endif  // E820CHECK_MACHINE_HMAT_TABLE_H_
