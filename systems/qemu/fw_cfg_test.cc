// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/fw_cfg.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;

uint64_t FromBigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value * 256 + static_cast<uint8_t>(c);
  return value;
}

std::string BigEndian(uint64_t value, size_t size_bytes) {
  std::string bytes(size_bytes, '\0');
  for (size_t i = size_bytes; i-- > 0; value /= 256) {
    bytes[i] = static_cast<char>(value % 256);
  }
  return bytes;
}

std::string DirectoryRow(const FwCfgFile& file) {
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
    std::string directory = BigEndian(files_.size(), 4);
    for (const FwCfgFile& file : files_) directory += DirectoryRow(file);
    items_[0x19] = directory;
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

// 100'000 bytes without a period that a chunk size divides.
std::string LongFile() {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes.push_back(static_cast<char>(i % 251));
  return bytes;
}

TEST(FwCfgTest, ReadsWhateverTheRamAndTheInterface) {
  for (const FakeMachine::Options options :
       {FakeMachine::Options{.dma = true, .ram_bytes = 64 << 10},
        {.dma = true, .ram_bytes = 8 << 10},
        {.dma = true, .ram_bytes = 0x1000},
        {.dma = true, .ram_bytes = 1},
        {.dma = true, .ram_bytes = 0},
        {.dma = false, .ram_bytes = 64 << 10}}) {
    SCOPED_TRACE(absl::StrCat(options.dma, " ", options.ram_bytes));
    FakeMachine machine(options);
    machine.AddFile("empty", "");
    machine.AddFile("etc/e820", "twenty bytes of e820");
    machine.AddFile("long", LongFile());
    auto fw_cfg = FwCfg::Open(machine);
    ASSERT_TRUE(fw_cfg.ok()) << fw_cfg.status();
    ASSERT_TRUE(fw_cfg->has_value());
    FwCfg& device = **fw_cfg;
    ASSERT_EQ(device.files().size(), 3u);
    EXPECT_EQ(device.Find("etc/e820")->size_bytes, 20u);
    EXPECT_EQ(device.Find("etc"), nullptr);
    EXPECT_EQ(*device.Read(*device.Find("empty")), "");
    EXPECT_EQ(*device.Read(*device.Find("etc/e820")), "twenty bytes of e820");
    EXPECT_TRUE(*device.Read(*device.Find("long")) == LongFile());
    // Reading by port is the fallback only.
    EXPECT_EQ(machine.port_reads() < 100,
              options.dma && options.ram_bytes >= 8192);
  }
}

TEST(FwCfgTest, ReadsNoFurtherThanAsked) {
  for (const bool dma : {true, false}) {
    FakeMachine machine({.dma = dma});
    machine.AddFile("long", LongFile());
    FwCfg fw_cfg = **FwCfg::Open(machine);
    const auto bytes = fw_cfg.ReadUntil(
        *fw_cfg.Find("long"),
        [](absl::string_view so_far) { return so_far.size() > 20'000; });
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_LT(bytes->size(), 40'000u);
    EXPECT_EQ(*bytes, LongFile().substr(0, bytes->size()));
  }
}

TEST(FwCfgTest, AMachineWithoutIt) {
  FakeMachine machine({});
  machine.SetItem(0x00, "\xff\xff\xff\xff");
  const auto fw_cfg = FwCfg::Open(machine);
  ASSERT_TRUE(fw_cfg.ok()) << fw_cfg.status();
  EXPECT_FALSE(fw_cfg->has_value());
}

TEST(FwCfgTest, RefusesAFileOfAbsurdSize) {
  FakeMachine machine({});
  FwCfg fw_cfg = **FwCfg::Open(machine);
  EXPECT_EQ(fw_cfg.Read({.name = "x", .size_bytes = 0xFFFFFFFF, .key = 0x20})
                .status()
                .code(),
            absl::StatusCode::kDataLoss);
}

TEST(FwCfgTest, DirectoryDamage) {
  const std::string row =
      DirectoryRow({.name = "a", .size_bytes = 0x01020304, .key = 0x2021});
  const auto good = DecodeFwCfgDirectory(BigEndian(1, 4) + row + "more");
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(*good,
            (std::vector<FwCfgFile>{
                {.name = "a", .size_bytes = 0x01020304, .key = 0x2021}}));
  EXPECT_TRUE(DecodeFwCfgDirectory(BigEndian(0, 4)).ok());
  EXPECT_FALSE(DecodeFwCfgDirectory("").ok());
  EXPECT_FALSE(DecodeFwCfgDirectory("abc").ok());
  EXPECT_FALSE(DecodeFwCfgDirectory(BigEndian(2, 4) + row).ok());
  EXPECT_FALSE(DecodeFwCfgDirectory(BigEndian(0xFFFFFFFF, 4) + row).ok());
  EXPECT_FALSE(
      DecodeFwCfgDirectory(BigEndian(1, 4) + std::string(64, 'a')).ok());

  EXPECT_EQ(DecodeFwCfgDirectory(
                BigEndian(3, 4) + row +
                DirectoryRow({.name = "b", .size_bytes = 1, .key = 0x22}) + row)
                .status()
                .message(),
            "fw_cfg: two files are named \"a\"");

  // The same through the device, which reads no more than it must.
  FakeMachine machine({});
  machine.SetItem(0x19, BigEndian(0xFFFFFFFF, 4));
  EXPECT_THAT(std::string(FwCfg::Open(machine).status().message()),
              HasSubstr("directory"));
}

TEST(FwCfgTest, AnyDamagedReplyIsAnErrorAndNoCrash) {
  const std::vector<std::function<std::string(std::string)>> damages = {
      [](const std::string&) { return ""; },
      [](const std::string&) { return "OK"; },
      [](const std::string&) { return "OK 0x12"; },
      [](const std::string& reply) {
        return reply.substr(0, reply.size() / 2);
      },
      [](const std::string& reply) { return reply + "\xff"; },
      [](const std::string&) { return "FAIL"; },
  };
  for (const auto& damage : damages) {
    // From the n-th reply on, over all of a complete reading.
    for (int first = 0; first < 40; ++first) {
      FakeMachine machine({});
      machine.AddFile("long", LongFile());
      int count = 0;
      machine.Damage([&](std::string reply) {
        return count++ < first ? reply : damage(std::move(reply));
      });
      auto fw_cfg = FwCfg::Open(machine);
      const bool read = fw_cfg.ok() && fw_cfg->has_value() &&
                        (*fw_cfg)->Find("long") != nullptr &&
                        (*fw_cfg)->Read(*(*fw_cfg)->Find("long")).ok();
      EXPECT_FALSE(read) << first;
    }
  }
}

TEST(FwCfgTest, AFailedTransferIsAnError) {
  FakeMachine machine({});
  machine.AddFile("long", LongFile());
  FwCfg fw_cfg = **FwCfg::Open(machine);
  // The error bit of the control structure, as QEMU leaves it.
  machine.Damage([](std::string reply) {
    if (reply.size() < 100) return reply;
    std::string bytes;
    absl::Base64Unescape(reply.substr(3), &bytes);
    bytes.back() = 1;
    return "OK " + absl::Base64Escape(bytes);
  });
  EXPECT_THAT(std::string(fw_cfg.Read(*fw_cfg.Find("long")).status().message()),
              HasSubstr("transfer failed"));
}

}  // namespace
}  // namespace e820check
