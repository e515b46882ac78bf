// SPDX-License-Identifier: Apache-2.0

#include "search/mutation.h"

#include <algorithm>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::Contains;
using ::testing::Each;

const CommandLineArgs kNode = {"-m", "1G", "-numa", "node,nodeid=0,cpus=0-3"};
const CommandLineArgs kOther = {"-object", "memory-backend-ram,id=m,size=1G"};

TEST(MutateTest, SameChoicesGiveTheSame) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SeededChoices once(seed);
    SeededChoices again(seed);
    EXPECT_EQ(Mutate(kNode, {kOther}, once), Mutate(kNode, {kOther}, again));
  }
}

TEST(MutateTest, MakesManyLinesAndSplicesOthersIn) {
  std::set<CommandLineArgs> lines;
  int unchanged = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    SeededChoices choices(seed);
    CommandLineArgs line = Mutate(kNode, {kOther}, choices);
    unchanged += line == kNode ? 1 : 0;
    lines.insert(std::move(line));
  }
  EXPECT_GT(lines.size(), 600u);
  EXPECT_LT(unchanged, 100);
  CommandLineArgs spliced = kNode;
  spliced.insert(spliced.end(), kOther.begin(), kOther.end());
  EXPECT_THAT(lines, Contains(spliced));
}

TEST(MutateTest, NoArgumentHoldsANul) {
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    SeededChoices choices(seed);
    EXPECT_THAT(Mutate(kNode, {}, choices),
                Each(testing::Not(testing::HasSubstr(std::string(1, '\0')))));
  }
}

TEST(MutateTest, NothingGrowsOutOfNothing) {
  SeededChoices choices(1);
  EXPECT_EQ(Mutate({}, {}, choices), CommandLineArgs());
}

}  // namespace
}  // namespace e820check
