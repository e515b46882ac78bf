// SPDX-License-Identifier: Apache-2.0

#include "options/json.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

// "" where the text is accepted.
std::string Refusal(absl::string_view text,
                    QemuVersion qemu = QemuVersion::k7_2) {
  return std::string(ParseJsonObject(text, qemu).status().message());
}

// All observed on 7.2.
TEST(JsonTest, RefusesInQemusWords) {
  const struct {
    const char* text;
    const char* refusal;
  } kCases[] = {
      {"{", "premature EOI"},
      {"{\"a\":1,", "premature EOI"},
      {"{\"", "stray '\"'"},
      {"{\"a", "stray '\"a'"},
      {"{x:1}", "invalid keyword 'x'"},
      {"{true:1}", "key is not a string in object"},
      {"{{}:1}", "key is not a string in object"},
      {"{\"a\" 1}", "missing : in object pair"},
      {"{\"a\"]", "missing : in object pair"},
      {"{\"a\":1 \"b\":2}", "expected separator in dict"},
      {"{\"a\":1]", "expected separator in dict"},
      {"{\"a\":1]#", "expected separator in dict"},
      {"{\"a\":[1 2]}", "expected separator in list"},
      {"{\"a\":1,\"a\":2}", "duplicate key"},
      {"{\"a\":1,\"a\":x}", "invalid keyword 'x'"},
      {"{\"a\":1,}", "expecting value"},
      {"{\"a\":1,,}", "expecting value"},
      {"{\"a\":[,1]}", "expecting value"},
      {"{\"a\":[1,]}", "expecting value"},
      {"{\"a\":[}", "expecting value"},
      {"{\"a\":}", "expecting value"},
      {"{\"a\":-}", "stray '-}'"},
      {"{\"a\":1.e}", "stray '1.e'"},
      {"{\"a\":1e+}", "stray '1e+}'"},
      {"{\"a\":.5}", "stray '.'"},
      {"{\"a\":+1}", "stray '+'"},
      {"{\"a\":01}", "stray '01'"},
      {"{\"a\":0x1}", "expected separator in dict"},
      {"{\"a\":tru_e}", "stray '_'"},
      {"{\"a\":TRUE}", "stray 'T'"},
      {"{\"a\\q\":1}", "invalid escape sequence in string"},
      {"{\"\\u12\":1}", "\\u12\" is not a valid Unicode character"},
      {"{\"\\u004g\":1}", "\\u004g is not a valid Unicode character"},
      {"{\"\\ud800\\u0041\":1}", "\\ud800 is not a valid Unicode character"},
      {"{\"\\uFDD0\":1}", "\\uFDD0 is not a valid Unicode character"},
      {"{\"a\nb\":1}", "stray '\"a\n'"},
      {"{\"\xc3\":1}", "invalid UTF-8 sequence in string"},
      {"{\"\xed\xa0\x80\":1}", "invalid UTF-8 sequence in string"},
      {"{\"\xc1\x81\":1}", "invalid UTF-8 sequence in string"},
      {"{\"a\xff\":1}", "stray '\"a\xff'"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Refusal(c.text), absl::StrCat("JSON parse error, ", c.refusal))
        << c.text;
  }
}

TEST(JsonTest, AnythingAfterTheValueIsASecondOne) {
  for (const char* text : {"{}{}", "{} x", "{}}", "{}#", "{},"}) {
    EXPECT_EQ(Refusal(text), "Expecting at most one JSON value") << text;
  }
  EXPECT_EQ(Refusal("{} \n"), "");
}

TEST(JsonTest, ReadsValues) {
  const auto tree = ParseJsonObject(
      "{'i':-9223372036854775808,'u':18446744073709551615,'d':1e6,"
      "'x':18446744073709551616,'t':true,'n':null,'l':[0,[]],"
      "'s':'a\\u0041\\ud83d\\ude00\\\"\\u0000'}",
      QemuVersion::k7_2);
  ASSERT_TRUE(tree.ok()) << tree.status();
  const auto at = [&](absl::string_view key) -> const Value& {
    return (*tree)[tree->Find(ValueTree::kRoot, key).value()];
  };
  EXPECT_EQ(at("i").signed_integer, INT64_MIN);
  EXPECT_EQ(at("u").kind, Value::Kind::kUnsigned);
  EXPECT_EQ(at("u").unsigned_integer, UINT64_MAX);
  EXPECT_EQ(at("d").kind, Value::Kind::kDouble);
  EXPECT_EQ(at("x").kind, Value::Kind::kDouble);
  EXPECT_TRUE(at("t").boolean);
  EXPECT_EQ(at("n").kind, Value::Kind::kNull);
  EXPECT_EQ(at("l").elements.size(), 2u);
  EXPECT_EQ(at("s").text, "aA\xf0\x9f\x98\x80\"\xc0\x80");
}

TEST(JsonTest, DepthIsLimitedAsInQemu) {
  const auto nested = [](int depth) {
    return absl::StrCat("{\"a\":", std::string(depth, '['),
                        std::string(depth, ']'), "}");
  };
  EXPECT_EQ(Refusal(nested(1023)), "");
  EXPECT_EQ(Refusal(nested(1024)), "JSON nesting depth limit exceeded");
}

TEST(JsonTest, LaterReleasesNameThePosition) {
  EXPECT_EQ(Refusal("{\"a\":1,\n \"a\" :1,}", QemuVersion::k11_1),
            "2:7: JSON parse error, duplicate key");
  EXPECT_EQ(Refusal("{\"a\":1,}", QemuVersion::k11_1),
            "1:8: JSON parse error, expecting key");
  EXPECT_EQ(Refusal("{", QemuVersion::k11_1),
            "1:2: JSON parse error, premature end of input");
  EXPECT_EQ(Refusal("{\"a\" 1}", QemuVersion::k11_1),
            "1:6: JSON parse error, expecting ':'");
  EXPECT_EQ(Refusal("{,}", QemuVersion::k10_0),
            "JSON parse error, expecting value");
}

// The one behind a number or keyword.
TEST(JsonTest, APositionMayBeOneTooFar) {
  EXPECT_EQ(Refusal("{\"a\":1:", QemuVersion::k11_1),
            "1:8: JSON parse error, expected ',' or '}'");
  EXPECT_EQ(Refusal("{\"a\":1 :", QemuVersion::k11_1),
            "1:8: JSON parse error, expected ',' or '}'");
  EXPECT_EQ(Refusal("{\"a\":true", QemuVersion::k11_1),
            "1:11: JSON parse error, premature end of input");
}

TEST(JsonTest, ABadTokenIsRefusedFirstByOlderReleases) {
  EXPECT_EQ(Refusal("{1:%", QemuVersion::k10_0), "JSON parse error, stray '%'");
  EXPECT_EQ(Refusal("{1:%", QemuVersion::k11_1),
            "1:2: JSON parse error, expecting key");
}

TEST(JsonTest, NoExponentFollowsAZero) {
  EXPECT_EQ(Refusal("{\"a\":0e1}"),
            "JSON parse error, expected separator in dict");
  EXPECT_EQ(Refusal("{\"a\":-0E1}"), "JSON parse error, stray 'E'");
  EXPECT_EQ(Refusal("{\"a\":0.0e1}"), "");
}

TEST(JsonTest, LongMessagesAreCut) {
  const std::string word(1100, 'x');
  const std::string cut =
      absl::StrCat("invalid keyword '", word).substr(0, 1023);
  EXPECT_EQ(Refusal(absl::StrCat("{\"a\":", word, "}")),
            absl::StrCat("JSON parse error, ", cut));
}

}  // namespace
}  // namespace e820check
