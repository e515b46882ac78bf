// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/acpi_tables.h"

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "machine/wire.h"

namespace e820check {
namespace {

constexpr size_t kSignatureBytes = 4;
// FACS has no more of the standard header than this.
constexpr size_t kSignatureAndLengthBytes = 8;
constexpr absl::string_view kPadding("\0\0\0\0", kSignatureBytes);

}  // namespace

absl::StatusOr<AcpiTableList> SplitAcpiTables(absl::string_view bytes) {
  AcpiTableList list;
  while (bytes.size() >= kSignatureAndLengthBytes) {
    WireReader reader(bytes);
    const absl::string_view signature = reader.ReadBytes(kSignatureBytes);
    const uint32_t length = reader.Read<uint32_t>();
    if (signature == kPadding) {
      list.complete = true;
      break;
    }
    if (length < kSignatureAndLengthBytes) {
      return absl::DataLossError(absl::StrCat("etc/acpi/tables: table \"",
                                              absl::CHexEscape(signature),
                                              "\" has length ", length));
    }
    if (length > bytes.size()) break;
    list.tables.push_back({.signature = std::string(signature),
                           .bytes = std::string(bytes.substr(0, length))});
    bytes.remove_prefix(length);
  }
  return list;
}

}  // namespace e820check
