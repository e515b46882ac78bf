// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MACHINE_SLIT_TABLE_H_
#define E820CHECK_MACHINE_SLIT_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/acpi_header.h"

namespace e820check {

// System Locality Information Table, ACPI 6.5 section 5.2.17.
struct SlitTable {
  AcpiHeader header{.signature = {'S', 'L', 'I', 'T'}};
  uint64_t locality_count = 0;
  // Row-major, from * locality_count + to; locality_count^2 entries. 10 is
  // local, 255 unreachable.
  std::vector<uint8_t> distances;

  friend bool operator==(const SlitTable&, const SlitTable&) = default;
};

std::string EncodeSlit(const SlitTable& table);
// InvalidArgument if the header is wrong or the size is not 44 + count^2 (audit
// rule L01).
absl::StatusOr<SlitTable> DecodeSlit(absl::string_view bytes);

}  // namespace e820check

#endif  // E820CHECK_MACHINE_SLIT_TABLE_H_
