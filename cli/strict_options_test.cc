// SPDX-License-Identifier: Apache-2.0

#include "cli/strict_options.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace e820check {
namespace {

TEST(ReadNumberTest, TakesDigitsWithinBounds) {
  EXPECT_EQ(*ReadNumber("0", {0, UINT64_MAX}), 0u);
  EXPECT_EQ(*ReadNumber("18446744073709551615", {0, UINT64_MAX}), UINT64_MAX);
  EXPECT_EQ(*ReadNumber("007", {1, 9}), 7u);
  EXPECT_EQ(*ReadNumber("9", {1, 9}), 9u);
}

TEST(ReadNumberTest, RefusesAllElse) {
  for (const char* text :
       {"", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "1,000", "nan",
        "18446744073709551616", "99999999999999999999999", "\xd9\xa1"}) {
    EXPECT_EQ(ReadNumber(text, {0, UINT64_MAX}).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
  EXPECT_EQ(ReadNumber("0", {1, 9}).status().message(),
            "'0' is no whole number from 1 to 9");
  EXPECT_FALSE(ReadNumber("10", {1, 9}).ok());
}

TEST(ReadMinutesTest, TakesDigitsWithAPoint) {
  EXPECT_EQ(*ReadMinutes("15"), 15);
  EXPECT_EQ(*ReadMinutes("0.5"), 0.5);
  EXPECT_EQ(*ReadMinutes(".25"), 0.25);
  EXPECT_EQ(*ReadMinutes("1000000"), 1000000);
}

TEST(ReadMinutesTest, RefusesAllElse) {
  for (const char* text : {"", ".", "nan", "NaN", "inf", "-1", "1e2", "0x1",
                           "0", "0.001", "1000001", "1.2.3", "1m", " 1"}) {
    EXPECT_EQ(ReadMinutes(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
  EXPECT_EQ(ReadMinutes("nan").status().message(),
            "'nan' is no number of minutes from 0.01 to 1000000");
}

TEST(ReadChoiceTest, NamesTheChoices) {
  EXPECT_EQ(*ReadChoice("b", {"a", "b"}), 1u);
  EXPECT_EQ(ReadChoice("B", {"a", "b"}).status().message(),
            "'B' is none of a, b");
  EXPECT_FALSE(ReadChoice("", {"a", "b"}).ok());
}

}  // namespace
}  // namespace e820check
