// SPDX-License-Identifier: Apache-2.0

#include "options/integer.h"

#include <optional>

#include "gtest/gtest.h"

namespace e820check {
namespace {

constexpr QemuVersion k7 = QemuVersion::k7_2;

TEST(IntegerTest, UnsignedTakesCSyntaxAndNoMinus) {
  const struct {
    const char* text;
    std::optional<uint64_t> value;
  } kCases[] = {
      {"0", 0},
      {"024", 20},
      {"08", std::nullopt},
      {"0x1F", 31},
      {"0x", std::nullopt},
      {" \t+3", 3},
      {"3 ", std::nullopt},
      {"+ 3", std::nullopt},
      {"-0", std::nullopt},
      {"", std::nullopt},
      {"1k", std::nullopt},
      {"0.0", std::nullopt},
      {"18446744073709551615", UINT64_MAX},
      {"18446744073709551616", std::nullopt},
  };
  for (const auto& c : kCases) EXPECT_EQ(ReadUnsigned(c.text, k7), c.value);
}

TEST(IntegerTest, BinaryCameWithLaterCLibraries) {
  EXPECT_EQ(ReadUnsigned("0b11", k7), std::nullopt);
  EXPECT_EQ(ReadUnsigned("0b11", QemuVersion::k11_1), 3u);
  EXPECT_EQ(ReadUnsigned("0b2", QemuVersion::k11_1), std::nullopt);
}

TEST(IntegerTest, WrappingUnsignedTellsOverflowFromNonsense) {
  EXPECT_EQ(ReadWrappingUnsigned("-18446744073709551615", k7).value, 1u);
  EXPECT_EQ(ReadWrappingUnsigned("-1", k7).value, UINT64_MAX);
  EXPECT_EQ(ReadWrappingUnsigned("18446744073709551616", k7).reading,
            Reading::kOutOfRange);
  EXPECT_EQ(ReadWrappingUnsigned("18446744073709551616x", k7).reading,
            Reading::kInvalid);
}

TEST(IntegerTest, SignedHasBothEnds) {
  EXPECT_EQ(ReadSigned("-9223372036854775808", k7), INT64_MIN);
  EXPECT_EQ(ReadSigned("-9223372036854775809", k7), std::nullopt);
  EXPECT_EQ(ReadSigned("9223372036854775807", k7), INT64_MAX);
  EXPECT_EQ(ReadSigned("9223372036854775808", k7), std::nullopt);
}

TEST(IntegerTest, RangesAscendAndSpanAtMost65536) {
  const auto last = [](const char* text) -> std::optional<uint64_t> {
    const auto range = ReadRange(text, k7);
    if (!range) return std::nullopt;
    return range->last;
  };
  EXPECT_EQ(last("5"), 5u);
  EXPECT_EQ(last("0x0-0x3"), 3u);
  EXPECT_EQ(last("0- +3"), 3u);
  EXPECT_EQ(last("0-65535"), 65535u);
  EXPECT_EQ(last("65535-65536"), 65536u);
  for (const char* text : {"0-65536", "3-1", "0-", "-1", "0--1", "0-1-2", "0:3",
                           "0 -3", "", "0-18446744073709551615"}) {
    EXPECT_EQ(last(text), std::nullopt) << text;
  }
}

TEST(IntegerTest, BoolIsOneOfEightWords) {
  EXPECT_EQ(ReadBool("y"), true);
  EXPECT_EQ(ReadBool("false"), false);
  EXPECT_EQ(ReadBool("On"), std::nullopt);
  EXPECT_EQ(ReadBool(""), std::nullopt);
}

TEST(IntegerTest, IdentifierStartsWithALetter) {
  EXPECT_TRUE(IsIdentifier("m.a-b_c1"));
  for (const char* text : {"", "1x", "-m", "m/a", "\xc3\xa9"}) {
    EXPECT_FALSE(IsIdentifier(text)) << text;
  }
}

}  // namespace
}  // namespace e820check
