// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MACHINE_ACPI_HEADER_H_
#define E820CHECK_MACHINE_ACPI_HEADER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace e820check {

// The two names that a user can set in every table QEMU builds
// (-machine x-oem-id=, x-oem-table-id=); defaults are QEMU's, blank padded.
struct OemNames {
  std::array<char, 6> id = {'B', 'O', 'C', 'H', 'S', ' '};
  std::array<char, 8> table_id = {'B', 'X', 'P', 'C', ' ', ' ', ' ', ' '};

  friend bool operator==(const OemNames&, const OemNames&) = default;
};

// System description table header, ACPI 6.5 section 5.2.6. The length field is
// not kept: encoding writes it, decoding checks it.
struct AcpiHeader {
  std::array<char, 4> signature = {};
  uint8_t revision = 1;
  // 0 in etc/acpi/tables; firmware fills it in (doc/spec/qemu-layout.md 6.1).
  uint8_t checksum = 0;
  OemNames oem;
  uint32_t oem_revision = 1;
  std::array<char, 4> creator_id = {'B', 'X', 'P', 'C'};
  uint32_t creator_revision = 1;

  friend bool operator==(const AcpiHeader&, const AcpiHeader&) = default;
};

inline constexpr size_t kAcpiHeaderSizeBytes = 36;

// The whole table: header with its length field set, then `body`.
std::string EncodeAcpiTable(const AcpiHeader& header, absl::string_view body);

struct AcpiTable {
  AcpiHeader header;
  absl::string_view body;  // a view into the decoded bytes
};

// InvalidArgument if `bytes` is not exactly one table with this signature: too
// short, another signature, or a length field that is not bytes.size().
absl::StatusOr<AcpiTable> DecodeAcpiTable(absl::string_view signature,
                                          absl::string_view bytes);

}  // namespace e820check

#endif  // E820CHECK_MACHINE_ACPI_HEADER_H_
