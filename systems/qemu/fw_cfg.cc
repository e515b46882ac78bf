// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/fw_cfg.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "machine/wire.h"

namespace e820check {
namespace {

constexpr uint16_t kSelectorPort = 0x510;
constexpr uint16_t kDataPort = 0x511;
// The low half of the DMA address register; writing it starts the transfer.
constexpr uint16_t kDmaPort = 0x518;

constexpr uint16_t kSignatureKey = 0x00;
constexpr uint16_t kFeaturesKey = 0x01;
constexpr uint16_t kDirectoryKey = 0x19;
constexpr absl::string_view kSignature = "QEMU";
constexpr uint32_t kDmaFeature = 1 << 1;
// How far a directory is read: 1023 files, where QEMU has room for some 40.
constexpr uint32_t kMaxDirectoryBytes = 64 << 10;
constexpr uint32_t kMaxFileBytes = 4 << 20;

// Guest memory used for DMA: a page of data, then the control structure, then
// nothing. RAM sizes are multiples of 8 KiB, so there is room or no RAM.
constexpr uint64_t kDmaDataAddress = 0x0;
constexpr uint32_t kDmaDataBytes = 0x1000;
constexpr uint64_t kDmaControlAddress = kDmaDataAddress + kDmaDataBytes;
// The register is big endian: 0x1000 as the little-endian outl writes it.
constexpr uint32_t kDmaRegisterValue = 0x00100000;
static_assert(kDmaControlAddress == 0x1000);
constexpr uint32_t kDmaRead = 1 << 1;
constexpr uint32_t kDmaSelect = 1 << 3;
constexpr size_t kDmaStatusBytes = 4;  // control, which QEMU clears

constexpr size_t kChunkBytesByDma = 16 << 10;
constexpr size_t kChunkBytesByPort = 512;

uint64_t BigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

template <typename Integer>
void AppendBigEndian(Integer value, std::string& bytes) {
  AppendLittleEndian(value, bytes);
  std::reverse(bytes.end() - sizeof value, bytes.end());
}

std::string DmaControl(uint32_t control, uint32_t length_bytes) {
  std::string bytes;
  AppendBigEndian(control, bytes);
  AppendBigEndian(length_bytes, bytes);
  AppendBigEndian(kDmaDataAddress, bytes);
  return bytes;
}

struct DirectoryField {
  static constexpr size_t kCountBytes = 4;
  static constexpr size_t kRowBytes = 64;
  static constexpr size_t kNameOffset = 8;
};

// 0 if not even the count is there.
uint64_t DirectorySizeBytes(absl::string_view bytes) {
  if (bytes.size() < DirectoryField::kCountBytes) return 0;
  return DirectoryField::kCountBytes +
         BigEndian(bytes.substr(0, DirectoryField::kCountBytes)) *
             DirectoryField::kRowBytes;
}

}  // namespace

absl::StatusOr<std::vector<FwCfgFile>> DecodeFwCfgDirectory(
    absl::string_view bytes) {
  const uint64_t size_bytes = DirectorySizeBytes(bytes);
  if (size_bytes == 0 || size_bytes > bytes.size()) {
    return absl::DataLossError(absl::StrCat(
        "fw_cfg: the directory has ", bytes.size(), " bytes of ", size_bytes));
  }
  std::vector<FwCfgFile> files;
  std::set<absl::string_view> names;
  for (size_t at = DirectoryField::kCountBytes; at < size_bytes;
       at += DirectoryField::kRowBytes) {
    const absl::string_view row = bytes.substr(at, DirectoryField::kRowBytes);
    const absl::string_view name = row.substr(DirectoryField::kNameOffset);
    const size_t name_end = name.find('\0');
    if (name_end == absl::string_view::npos) {
      return absl::DataLossError("fw_cfg: a file name has no end");
    }
    if (!names.insert(name.substr(0, name_end)).second) {
      return absl::DataLossError(
          absl::StrCat("fw_cfg: two files are named \"",
                       absl::CHexEscape(name.substr(0, name_end)), "\""));
    }
    files.push_back(
        {.name = std::string(name.substr(0, name_end)),
         .size_bytes = static_cast<uint32_t>(BigEndian(row.substr(0, 4))),
         .key = static_cast<uint16_t>(BigEndian(row.substr(4, 2)))});
  }
  return files;
}

absl::StatusOr<std::optional<FwCfg>> FwCfg::Open(QtestChannel& channel) {
  FwCfg fw_cfg(channel);
  // By port, because a machine without fw_cfg may have no CPU either, and
  // without one QEMU cannot access memory.
  absl::StatusOr<std::string> signature =
      fw_cfg.ReadNext(kSignatureKey, kSignature.size());
  if (!signature.ok()) return signature.status();
  if (*signature != kSignature) return std::nullopt;
  if (absl::Status status = fw_cfg.ChooseAccess(); !status.ok()) return status;

  absl::StatusOr<std::string> directory =
      fw_cfg.ReadUntil({.name = "directory",
                        .size_bytes = kMaxDirectoryBytes,
                        .key = kDirectoryKey},
                       [](absl::string_view bytes) {
                         return DirectorySizeBytes(bytes) <= bytes.size();
                       });
  if (!directory.ok()) return directory.status();
  absl::StatusOr<std::vector<FwCfgFile>> files =
      DecodeFwCfgDirectory(*directory);
  if (!files.ok()) return files.status();
  fw_cfg.files_ = *std::move(files);
  return fw_cfg;
}

const FwCfgFile* FwCfg::Find(absl::string_view name) const {
  const auto found =
      std::find_if(files_.begin(), files_.end(),
                   [&](const FwCfgFile& file) { return file.name == name; });
  return found == files_.end() ? nullptr : &*found;
}

absl::StatusOr<std::string> FwCfg::Read(const FwCfgFile& file) {
  return ReadUntil(file, [](absl::string_view) { return false; });
}

absl::StatusOr<std::string> FwCfg::ReadUntil(
    const FwCfgFile& file, absl::FunctionRef<bool(absl::string_view)> enough) {
  if (file.size_bytes > kMaxFileBytes) {
    return absl::DataLossError(
        absl::StrCat("fw_cfg: ", file.name, " has ", file.size_bytes,
                     " bytes; more than ", kMaxFileBytes, " are not read"));
  }
  const size_t chunk_bytes =
      access_ == Access::kDma ? kChunkBytesByDma : kChunkBytesByPort;
  std::string bytes;
  while (bytes.size() < file.size_bytes) {
    absl::StatusOr<std::string> chunk =
        ReadNext(bytes.empty() ? std::optional(file.key) : std::nullopt,
                 std::min(chunk_bytes, file.size_bytes - bytes.size()));
    if (!chunk.ok()) return chunk.status();
    bytes += *chunk;
    if (enough(bytes)) break;
  }
  return bytes;
}

absl::Status FwCfg::ChooseAccess() {
  absl::StatusOr<std::string> features = ReadNext(kFeaturesKey, 4);
  if (!features.ok()) return features.status();
  if ((WireReader(*features).Read<uint32_t>() & kDmaFeature) == 0) {
    return absl::OkStatus();
  }
  // Without RAM at the control structure the transfer does nothing.
  access_ = Access::kDma;
  absl::StatusOr<std::string> signature =
      ReadNext(kSignatureKey, kSignature.size());
  if (!signature.ok() && !absl::IsDataLoss(signature.status())) {
    return signature.status();
  }
  if (!signature.ok() || *signature != kSignature) access_ = Access::kBytes;
  return absl::OkStatus();
}

absl::StatusOr<std::string> FwCfg::ReadNext(std::optional<uint16_t> select,
                                            size_t size_bytes) {
  QtestBatch batch;
  if (access_ == Access::kBytes) {
    if (select.has_value()) {
      batch.WritePort16({.port = kSelectorPort, .value = *select});
    }
    for (size_t i = 0; i < size_bytes; ++i) batch.ReadPort8(kDataPort);
    return batch.Run(*channel_);
  }

  // Each transfer is followed by one read of data and status.
  uint32_t control = kDmaRead;
  if (select.has_value()) control |= uint32_t{*select} << 16 | kDmaSelect;
  for (size_t done = 0; done < size_bytes; done += kDmaDataBytes) {
    const uint32_t length_bytes =
        std::min(kDmaDataBytes, static_cast<uint32_t>(size_bytes - done));
    batch.WriteMemory({.address = kDmaControlAddress,
                       .bytes = DmaControl(control, length_bytes)});
    batch.WritePort32({.port = kDmaPort, .value = kDmaRegisterValue});
    batch.ReadMemory({.address = kDmaDataAddress,
                      .size_bytes = kDmaDataBytes + kDmaStatusBytes});
    control = kDmaRead;
  }
  absl::StatusOr<std::string> transfers = batch.Run(*channel_);
  if (!transfers.ok()) return transfers.status();

  std::string bytes;
  for (absl::string_view rest = *transfers; !rest.empty();
       rest.remove_prefix(kDmaDataBytes + kDmaStatusBytes)) {
    if (BigEndian(rest.substr(kDmaDataBytes, kDmaStatusBytes)) != 0) {
      return absl::DataLossError("fw_cfg: a DMA transfer failed");
    }
    absl::StrAppend(&bytes, rest.substr(0, kDmaDataBytes));
  }
  bytes.resize(size_bytes);
  return bytes;
}

}  // namespace e820check
