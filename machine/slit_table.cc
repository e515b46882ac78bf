// SPDX-License-Identifier: Apache-2.0

#include "machine/slit_table.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "machine/wire.h"

namespace e820check {

std::string EncodeSlit(const SlitTable& table) {
  std::string body;
  AppendLittleEndian(table.locality_count, body);
  body.append(table.distances.begin(), table.distances.end());
  return EncodeAcpiTable(table.header, body);
}

absl::StatusOr<SlitTable> DecodeSlit(absl::string_view bytes) {
  absl::StatusOr<AcpiTable> acpi = DecodeAcpiTable("SLIT", bytes);
  if (!acpi.ok()) return acpi.status();
  SlitTable table;
  table.header = acpi->header;
  WireReader reader(acpi->body);
  table.locality_count = reader.Read<uint64_t>();
  const uint64_t entries = reader.remaining();
  // The comparison of counts first, so that the square cannot wrap.
  if (!reader.ok() || table.locality_count > entries ||
      table.locality_count * table.locality_count != entries) {
    return absl::InvalidArgumentError(
        absl::StrCat("SLIT: ", table.locality_count, " localities, but ",
                     entries, " entries"));
  }
  const absl::string_view distances = reader.ReadBytes(entries);
  table.distances.assign(distances.begin(), distances.end());
  return table;
}

}  // namespace e820check
