// SPDX-License-Identifier: Apache-2.0

// That no law passes for want of something to look at, that only errors count,
// and that the rules of doc/spec/audit-rules.md are all accounted for.

#include "properties/laws/laws.h"

#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/laws/laws_example.h"

namespace e820check {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::IsEmpty;
using ::testing::SizeIs;
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

// The numbers of doc/spec/audit-rules.md, each of which begins an item there:
// "- **E01** ...".
std::vector<std::string> AllRuleNumbers() {
  std::vector<std::string> rules;
  std::ifstream file(E820CHECK_SOURCE_DIR "/doc/spec/audit-rules.md");
  for (std::string line; std::getline(file, line);) {
    absl::string_view rest = line;
    if (absl::ConsumePrefix(&rest, "- **")) {
      rules.emplace_back(rest.substr(0, rest.find("**")));
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
  EXPECT_THAT(known, SizeIs(Gt(50)));
  EXPECT_THAT(known, UnorderedElementsAreArray(AllRuleNumbers()));
}

}  // namespace
}  // namespace e820check
