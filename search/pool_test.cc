// SPDX-License-Identifier: Apache-2.0

#include "search/pool.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

TEST(PoolTest, KeepsWhatShowsSomethingNew) {
  Pool pool;
  EXPECT_TRUE(pool.Offer({"a"}, {"rule 1", "refusal x"}));
  EXPECT_FALSE(pool.Offer({"b"}, {"rule 1"}));
  EXPECT_FALSE(pool.Offer({"c"}, {}));
  EXPECT_TRUE(pool.Offer({"d"}, {"refusal x", "rule 12"}));
  EXPECT_THAT(pool.cases(),
              testing::ElementsAre(CommandLineArgs{"a"}, CommandLineArgs{"d"}));
  EXPECT_EQ(pool.CountSeen("rule"), 2u);
  EXPECT_EQ(pool.CountSeen("refusal"), 1u);
  EXPECT_EQ(pool.CountSeen("ru"), 0u);
}

}  // namespace
}  // namespace e820check
