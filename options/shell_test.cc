// SPDX-License-Identifier: Apache-2.0

#include "options/shell.h"

#include <cstdio>
#include <string>

#include "gtest/gtest.h"

namespace e820check {
namespace {

TEST(Shell, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(ShellQuote("-m=1,x"), "-m=1,x");
  EXPECT_EQ(ShellQuote(""), "''");
  EXPECT_EQ(ShellQuote("a b"), "'a b'");
  EXPECT_EQ(ShellQuote("it's"), "'it'\\''s'");
}

// What a shell makes of the word.
std::string Echoed(const std::string& word) {
  FILE* const pipe = popen(("printf %s " + ShellQuote(word)).c_str(), "r");
  std::string output;
  for (int c; pipe != nullptr && (c = std::getc(pipe)) != EOF;) {
    output.push_back(static_cast<char>(c));
  }
  if (pipe != nullptr) pclose(pipe);
  return output;
}

// Such a word can be shown on a terminal and still be pasted.
TEST(Shell, WordsWithControlCharactersArePlainText) {
  for (const std::string word :
       {"\x1b[31m", "it's\x01", "\x7f", "a\xff'b", "\x1b\x1b", "two words\r"}) {
    EXPECT_EQ(Echoed(word), word);
    for (const char c : ShellQuote(word)) {
      EXPECT_TRUE(c >= ' ' && c <= '~') << ShellQuote(word);
    }
  }
}

}  // namespace
}  // namespace e820check
