// SPDX-License-Identifier: Apache-2.0

#include "machine/printable.h"

#include "gtest/gtest.h"

namespace e820check {
namespace {

TEST(Printable, LeavesTextAlone) {
  const absl::string_view text =
      "a\tb\n\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80~";
  EXPECT_EQ(Printable(text), text);
  EXPECT_EQ(Printable(""), "");
}

TEST(Printable, ShowsControlCharacters) {
  EXPECT_EQ(Printable("\x1b[31mred\r\x7f"), "\\u001b[31mred\\u000d\\u007f");
  EXPECT_EQ(Printable(absl::string_view("\0", 1)), "\\u0000");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "1m"),
            "\\u009b1m");  // CSI in one character
}

TEST(Printable, ShowsBytesThatAreNoText) {
  EXPECT_EQ(Printable("\x9b\xff"), "\\x9b\\xff");
  EXPECT_EQ(Printable("\xc3"), "\\xc3");
  EXPECT_EQ(Printable("\xc0\x9b"), "\\xc0\\x9b");           // overlong
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(Printable, KnowsWhatMayGoOn) {
  EXPECT_EQ(UnfinishedCharacterBytes("a"), 0u);
  EXPECT_EQ(UnfinishedCharacterBytes(""), 0u);
  EXPECT_EQ(UnfinishedCharacterBytes("a\xc3"), 1u);
  EXPECT_EQ(UnfinishedCharacterBytes("\xc3\xa4"), 0u);
  EXPECT_EQ(UnfinishedCharacterBytes("\xe2\x82"), 2u);
  EXPECT_EQ(UnfinishedCharacterBytes("\xf0\x9f\x98"), 3u);
  EXPECT_EQ(UnfinishedCharacterBytes("\x80\x80\x80\x80"), 0u);
}

}  // namespace
}  // namespace e820check
