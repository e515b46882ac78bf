// SPDX-License-Identifier: Apache-2.0

// For tests: a machine that answers the commands of QtestBatch.

#ifndef E820CHECK_SYSTEMS_QEMU_FAKE_MACHINE_H_
#define E820CHECK_SYSTEMS_QEMU_FAKE_MACHINE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "systems/qemu/fw_cfg.h"

namespace e820check {

inline uint64_t FromBigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value * 256 + static_cast<uint8_t>(c);
  return value;
}

inline std::string BigEndian(uint64_t value, size_t size_bytes) {
  std::string bytes(size_bytes, '\0');
  for (size_t i = size_bytes; i-- > 0; value /= 256) {
    bytes[i] = static_cast<char>(value % 256);
  }
  return bytes;
}

inline std::string DirectoryRow(const FwCfgFile& file) {
  std::string row = BigEndian(file.size_bytes, 4) + BigEndian(file.key, 2) +
                    BigEndian(0, 2) + file.name;
  row.resize(64);
  return row;
}

// A machine with RAM from address 0 and the fw_cfg device, as far as the
// commands of a QtestBatch can tell (docs/specs/fw_cfg in QEMU).
class FakeMachine final : public QtestChannel {
 public:
  struct Options {
    bool dma = true;
    size_t ram_bytes = 64 << 10;
  };

  explicit FakeMachine(Options options) : ram_(options.ram_bytes, '\0') {
    items_[0x00] = "QEMU";
    items_[0x01] =
        std::string(options.dma ? "\x03" : "\x01") + std::string(3, '\0');
    items_[0x19] = BigEndian(0, 4);
  }

  void AddFile(const std::string& name, const std::string& bytes) {
    const auto key = static_cast<uint16_t>(0x20 + files_.size());
    files_.push_back({.name = name,
                      .size_bytes = static_cast<uint32_t>(bytes.size()),
                      .key = key});
    items_[key] = bytes;
    WriteDirectory();
  }
  // As the directory has it, whatever the bytes are.
  void SetSize(const std::string& name, uint32_t size_bytes) {
    for (FwCfgFile& file : files_) {
      if (file.name == name) file.size_bytes = size_bytes;
    }
    WriteDirectory();
  }
  void SetItem(uint16_t key, const std::string& bytes) { items_[key] = bytes; }
  // From here on every reply passes through this.
  void Damage(std::function<std::string(std::string)> damage) {
    damage_ = std::move(damage);
  }
  int port_reads() const { return port_reads_; }

  absl::StatusOr<std::vector<std::string>> Exchange(
      const std::vector<std::string>& commands) override {
    std::vector<std::string> replies;
    replies.reserve(commands.size());
    for (const std::string& command : commands) {
      replies.push_back(damage_(Reply(absl::StrSplit(command, ' '))));
    }
    return replies;
  }

 private:
  static uint64_t Number(const std::string& text) {
    uint64_t value = 0;
    EXPECT_TRUE(absl::SimpleHexAtoi(text, &value)) << text;
    return value;
  }

  std::string Reply(const std::vector<std::string>& words) {
    const uint64_t first = Number(words.at(1));
    if (words[0] == "inb" && first == 0x511) {
      ++port_reads_;
      return "OK 0x00" + absl::BytesToHexString(Next(1));
    }
    if (words[0] == "outw" && first == 0x510) {
      Select(static_cast<uint16_t>(Number(words.at(2))));
      return "OK";
    }
    if (words[0] == "outl" && first == 0x518) {
      // The register is big endian, outl little.
      std::string address = BigEndian(Number(words.at(2)), 4);
      std::reverse(address.begin(), address.end());
      Transfer(FromBigEndian(address));
      return "OK";
    }
    if (words[0] == "write") {
      const std::string bytes = absl::HexStringToBytes(words.at(3).substr(2));
      EXPECT_EQ(Number(words.at(2)), bytes.size());
      Store(first, bytes);
      return "OK";
    }
    if (words[0] == "b64read") {
      return "OK " + absl::Base64Escape(Load(first, Number(words.at(2))));
    }
    return "FAIL Unknown command";
  }

  void WriteDirectory() {
    std::string directory = BigEndian(files_.size(), 4);
    for (const FwCfgFile& file : files_) directory += DirectoryRow(file);
    items_[0x19] = directory;
  }

  void Select(uint16_t key) {
    selected_ = key;
    position_ = 0;
  }
  std::string Next(size_t size_bytes) {
    const std::string& item = items_[selected_];
    std::string bytes =
        item.substr(std::min(position_, item.size()), size_bytes);
    position_ += size_bytes;
    bytes.resize(size_bytes);
    return bytes;
  }
  void Transfer(uint64_t control_address) {
    const std::string control = Load(control_address, 16);
    const uint64_t bits = FromBigEndian(control.substr(0, 4));
    if ((bits & 8) != 0) Select(static_cast<uint16_t>(bits >> 16));
    if ((bits & 2) != 0) {
      Store(FromBigEndian(control.substr(8, 8)),
            Next(FromBigEndian(control.substr(4, 4))));
    }
    Store(control_address, BigEndian(0, 4));
  }
  // Where there is no RAM, writes are lost and reads give zeros.
  std::string Load(uint64_t address, size_t size_bytes) const {
    std::string bytes = ram_.substr(std::min(address, ram_.size()), size_bytes);
    bytes.resize(size_bytes);
    return bytes;
  }
  void Store(uint64_t address, const std::string& bytes) {
    for (size_t i = 0; i < bytes.size() && address + i < ram_.size(); ++i) {
      ram_[address + i] = bytes[i];
    }
  }

  std::string ram_;
  std::map<uint16_t, std::string> items_;
  std::vector<FwCfgFile> files_;
  uint16_t selected_ = 0;
  size_t position_ = 0;
  int port_reads_ = 0;
  std::function<std::string(std::string)> damage_ = [](std::string reply) {
    return reply;
  };
};

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_QEMU_FAKE_MACHINE_H_
