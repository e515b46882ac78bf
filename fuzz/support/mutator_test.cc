// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/mutator.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "fuzz/seeds/seeds.h"
#include "fuzz/support/machine_codec.h"
#include "fuzz/support/map_operations.h"
#include "fuzz/support/option_text.h"
#include "gtest/gtest.h"
#include "options/argument_lines.h"

namespace e820check {
namespace {

constexpr int kRounds = 300;

// What keeps a target's inputs inside the format.
using IsValid = bool (*)(const std::string& input);

struct Case {
  const char* name;
  const Mutator* mutator;
  std::vector<std::string> seeds;
  IsValid is_valid;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

// Of lines, arguments that come back as they are.
bool AreArguments(const std::string& input) {
  const ArgumentLines lines = SplitArgumentLines(input);
  for (const std::string& arg : lines.args) {
    if (arg.find('\n') != std::string::npos) return false;
  }
  return input.find('\0') == std::string::npos;
}

bool IsOption(const std::string& input) {
  return input.find('\0') == std::string::npos &&
         !absl::StartsWith(SplitOptionText(input).text, "#");
}

bool AreOperations(const std::string& input) {
  const auto encoded = EncodeMapOperations(
      DecodeMapOperations(input, input.size() / kMapOperationSizeBytes));
  return input.size() % kMapOperationSizeBytes == 0 && encoded.has_value();
}

bool IsMachine(const std::string& input) {
  const MachineOptions machine = DecodeMachine(input);
  return Validate(machine).ok() && EncodeMachine(machine) == input;
}

bool AreChoices(const std::string& input) { return input.size() % 2 == 0; }

std::vector<Case> Cases() {
  std::vector<std::string> machines;
  for (const LayoutSeed& seed : LayoutSeeds()) {
    machines.push_back(EncodeMachine(seed.machine).value_or(""));
  }
  std::vector<std::string> operations;
  for (const RangeTreeMapSeed& seed : RangeTreeMapSeeds()) {
    operations.push_back(EncodeMapOperations(seed.operations).value_or(""));
  }
  return {
      {"arguments",
       &kArgumentsMutator,
       {"", "-m\n1G\n", "#10.0 memmap-type\n-numa\nnode,nodeid=0"},
       AreArguments},
      {"memory_text",
       &kMemoryTextMutator,
       {"", "#11.1\n4G,slots=2,maxmem=8G"},
       IsOption},
      {"numa_text", &kNumaTextMutator, {"node,mem=1G", "dist,src=0"}, IsOption},
      {"object_text",
       &kObjectTextMutator,
       {"memory-backend-ram,id=a", "{\"qom-type\":\"memory-backend-ram\"}"},
       IsOption},
      {"map_operations", &kMapOperationsMutator, operations, AreOperations},
      {"machine", &kMachineMutator, machines, IsMachine},
      {"choices", &kChoicesMutator, {"", "abcdef"}, AreChoices}};
}

class MutatorTest : public testing::TestWithParam<Case> {
 protected:
  // Calls visit(result, max_size) with mutations and crossings of many seeds,
  // each made of the results before it.
  template <typename Visit>
  void VisitResults(Visit visit) {
    std::vector<std::string> inputs = GetParam().seeds;
    for (int round = 0; round < kRounds; ++round) {
      SeededChoices choices(round);
      const size_t max_size = 64 + choices.Below(512);
      std::string& input = inputs[choices.Below(inputs.size())];
      const Mutator& mutator = *GetParam().mutator;
      const std::string result =
          choices.OneIn(2)
              ? mutator.mutate(input, max_size, choices)
              : mutator.cross(input, choices.Pick(inputs), max_size, choices);
      visit(result, max_size);
      if (!result.empty()) input = result;
    }
  }
};

TEST_P(MutatorTest, OneSeedGivesOneResult) {
  std::vector<std::string> first;
  VisitResults(
      [&](const std::string& result, size_t) { first.push_back(result); });
  size_t i = 0;
  VisitResults([&](const std::string& result, size_t) {
    EXPECT_EQ(result, first[i++]);
  });
  EXPECT_EQ(i, first.size());
  EXPECT_GT(std::set<std::string>(first.begin(), first.end()).size(),
            kRounds / 2u)
      << "hardly anything changes";
}

TEST_P(MutatorTest, ResultsAreValidAndFit) {
  VisitResults([&](const std::string& result, size_t max_size) {
    EXPECT_LE(result.size(), max_size);
    if (result.empty()) return;
    EXPECT_TRUE(GetParam().is_valid(result)) << absl::CHexEscape(result);
  });
}

INSTANTIATE_TEST_SUITE_P(All, MutatorTest, testing::ValuesIn(Cases()),
                         [](const auto& parameter) {
                           return parameter.param.name;
                         });

TEST(MachineMutatorTest, KeepsTheSumOfTheNodes) {
  const std::string two_gigabyte_nodes = [] {
    for (const LayoutSeed& seed : LayoutSeeds()) {
      if (seed.name == "two_nodes_with_distances") {
        return EncodeMachine(seed.machine).value_or("");
      }
    }
    return std::string();
  }();
  ASSERT_FALSE(two_gigabyte_nodes.empty());
  int with_nodes = 0;
  for (int round = 0; round < kRounds; ++round) {
    SeededChoices choices(round);
    const std::string result =
        kMachineMutator.mutate(two_gigabyte_nodes, 1024, choices);
    if (result.empty()) continue;
    const MachineOptions machine = DecodeMachine(result);
    uint64_t sum = 0;
    for (const NumaNode& node : machine.numa_nodes) {
      sum += NodeSizeBytes(machine, node);
    }
    if (machine.numa_nodes.empty()) continue;
    ++with_nodes;
    EXPECT_EQ(machine.memory.ram_size_bytes, (sum + 8191) & ~uint64_t{8191});
  }
  EXPECT_GT(with_nodes, kRounds / 2);
}

}  // namespace
}  // namespace e820check
