// SPDX-License-Identifier: Apache-2.0

// Verify that whatever a fw_cfg device holds is read as it is, or refused in
// words: each file of its directory to the byte, and each ACPI table in a file
// from where the one before ended. The first byte chooses what the machine has;
// the rest is the directory, and the contents of every file from the offset
// that is the file's key.

#include "systems/qemu/fw_cfg.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/fw_cfg_device.h"
#include "systems/qemu/acpi_tables.h"

namespace e820check {
namespace {

struct Directory {
  static constexpr char kName[] = "directory";
};
struct Contents {
  static constexpr char kName[] = "contents";
};
struct Tables {
  static constexpr char kName[] = "tables";
};

// As many as are looked into; more of them only repeat.
constexpr size_t kMaxFiles = 3;

uint32_t BigEndianAt(absl::string_view bytes, size_t offset, size_t width) {
  uint32_t value = 0;
  for (const char c : bytes.substr(offset, width)) {
    value = value * 256 + static_cast<uint8_t>(c);
  }
  return value;
}

void CheckDirectory(const FwCfg& fw_cfg, absl::string_view item) {
  std::string padded(item);
  padded.resize(std::max<size_t>(item.size(), 4 + 64 * fw_cfg.files().size()));
  if (BigEndianAt(padded, 0, 4) != fw_cfg.files().size()) {
    Fail<Directory>("another number of files");
  }
  size_t at = 4;
  for (const FwCfgFile& file : fw_cfg.files()) {
    absl::string_view name = absl::string_view(padded).substr(at + 8, 56);
    name = name.substr(0, name.find('\0'));
    if (file.size_bytes != BigEndianAt(padded, at, 4) ||
        file.key != BigEndianAt(padded, at + 4, 2) || file.name != name) {
      Fail<Directory>(absl::StrCat("file at offset ", at));
    }
    at += 64;
  }
}

void CheckTables(absl::string_view bytes) {
  const auto list = SplitAcpiTables(bytes);
  const auto whole = ParseAcpiTables(bytes, {});
  if (whole.ok() && (!list.ok() || *whole != list->tables)) {
    Fail<Tables>("are others in the whole file");
  }
  if (!list.ok()) {
    if (list.status().message().empty()) Fail<Tables>("refused without words");
    return;
  }
  for (const AcpiTableBytes& table : list->tables) {
    if (table.bytes.size() < 8 || table.signature != bytes.substr(0, 4) ||
        table.bytes != bytes.substr(0, table.bytes.size())) {
      Fail<Tables>("are not back to back");
    }
    bytes.remove_prefix(table.bytes.size());
  }
  if (list->complete &&
      bytes.substr(0, 4) != absl::string_view("\0\0\0\0", 4)) {
    Fail<Tables>("end where no padding is");
  }
}

void CheckDevice(FwCfgDevice device) {
  absl::StatusOr<std::optional<FwCfg>> fw_cfg = FwCfg::Open(device);
  if (!fw_cfg.ok() || !fw_cfg->has_value()) {
    if (fw_cfg.ok() || fw_cfg.status().message().empty()) {
      Fail<Directory>("refused without words");
    }
    return;
  }
  CheckDirectory(**fw_cfg, device.directory());
  const size_t count = std::min((*fw_cfg)->files().size(), kMaxFiles);
  for (size_t i = 0; i < count; ++i) {
    const FwCfgFile& file = (*fw_cfg)->files()[i];
    if ((*fw_cfg)->Find(file.name)->name != file.name) {
      Fail<Directory>("another file has the name");
    }
    const absl::StatusOr<std::string> bytes = (*fw_cfg)->Read(file);
    if (!bytes.ok()) continue;
    std::string expected(device.Item(file.key));
    expected.resize(file.size_bytes);
    if (*bytes != expected) Fail<Contents>(absl::StrCat("of file ", i));
    CheckTables(*bytes);
  }
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using e820check::FwCfgDevice;
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  e820check::Examine([bytes] { return FwCfgDevice(bytes).Describe(); },
                     [bytes] { e820check::CheckDevice(FwCfgDevice(bytes)); });
  return 0;
}
