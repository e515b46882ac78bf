// SPDX-License-Identifier: Apache-2.0

#include "cli/nearest_names.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NearestNamesTest, TheLikeliestFirst) {
  const std::vector<std::string> names = {"predict", "diff", "hunt", "merge",
                                          "rules",   "laws", "zoo"};
  EXPECT_THAT(NearestNames("dif", names), ElementsAre("diff"));
  EXPECT_THAT(NearestNames("perdict", names), ElementsAre("predict"));
  EXPECT_THAT(NearestNames("law", names), ElementsAre("laws"));
  EXPECT_THAT(NearestNames("hant", names), ElementsAre("hunt"));
  EXPECT_THAT(NearestNames("rolls", names), ElementsAre());
  EXPECT_THAT(NearestNames("", names), IsEmpty());
  EXPECT_THAT(NearestNames(std::string(1 << 20, 'a'), names), IsEmpty());
}

TEST(NearestNamesTest, ThreeAtMost) {
  EXPECT_THAT(NearestNames("xa", {"xb", "xa1", "xa2", "xa3", "xa4"}),
              ElementsAre("xa1", "xa2", "xa3"));
  EXPECT_EQ(DidYouMean("xa", {"xb", "xa1"}), "; did you mean xa1, or xb?");
  EXPECT_EQ(DidYouMean("long word", {"xb"}), "");
}

}  // namespace
}  // namespace e820check
