// SPDX-License-Identifier: Apache-2.0

#include "options/size.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"

namespace e820check {
namespace {

constexpr Reading kOk = Reading::kOk;
constexpr Reading kInvalid = Reading::kInvalid;
constexpr Reading kRange = Reading::kOutOfRange;
constexpr Reading kAccident = Reading::kAccident;

struct Case {
  const char* text;
  SizeReading in_7_2;
  SizeReading in_11_1;
};

const Case kSame[] = {
    {"65536b", {kOk, 65536}, {}},
    {"010", {kOk, 10}, {}},
    {" +64M", {kOk, 64 * kMiB}, {}},
    {"1.5G", {kOk, 3 * kGiB / 2}, {}},
    {"1.", {kOk, 1}, {}},
    {"1.0B", {kOk, 1}, {}},
    {"1.5", {kInvalid}, {}},
    {"1.5B", {kInvalid}, {}},
    {"0.5k", {kOk, 512}, {}},
    {"0.0005k", {kOk, 1}, {}},  // 0.512 rounds up
    {"0.00048k", {kOk, 0}, {}},
    {"1e", {kOk, uint64_t{1} << 60}, {}},
    {"1e3", {kInvalid}, {}},
    {"1.5e1", {kInvalid}, {}},
    {"1.5.5M", {kInvalid}, {}},
    {"1.0e-400", {kInvalid}, {}},
    {"1.5e-5", {kInvalid}, {}},
    {"64MB", {kInvalid}, {}},
    {"64 ", {kInvalid}, {}},
    {"K64", {kInvalid}, {}},
    {".", {kInvalid}, {}},
    {"", {kInvalid}, {}},
    {"nan", {kInvalid}, {}},
    {"0X40", {kOk, 64}, {}},
    {"0x1b", {kOk, 27}, {}},
    {"0xE", {kOk, 14}, {}},
    {"0x", {kInvalid}, {}},
    {"0x1.8", {kInvalid}, {}},
    {"18446744073709551615", {kOk, UINT64_MAX}, {}},
    {"18446744073709551616", {kRange}, {}},
    {"18446744073709551616M", {kInvalid}, {}},
    {"16E", {kRange}, {}},
    {"16Ex", {kInvalid}, {}},
    {"15.9999E", {kOk, 18446628781559090944u}, {}},
};

const Case kDiffering[] = {
    {"-1", {kInvalid}, {kRange}},
    {"-0", {kInvalid}, {kRange}},
    {"-1M", {kInvalid}, {kInvalid}},
    {"-.5", {kInvalid}, {kRange}},
    {"-.5M", {kInvalid}, {kInvalid}},
    {"-18446744073709551616", {kRange}, {kRange}},
    // A fraction that is no double.
    {"1.1e-400M", {kOk, 1}, {kInvalid}},
    {"1.1e400M", {kOk, 1}, {kInvalid}},
    {"1.1e-400kM", {kOk, kMiB}, {kInvalid}},
    {"1.1e-310k", {kOk, 1}, {kInvalid}},
    {"1.1e-400", {kAccident}, {kInvalid}},
    {"0.99999999999999999999", {kOk, 0}, {kOk, 1}},
    {"18446744073709551615.99999999999999999999", {kOk, UINT64_MAX}, {kRange}},
    {".5G", {kInvalid}, {kOk, kGiB / 2}},
    {"0x10k", {kOk, 16 * kKiB}, {kInvalid}},
    {"0.99999999999999999999M", {kOk, 0}, {kOk, kMiB}},
    {"15.99999999999999999999E", {kOk, 15 * (kTiB << 20)}, {kRange}},
};

void Expect(const char* text, SizeReading expected, QemuVersion qemu) {
  std::vector<std::string> warnings;
  const SizeReading actual = ReadSize(text, DefaultUnit::kByte, qemu, warnings);
  EXPECT_EQ(expected.reading, actual.reading) << text;
  if (expected.reading == kOk) {
    EXPECT_EQ(expected.bytes, actual.bytes) << text;
  }
}

TEST(SizeTest, ReadsSizes) {
  for (const Case& c : kSame) {
    Expect(c.text, c.in_7_2, QemuVersion::k7_2);
    Expect(c.text, c.in_7_2, QemuVersion::k11_1);
  }
  for (const Case& c : kDiffering) {
    Expect(c.text, c.in_7_2, QemuVersion::k7_2);
    Expect(c.text, c.in_11_1, QemuVersion::k11_1);
  }
}

TEST(SizeTest, DefaultUnitIsForNumbersWithoutSuffix) {
  std::vector<std::string> warnings;
  const auto bytes = [&](const char* text) {
    return ReadSize(text, DefaultUnit::kMebibyte, QemuVersion::k7_2, warnings)
        .bytes;
  };
  EXPECT_EQ(bytes("128"), 128 * kMiB);
  EXPECT_EQ(bytes("1.5"), 3 * kMiB / 2);
  EXPECT_EQ(bytes("0x80"), 128 * kMiB);
  EXPECT_EQ(bytes("128k"), 128 * kKiB);
}

TEST(SizeTest, WarnsOfHexSuffixEvenBeforeRefusing) {
  std::vector<std::string> warnings;
  ReadSize("0x1p3", DefaultUnit::kByte, QemuVersion::k7_2, warnings);
  EXPECT_THAT(warnings,
              testing::ElementsAre("warning: Using a multiplier suffix on hex "
                                   "numbers is deprecated: 0x1p3"));
}

}  // namespace
}  // namespace e820check
