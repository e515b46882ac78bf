// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/fw_cfg_device.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace e820check {
namespace {

constexpr size_t kRamBytes = 0x2000;
constexpr size_t kControlAddress = 0x1000;
constexpr uint32_t kRead = 1 << 1;
constexpr uint32_t kSelect = 1 << 3;
// A byte by port takes one command; a page by DMA takes as long as some 30.
constexpr int kMaxCommands = 1500;
constexpr int kCommandsOfPage = 30;

uint64_t Number(absl::string_view word) {
  uint64_t value = 0;
  return absl::SimpleHexAtoi(word, &value) ? value : 0;
}

}  // namespace

FwCfgDevice::FwCfgDevice(absl::string_view bytes)
    : has_dma_(!bytes.empty() && (bytes[0] & 1) != 0),
      has_ram_(bytes.empty() || (bytes[0] & 2) == 0),
      features_(has_dma_ ? "\x03" : "\x01"),
      directory_(bytes.substr(std::min<size_t>(1, bytes.size()))),
      ram_(has_ram_ ? kRamBytes : 0, '\0'),
      commands_left_(kMaxCommands) {}

absl::string_view FwCfgDevice::Item(uint16_t key) const {
  switch (key) {
    case 0x00:
      return "QEMU";
    case 0x01:
      return features_;
    case 0x19:
      return directory_;
    default:
      return directory_.substr(std::min<size_t>(key, directory_.size()));
  }
}

absl::StatusOr<std::vector<std::string>> FwCfgDevice::Exchange(
    const std::vector<std::string>& commands) {
  commands_left_ -= static_cast<int>(commands.size());
  if (commands_left_ < 0) return absl::UnavailableError("closed");
  std::vector<std::string> replies;
  replies.reserve(commands.size());
  for (const std::string& command : commands) replies.push_back(Reply(command));
  return replies;
}

std::string FwCfgDevice::Reply(absl::string_view command) {
  if (absl::StartsWith(command, "inb ")) {
    // Thousands of these make a case's time.
    constexpr absl::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<uint8_t>(Next(1)[0]);
    return {'O',
            'K',
            ' ',
            '0',
            'x',
            '0',
            '0',
            kDigits[byte / 16],
            kDigits[byte % 16]};
  }
  const std::vector<absl::string_view> words = absl::StrSplit(command, ' ');
  if (words[0] == "outw") {
    rest_ = Item(static_cast<uint16_t>(Number(words[2])));
  } else if (words[0] == "outl") {
    if (has_dma_ && has_ram_) Transfer();
  } else if (words[0] == "write") {
    const std::string bytes = absl::HexStringToBytes(words[3].substr(2));
    if (has_ram_) ram_.replace(Number(words[1]), bytes.size(), bytes);
  } else {  // b64read
    commands_left_ -= kCommandsOfPage;
    std::string bytes =
        ram_.substr(std::min(Number(words[1]), ram_.size()), Number(words[2]));
    bytes.resize(Number(words[2]));
    return absl::StrCat("OK ", absl::Base64Escape(bytes));
  }
  return "OK";
}

std::string FwCfgDevice::Next(size_t count) {
  std::string bytes(rest_.substr(0, count));
  rest_.remove_prefix(bytes.size());
  bytes.resize(count);
  return bytes;
}

// The control structure, big endian: u32 control, u32 length, u64 address,
// which is 0 here.
void FwCfgDevice::Transfer() {
  const auto word = [this](size_t offset) {
    return static_cast<uint32_t>(Number(absl::BytesToHexString(
        absl::string_view(ram_).substr(kControlAddress + offset, 4))));
  };
  const uint32_t control = word(0);
  if ((control & kSelect) != 0) {
    rest_ = Item(static_cast<uint16_t>(control >> 16));
  }
  if ((control & kRead) != 0) {
    const size_t length = std::min<size_t>(word(4), kControlAddress);
    ram_.replace(0, length, Next(length));
  }
  ram_.replace(kControlAddress, 4, 4, '\0');
}

std::string FwCfgDevice::Describe() const {
  return absl::StrCat("qemu-system-x86_64 -qtest stdio, with a fw_cfg device ",
                      has_dma_ ? "with" : "without", " DMA ",
                      has_ram_ ? "" : "but no RAM ",
                      "whose directory and files begin with\n",
                      absl::BytesToHexString(directory_));
}

}  // namespace e820check
