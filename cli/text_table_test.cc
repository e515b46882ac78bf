// SPDX-License-Identifier: Apache-2.0

#include "cli/text_table.h"

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;

TextTable Small() {
  return {.columns = {{.title = "name"},
                      {.title = "count", .is_number = true},
                      {.title = "text"}},
          .rows = {{"a", "7", "some words"}, {"longer", "12345678", ""}}};
}

TEST(TextTableTest, AlignsColumns) {
  EXPECT_EQ(Print(Small()),
            "name       count  text\n"
            "------  --------  ----------\n"
            "a              7  some words\n"
            "longer  12345678\n");
}

TEST(TextTableTest, FitsAHundredColumns) {
  std::string words;
  for (int i = 0; i < 40; ++i) words += "words ";
  const TextTable table{
      .columns = {{.title = "a"}, {.title = "b"}, {.title = "c"}},
      .rows = {{"short", words, std::string(250, 'x')}}};
  const std::string text = Print(table);
  size_t letters = 0;
  for (const std::string& line :
       std::vector<std::string>(absl::StrSplit(text, '\n'))) {
    EXPECT_LE(line.size(), 100u);
    letters += static_cast<size_t>(std::count(line.begin(), line.end(), 'x'));
  }
  EXPECT_EQ(letters, 250u);
}

TEST(WrapWordsTest, BreaksBetweenWordsIfItCan) {
  EXPECT_THAT(WrapWords("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(WrapWords("abcdefghij k", 4),
              ElementsAre("abcd", "efgh", "ij k"));
  EXPECT_THAT(WrapWords("", 4), ElementsAre(""));
}

}  // namespace
}  // namespace e820check
