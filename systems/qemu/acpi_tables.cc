// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/acpi_tables.h"

#include <cstddef>
#include <cstdint>
#include <utility>

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

// What is read row by row, or field by field, has a limit: a larger table is no
// machine's, and to judge it would take minutes.
struct SizeLimit {
  absl::string_view signature;
  size_t most_bytes;
};
constexpr SizeLimit kSizeLimits[] = {
    {"SRAT", 256 << 10},  // 4096 CPUs have 96 KiB, 128 nodes and devices 30
    {"SLIT", 32 << 10},   // 128 nodes have 16 KiB
    {"HMAT", 2 << 20},    // 24 lists of 128 by 128 nodes have 770 KiB
};

absl::Status Garbage(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("etc/acpi/tables: ", what));
}

bool IsPadding(absl::string_view bytes) {
  return bytes.find_first_not_of('\0') == bytes.npos;
}

}  // namespace

absl::StatusOr<AcpiTableList> SplitAcpiTables(absl::string_view bytes) {
  AcpiTableList list;
  while (bytes.size() >= kSignatureAndLengthBytes) {
    WireReader reader(bytes);
    const absl::string_view signature = reader.ReadBytes(kSignatureBytes);
    const uint32_t length = reader.Read<uint32_t>();
    if (signature == kPadding) {
      if (!IsPadding(bytes)) {
        return Garbage(absl::StrCat("after the zeros behind the last of ",
                                    list.tables.size(),
                                    " tables there are more bytes"));
      }
      list.complete = true;
      break;
    }
    if (length < kSignatureAndLengthBytes) {
      return Garbage(absl::StrCat("table \"", absl::CHexEscape(signature),
                                  "\" has length ", length));
    }
    if (length > bytes.size()) break;
    list.tables.push_back({.signature = std::string(signature),
                           .bytes = std::string(bytes.substr(0, length))});
    bytes.remove_prefix(length);
  }
  return list;
}

absl::StatusOr<std::vector<AcpiTableBytes>> ParseAcpiTables(
    absl::string_view file, AcpiTableOddities oddities) {
  absl::StatusOr<AcpiTableList> list = SplitAcpiTables(file);
  if (!list.ok()) return list.status();
  size_t tables_bytes = 0;
  for (const AcpiTableBytes& table : list->tables) {
    tables_bytes += table.bytes.size();
  }
  const absl::string_view rest = file.substr(tables_bytes);
  if (!IsPadding(rest) && !oddities.cut) {
    return Garbage(
        absl::StrCat("the file ends inside of table \"",
                     absl::CHexEscape(rest.substr(0, kSignatureBytes)),
                     "\", of which ", rest.size(), " bytes are there"));
  }
  for (const SizeLimit& limit : kSizeLimits) {
    int count = 0;
    for (const AcpiTableBytes& table : list->tables) {
      if (table.signature != limit.signature) continue;
      if (++count > 1 && !oddities.added) {
        return Garbage(
            absl::StrCat("there is more than one ", limit.signature));
      }
      if (table.bytes.size() > limit.most_bytes) {
        return Garbage(absl::StrCat(limit.signature, " has ",
                                    table.bytes.size(), " bytes; more than ",
                                    limit.most_bytes, " are no machine's"));
      }
    }
  }
  return std::move(list->tables);
}

}  // namespace e820check
