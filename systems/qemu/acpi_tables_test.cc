// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/acpi_tables.h"

#include "absl/strings/str_cat.h"
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
  const auto list = SplitAcpiTables(facs + least + std::string(100, '\0'));
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

std::string ProblemOf(absl::string_view file, AcpiTableOddities oddities = {}) {
  return std::string(ParseAcpiTables(file, oddities).status().message());
}

const std::string& kPadded = *new std::string(100, '\0');

TEST(ParseAcpiTablesTest, TakesAFileWithAndWithoutPadding) {
  const std::string file = Table("FACS", 64) + Table("SRAT", 48);
  for (const std::string& padding : {std::string(), kPadded}) {
    const auto tables = ParseAcpiTables(file + padding, {});
    ASSERT_TRUE(tables.ok()) << tables.status();
    EXPECT_EQ(tables->size(), 2u);
  }
  EXPECT_EQ(ProblemOf(file + std::string(3, '\0')), "");
  EXPECT_EQ(ProblemOf(""), "");
}

TEST(ParseAcpiTablesTest, RefusesBytesAfterTheEnd) {
  const char text[] =
      "etc/acpi/tables: after the zeros behind the last of 1 tables there are "
      "more bytes";
  EXPECT_EQ(ProblemOf(Table("FACS", 64) + kPadded + Table("SRAT", 48)), text);
  EXPECT_EQ(ProblemOf(Table("FACS", 64) + kPadded + "x"), text);
}

TEST(ParseAcpiTablesTest, RefusesAChainCutShort) {
  const std::string whole = Table("FACS", 64) + Table("SRAT", 48);
  EXPECT_EQ(ProblemOf(whole.substr(0, 100)),
            "etc/acpi/tables: the file ends inside of table \"SRAT\", of which "
            "36 bytes are there");
  // Not even the length is there.
  EXPECT_EQ(ProblemOf(whole.substr(0, 67)),
            "etc/acpi/tables: the file ends inside of table \"SRA\", of which "
            "3 bytes are there");
  const auto cut = ParseAcpiTables(whole.substr(0, 100), {.cut = true});
  ASSERT_TRUE(cut.ok()) << cut.status();
  EXPECT_EQ(cut->size(), 1u);
}

TEST(ParseAcpiTablesTest, RefusesASecondTableOfMemory) {
  for (const char* name : {"SRAT", "SLIT", "HMAT"}) {
    const std::string twice =
        Table(name, 48) + Table("WAET", 40) + Table(name, 52) + kPadded;
    EXPECT_EQ(ProblemOf(twice),
              absl::StrCat("etc/acpi/tables: there is more than one ", name));
    EXPECT_EQ(ProblemOf(twice, {.added = true}), "");
  }
  EXPECT_EQ(ProblemOf(Table("SSDT", 48) + Table("SSDT", 48) + kPadded), "");
}

TEST(ParseAcpiTablesTest, RefusesTablesThatNoMachineHas) {
  EXPECT_EQ(ProblemOf(Table("SRAT", 256 << 10)), "");
  EXPECT_EQ(ProblemOf(Table("SRAT", (256 << 10) + 1)),
            "etc/acpi/tables: SRAT has 262145 bytes; more than 262144 are no "
            "machine's");
  EXPECT_NE(ProblemOf(Table("SLIT", 33 << 10)), "");
  EXPECT_EQ(ProblemOf(Table("HMAT", 1 << 20)), "");
  EXPECT_NE(ProblemOf(Table("HMAT", 3 << 20)), "");
  EXPECT_EQ(ProblemOf(Table("DSDT", 3 << 20)), "");
}

}  // namespace
}  // namespace e820check
