// SPDX-License-Identifier: Apache-2.0

#include "cli/pages.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/rules.h"
#include "properties/laws/laws.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;

TEST(ListItem, BreaksAtBlanksWithinTheWidth) {
  const std::string word(60, 'x');
  EXPECT_EQ(ListItem("a b"), "- a b\n");
  EXPECT_EQ(ListItem(absl::StrCat(word, " ", word)),
            absl::StrCat("- ", word, "\n  ", word, "\n"));
}

TEST(ListItem, AWordThatIsTooWideStaysWhole) {
  const std::string word(200, 'x');
  EXPECT_EQ(ListItem(absl::StrCat("a ", word)),
            absl::StrCat("- a\n  ", word, "\n"));
}

TEST(LawsPage, HasEveryLawTwice) {
  const std::string page = LawsPage();
  for (const Law& law : Laws()) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("\n| `", law.id, "` | ")));
    EXPECT_THAT(page, HasSubstr(absl::StrCat("\n- `", law.id, "`: ")));
  }
  for (const RuleElsewhere& rule : RulesCheckedElsewhere()) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("\n- ", rule.rule, ": ")));
  }
}

TEST(RulesPage, HasEveryRule) {
  const std::string page = RulesPage();
  for (const RuleFacts& facts : AllRules()) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("\n| ", facts.text, " | ",
                                             facts.section, " | ")));
  }
}

}  // namespace
}  // namespace e820check
