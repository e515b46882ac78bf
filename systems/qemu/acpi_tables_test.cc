// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/acpi_tables.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/wire.h"

namespace e820check {
namespace {

std::string Table(absl::string_view signature, uint32_t size_bytes) {
  std::string bytes(signature);
  AppendLittleEndian(size_bytes, bytes);
  bytes.resize(size_bytes, 'x');
  return bytes;
}

TEST(AcpiTablesTest, SplitsUpToThePadding) {
  const std::string facs = Table("FACS", 64);
  const std::string least = Table("ABCD", 8);
  const auto list = SplitAcpiTables(facs + least + std::string(100, '\0') +
                                    Table("SRAT", 40));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_TRUE(list->complete);
  EXPECT_THAT(list->tables,
              ::testing::ElementsAre(
                  AcpiTableBytes{.signature = "FACS", .bytes = facs},
                  AcpiTableBytes{.signature = "ABCD", .bytes = least}));
}

TEST(AcpiTablesTest, EveryPrefixAsksForMoreOrIsComplete) {
  const std::string file =
      Table("FACS", 64) + Table("DSDT", 50) + std::string(16, '\0');
  for (size_t size = 0; size <= file.size(); ++size) {
    const auto list = SplitAcpiTables(file.substr(0, size));
    ASSERT_TRUE(list.ok()) << size;
    EXPECT_EQ(list->tables.size(), (size >= 64 ? 1u : 0) + (size >= 114));
    // Signature and length of the padding have to be there to be zero.
    EXPECT_EQ(list->complete, size >= 114 + 8) << size;
  }
}

TEST(AcpiTablesTest, RefusesALengthThatWouldNotAdvance) {
  for (const char length : {'\0', '\4', '\7'}) {
    EXPECT_EQ(
        SplitAcpiTables(std::string("SRAT") + length + std::string(60, '\0'))
            .status()
            .code(),
        absl::StatusCode::kDataLoss);
  }
}

TEST(AcpiTablesTest, ALengthBeyondTheFileIsATableNotYetThere) {
  const auto list = SplitAcpiTables(
      "SRAT\xff\xff\xff\xff"
      "more");
  ASSERT_TRUE(list.ok());
  EXPECT_FALSE(list->complete);
  EXPECT_TRUE(list->tables.empty());
}

}  // namespace
}  // namespace e820check
