// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/damage.h"

#include <set>
#include <string>

#include "fuzz/seeds/seeds.h"
#include "gtest/gtest.h"
#include "model/reference_layout.h"
#include "properties/judge/judgement.h"

namespace e820check {
namespace {

TEST(DamageTest, MakesAnswersWrongInManyWays) {
  int equal = 0;
  int cases = 0;
  std::set<std::string> defects;
  for (const LayoutSeed& seed : LayoutSeeds()) {
    const Answer answer = ReferenceLayout(seed.machine);
    for (int i = 0; i < 100; ++i) {
      SeededChoices choices(i);
      const Answer damaged = Damage(answer, choices);
      ++cases;
      equal += damaged == answer ? 1 : 0;
      const Judgement judgement = Judge(nullptr, answer, damaged);
      for (const Defect& defect : judgement.defects) {
        defects.insert(defect.id);
      }
      SeededChoices again(i);
      EXPECT_EQ(Damage(answer, again), damaged);
    }
  }
  EXPECT_GT(equal, cases / 20);
  EXPECT_LT(equal, cases / 2);
  EXPECT_GT(defects.size(), 40u);
}

}  // namespace
}  // namespace e820check
