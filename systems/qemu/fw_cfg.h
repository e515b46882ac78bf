// SPDX-License-Identifier: Apache-2.0

// QEMU's fw_cfg device, the side door through which firmware gets its tables:
// numbered items, of which item 0x19 is a directory of named files.

#ifndef E820CHECK_SYSTEMS_QEMU_FW_CFG_H_
#define E820CHECK_SYSTEMS_QEMU_FW_CFG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "systems/qemu/qtest.h"

namespace e820check {

struct FwCfgFile {
  std::string name;
  uint32_t size_bytes = 0;
  uint16_t key = 0;

  friend bool operator==(const FwCfgFile&, const FwCfgFile&) = default;
};

// The directory item: u32 count, then rows of u32 size, u16 key, u16 reserved,
// 56 bytes of name, all big endian. Bytes after the last row are ignored.
// DataLoss if there are fewer rows than counted, a name has no end, or two
// files have one name, of which firmware would find the first.
absl::StatusOr<std::vector<FwCfgFile>> DecodeFwCfgDirectory(
    absl::string_view bytes);

// Reads are made by DMA into the guest's first page where the machine has both
// the DMA interface (pc and q35 since 2.5) and 8 KiB of RAM at address 0, and
// else byte by byte, which costs 10 times as much.
class FwCfg {
 public:
  // nullopt if the machine has no fw_cfg (-M none). The channel must outlive
  // the FwCfg. Errors as of QtestBatch::Run, DataLoss for a broken directory.
  static absl::StatusOr<std::optional<FwCfg>> Open(QtestChannel& channel);

  const std::vector<FwCfgFile>& files() const { return files_; }
  // nullptr if there is none of this name.
  const FwCfgFile* Find(absl::string_view name) const;

  // Whether a page takes as long to read as 100 bytes do by port.
  bool reads_pages() const { return access_ == Access::kDma; }

  // The whole file. DataLoss if it is beyond 4 MiB, twice QEMU's own limit for
  // ACPI tables.
  absl::StatusOr<std::string> Read(const FwCfgFile& file);

  // The file from its start until `enough` holds of what was read, which is
  // asked after each 16 KiB (1 KiB byte by byte), or until its end.
  absl::StatusOr<std::string> ReadUntil(
      const FwCfgFile& file, absl::FunctionRef<bool(absl::string_view)> enough);

 private:
  enum class Access { kBytes, kDma };

  explicit FwCfg(QtestChannel& channel) : channel_(&channel) {}

  absl::Status ChooseAccess();
  // `size_bytes` bytes from where the last read ended, or from the start of
  // item `select`. Past the end of an item QEMU gives zeros.
  absl::StatusOr<std::string> ReadNext(std::optional<uint16_t> select,
                                       size_t size_bytes);

  QtestChannel* channel_;
  Access access_ = Access::kBytes;
  std::vector<FwCfgFile> files_;
};

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_QEMU_FW_CFG_H_
