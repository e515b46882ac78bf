// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/fw_cfg.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "systems/qemu/fake_machine.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;

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
