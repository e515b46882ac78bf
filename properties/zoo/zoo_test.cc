// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/zoo/judge.h"
#include "properties/zoo/mutant.h"
#include "properties/zoo/trial.h"

namespace e820check {
namespace {

std::vector<std::string> Words(absl::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

TEST(Zoo, HasMutantsOfEveryClassEachWithASource) {
  const std::set<std::string> all_classes = {
      "OVL", "GAP", "ORD", "INC", "OVF", "CAP", "TYP", "PXM", "HOLE",
      "PAR", "MLS", "HP",  "SPM", "LIF", "ENC", "XRF", "ITR"};
  std::set<std::string> ids;
  std::set<std::string> classes;
  for (const Mutant& mutant : AllMutants()) {
    EXPECT_TRUE(ids.insert(std::string(mutant.id)).second) << mutant.id;
    for (const std::string& name : Words(mutant.classes)) {
      EXPECT_EQ(all_classes.count(name), 1u) << mutant.id << ": " << name;
      classes.insert(name);
    }
    EXPECT_FALSE(mutant.classes.empty()) << mutant.id;
    const std::vector<std::string> sources = Words(mutant.sources);
    EXPECT_FALSE(sources.empty()) << mutant.id;
    for (const std::string& source : sources) {
      // Z01 to Z70 of doc/spec/bug-zoo.md.
      ASSERT_EQ(source.size(), 3u) << mutant.id;
      EXPECT_GE(source, "Z01") << mutant.id;
      EXPECT_LE(source, "Z70") << mutant.id;
    }
  }
  EXPECT_GE(ids.size(), 70u);
  EXPECT_EQ(classes, all_classes);
}

class EveryMutant : public testing::TestWithParam<Mutant> {};

INSTANTIATE_TEST_SUITE_P(Zoo, EveryMutant, testing::ValuesIn(AllMutants()),
                         [](const auto& param) {
                           std::string name(param.param.id);
                           std::replace_if(
                               name.begin(), name.end(),
                               [](char c) { return !std::isalnum(c); }, '_');
                           return name;
                         });

// As `e820check zoo` does at its default number of cases.
TEST_P(EveryMutant, IsCaught) {
  const Score score = TryMutant(GetParam(), {.seed = 1, .cases = 100000});
  EXPECT_FALSE(score.caught.empty());
}

TEST(Zoo, NothingIsCaughtWithoutMutants) {
  for (const auto& kind : {MapMutants(), LayoutMutants(), ReaderMutants()}) {
    const Score score = TryControl(kind.front(), {.seed = 1, .cases = 5000});
    EXPECT_EQ(score.caught.difference, "") << kind.front().id;
    EXPECT_EQ(score.caught.law, "") << kind.front().id;
    EXPECT_EQ(score.cases, 5000u);
  }
}

TEST(FuzzMutant, NamesTheTargetThatIsNotThere) {
  const auto score = FuzzMutant(
      AllMutants().front(),
      {.target = "/nowhere/fuzz_zoo", .scratch = testing::TempDir()});
  EXPECT_EQ(score.status().code(), absl::StatusCode::kNotFound);
}

TEST(FuzzMutant, DeathOfSomethingElseIsNoCatch) {
  const auto score =
      FuzzMutant(AllMutants().front(),
                 {.target = "/bin/false", .scratch = testing::TempDir()});
  EXPECT_EQ(score.status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace e820check
