// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/fw_cfg_tables.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "systems/qemu/acpi_tables.h"

namespace e820check {
namespace {

// QEMU makes some 10 rows, one for each of 256 sp-mem devices, and three for
// each of 128 nodes with memmap-type=. To judge a map takes time that grows
// with the square of its rows.
constexpr size_t kMostE820Rows = 4096;

}  // namespace

absl::StatusOr<E820Table> ReadE820(FwCfg& fw_cfg) {
  const FwCfgFile* file = fw_cfg.Find("etc/e820");
  if (file == nullptr) return E820Table();
  if (file->size_bytes > kMostE820Rows * kE820RowSizeBytes) {
    return absl::DataLossError(
        absl::StrCat("etc/e820 has ", file->size_bytes / kE820RowSizeBytes,
                     " rows; more than ", kMostE820Rows, " are no machine's"));
  }
  absl::StatusOr<std::string> bytes = fw_cfg.Read(*file);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<E820Table> e820 = DecodeE820(*bytes);
  if (!e820.ok()) return absl::DataLossError(e820.status().message());
  return e820;
}

absl::StatusOr<std::string> ReadAcpiFile(FwCfg& fw_cfg) {
  const FwCfgFile* file = fw_cfg.Find("etc/acpi/tables");
  if (file == nullptr) return "";
  // Some 8 KiB of the file's 128 KiB are tables. By port the rest would take a
  // second, so there the padding is not read to its end.
  return fw_cfg.ReadUntil(*file, [&fw_cfg](absl::string_view so_far) {
    if (fw_cfg.reads_pages()) return false;
    const absl::StatusOr<AcpiTableList> list = SplitAcpiTables(so_far);
    return !list.ok() || list->complete;
  });
}

}  // namespace e820check
