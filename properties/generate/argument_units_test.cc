// SPDX-License-Identifier: Apache-2.0

#include "properties/generate/argument_units.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;

TEST(ArgumentUnits, AnyVectorJoinsToItself) {
  const std::vector<std::string> args = {"-m", "1G",  "-no-acpi", "-numa",
                                         "",   "odd", "-smp"};
  EXPECT_EQ(JoinArguments(SplitArguments(args)), args);
  EXPECT_EQ(SplitArguments(args).size(), 5u);
}

TEST(ArgumentUnits, DoubledCommasStayInAnItem) {
  EXPECT_THAT(SplitItems("a,b=1,,2,,,c"), ElementsAre("a", "b=1,,2,,", "c"));
  EXPECT_EQ(JoinItems(SplitItems("a,b=1,,2,,,c")), "a,b=1,,2,,,c");
}

TEST(ArgumentUnits, JsonIsOneItem) {
  EXPECT_THAT(SplitItems("{\"a\":1,\"b\":2}"),
              ElementsAre("{\"a\":1,\"b\":2}"));
}

}  // namespace
}  // namespace e820check
