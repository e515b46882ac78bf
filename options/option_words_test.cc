// SPDX-License-Identifier: Apache-2.0

#include "options/option_words.h"

#include "gtest/gtest.h"

namespace e820check {
namespace {

TEST(OptionWordsTest, TakesOneOrTwoDashes) {
  const OptionWord* numa = FindOptionWord("-numa", QemuVersion::k7_2);
  ASSERT_NE(numa, nullptr);
  EXPECT_EQ(numa, FindOptionWord("--numa", QemuVersion::k7_2));
  EXPECT_TRUE(numa->has_argument);
  EXPECT_EQ(FindOptionWord("-M", QemuVersion::k7_2)->meaning,
            OptionMeaning::kMachine);
  EXPECT_FALSE(FindOptionWord("-S", QemuVersion::k7_2)->has_argument);
  for (const char* word :
       {"numa", "---numa", "-", "--", "", "-m=64", "-mem", "-NUMA", "-numa "}) {
    EXPECT_EQ(FindOptionWord(word, QemuVersion::k7_2), nullptr) << word;
  }
}

TEST(OptionWordsTest, EveryWordIsFound) {
  // The first and the last of the table, and the one-letter ones between.
  for (const char* word :
       {"-D", "-L", "-M", "-S", "-accel", "-m", "-s", "-xen-domid-restrict"}) {
    EXPECT_NE(FindOptionWord(word, QemuVersion::k7_2), nullptr) << word;
  }
}

TEST(OptionWordsTest, WordsComeAndGo) {
  EXPECT_NE(FindOptionWord("-no-acpi", QemuVersion::k7_2), nullptr);
  EXPECT_EQ(FindOptionWord("-no-acpi", QemuVersion::k10_0), nullptr);
  EXPECT_EQ(FindOptionWord("-run-with", QemuVersion::k7_2), nullptr);
  EXPECT_NE(FindOptionWord("-run-with", QemuVersion::k11_1), nullptr);
}

}  // namespace
}  // namespace e820check
