// SPDX-License-Identifier: Apache-2.0

// That no law passes for want of something to look at, that only errors count,
// and that the rules of doc/spec/audit-rules.md are all accounted for.

#include "properties/laws/laws.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/laws/laws_example.h"

namespace e820check {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAreArray;

TEST(Laws, ASoundLayoutBreaksNone) {
  EXPECT_THAT(BrokenLaws(Example()), IsEmpty());
}

// Each bit of an SRAT that makes it unreadable breaks one of the two laws about
// its bytes, so that no law passes for want of a table to look at.
TEST(Laws, SratBytesThatDoNotDecodeAreABreach) {
  const Example example;
  const GuestLayout sound = example.Layout();
  size_t unreadable = 0;
  for (size_t bit = 0; bit < sound.srat.size() * 8; ++bit) {
    GuestLayout layout = sound;
    layout.srat[bit / 8] =
        static_cast<char>(layout.srat[bit / 8] ^ 1 << bit % 8);
    if (DecodeSrat(layout.srat).ok()) continue;
    ++unreadable;
    const absl::Status status = CheckLaws(example.options, layout);
    EXPECT_THAT(std::string(status.message()),
                AnyOf(StartsWith("srat.well-formed"),
                      StartsWith("srat.reserved-is-zero")))
        << "bit " << bit % 8 << " of byte " << bit / 8;
  }
  EXPECT_GT(unreadable, 500u);
}

TEST(Laws, ATruncatedSratIsABreach) {
  const Example example;
  const GuestLayout sound = example.Layout();
  for (size_t size = 1; size < sound.srat.size(); ++size) {
    GuestLayout layout = sound;
    layout.srat.resize(size);
    const absl::Status status = CheckLaws(example.options, layout);
    EXPECT_THAT(std::string(status.message()), StartsWith("srat.well-formed"));
  }
}

TEST(Laws, AWrongChecksumIsABreach) {
  Example example;
  example.srat.header.checksum = 1;
  EXPECT_THAT(BrokenLaws(example), ElementsAre("srat.well-formed"));
}

TEST(Laws, OnlyErrorsAreDefects) {
  Example example;
  std::swap(example.e820[0], example.e820[1]);
  const GuestLayout layout = example.Layout();
  const std::vector<Breach> breaches = FindBreaches(example.options, layout);
  ASSERT_EQ(breaches.size(), 1u);
  EXPECT_EQ(breaches[0].law->severity, Severity::kWarning);
  EXPECT_FALSE(breaches[0].IsDefect());
  EXPECT_TRUE(CheckLaws(example.options, layout).ok());
}

// doc/spec/audit-rules.md numbers them by table.
std::vector<std::string> AllRuleNumbers() {
  std::vector<std::string> rules;
  for (const auto& [letter, count] : {std::pair<const char*, int>{"E", 18},
                                      {"S", 20},
                                      {"L", 6},
                                      {"H", 5},
                                      {"X", 6}}) {
    for (int i = 1; i <= count; ++i) {
      rules.push_back(absl::StrFormat("%s%02d", letter, i));
    }
  }
  return rules;
}

TEST(Laws, EachAuditRuleIsOneLawOrNamedElsewhere) {
  std::vector<std::string> known;
  std::set<const void*> functions;
  for (const Law& law : Laws()) {
    EXPECT_TRUE(
        functions.insert(reinterpret_cast<const void*>(law.check)).second)
        << law.id << " shares its function";
    if (!law.rule.empty()) known.emplace_back(law.rule);
  }
  for (const RuleElsewhere& rule : RulesCheckedElsewhere()) {
    known.emplace_back(rule.rule);
    EXPECT_FALSE(rule.why.empty() || rule.where.empty()) << rule.rule;
  }
  EXPECT_EQ(AllRuleNumbers().size(), 55u);
  EXPECT_THAT(known, UnorderedElementsAreArray(AllRuleNumbers()));
}

}  // namespace
}  // namespace e820check
