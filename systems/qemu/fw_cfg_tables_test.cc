// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/fw_cfg_tables.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/wire.h"
#include "systems/qemu/acpi_tables.h"
#include "systems/qemu/fake_machine.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;

const E820Row kRow = {.address = 0x1000, .length_bytes = 0x2000};

absl::Status E820Problem(FakeMachine& machine) {
  FwCfg fw_cfg = **FwCfg::Open(machine);
  return ReadE820(fw_cfg).status();
}

TEST(ReadE820Test, ReadsTheRows) {
  FakeMachine machine({});
  machine.AddFile("etc/e820", EncodeE820({kRow, kRow}));
  FwCfg fw_cfg = **FwCfg::Open(machine);
  const auto e820 = ReadE820(fw_cfg);
  ASSERT_TRUE(e820.ok()) << e820.status();
  EXPECT_THAT(*e820, ElementsAre(kRow, kRow));
  FakeMachine without({});
  EXPECT_TRUE(E820Problem(without).ok());
}

TEST(ReadE820Test, RefusesMoreRowsThanAnyMachineHasBeforeItReadsThem) {
  FakeMachine machine({.dma = false});
  machine.AddFile("etc/e820", EncodeE820({kRow}));
  machine.SetSize("etc/e820", 209'715 * 20);
  const absl::Status many = E820Problem(machine);
  EXPECT_EQ(many.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(many.message(),
            "etc/e820 has 209715 rows; more than 4096 are no machine's");
  EXPECT_LT(machine.port_reads(), 2000);

  machine.SetSize("etc/e820", 4096 * 20);
  EXPECT_TRUE(E820Problem(machine).ok());
  machine.SetSize("etc/e820", 4096 * 20 + 1);
  EXPECT_EQ(E820Problem(machine).code(), absl::StatusCode::kDataLoss);
  machine.SetSize("etc/e820", 21);
  EXPECT_EQ(E820Problem(machine).code(), absl::StatusCode::kDataLoss);
}

TEST(ReadE820Test, OfTwoFilesNoneIsTheRightOne) {
  FakeMachine machine({});
  machine.AddFile("etc/e820", EncodeE820({kRow}));
  machine.AddFile("etc/e820", EncodeE820({kRow, kRow}));
  const auto fw_cfg = FwCfg::Open(machine);
  EXPECT_EQ(fw_cfg.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(fw_cfg.status().message(),
            "fw_cfg: two files are named \"etc/e820\"");
}

std::string Table(absl::string_view signature, uint32_t size_bytes) {
  std::string bytes(signature);
  AppendLittleEndian(size_bytes, bytes);
  bytes.resize(size_bytes, 'x');
  return bytes;
}

// What is behind 100,000 zeros is seen where that costs little.
TEST(ReadAcpiFileTest, ReadsThePaddingByDma) {
  const std::string file =
      Table("FACS", 64) + std::string(100'000, '\0') + Table("SRAT", 48);
  for (const bool dma : {true, false}) {
    FakeMachine machine({.dma = dma});
    machine.AddFile("etc/acpi/tables", file);
    FwCfg fw_cfg = **FwCfg::Open(machine);
    const auto bytes = ReadAcpiFile(fw_cfg);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(*bytes == file, dma);
    EXPECT_EQ(ParseAcpiTables(*bytes, {}).ok(), !dma);
  }
}

}  // namespace
}  // namespace e820check
