// SPDX-License-Identifier: Apache-2.0

#include "cli/explain.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/laws/laws.h"
#include "properties/ledger/quirks.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ExplainTest, ALawWithItsExcuses) {
  const auto text = Explain("slit.nodes-are-apart");
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, StartsWith("law slit.nodes-are-apart\n  severity    "));
  EXPECT_THAT(*text, HasSubstr("\n  who suffers "));
  EXPECT_THAT(*text, HasSubstr("\n  excused by  slit-distance-10 (7.2, 10.0, "
                               "11.1): distance 10 is accepted between"));
}

TEST(ExplainTest, AnEntryWithItsReleasesAndReport) {
  const auto text = Explain("q35-without-ram-aborts");
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, StartsWith("ledger entry q35-without-ram-aborts\n"));
  EXPECT_THAT(*text, HasSubstr("  what        q35 makes an alias of RAM"));
  EXPECT_THAT(*text, HasSubstr("  who suffers whoever starts such a machine"));
  EXPECT_THAT(*text, HasSubstr("  releases    7.2, 10.0, 11.1\n"));
  EXPECT_THAT(*text, HasSubstr("  reported    "));
}

TEST(ExplainTest, EveryNameIsExplainedWithinAHundredColumns) {
  std::vector<absl::string_view> names;
  for (const Law& law : Laws()) names.push_back(law.id);
  for (const Quirk& quirk : Quirks()) names.push_back(quirk.id);
  for (const absl::string_view name : names) {
    const auto text = Explain(name);
    ASSERT_TRUE(text.ok()) << text.status();
    for (absl::string_view rest = *text; !rest.empty();) {
      const size_t end = rest.find('\n');
      ASSERT_NE(end, rest.npos) << name;
      EXPECT_LE(end, 100u) << rest.substr(0, end);
      rest.remove_prefix(end + 1);
    }
  }
}

TEST(ExplainTest, AnotherNameGetsThoseThatAreNear) {
  const absl::Status status = Explain("slit.node-are-apart").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("'slit.node-are-apart'; did you mean "
                        "slit.nodes-are-apart?"));
  EXPECT_FALSE(Explain("").ok());
}

}  // namespace
}  // namespace e820check
