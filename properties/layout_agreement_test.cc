// SPDX-License-Identifier: Apache-2.0

// Verify that both layouts give one answer to machines of every release, rare
// ones included. RapidCheck, which can shrink, holds them against each other
// too, on some hundred machines of each release; the generators by themselves
// are fast enough for those that one in a thousand machines reaches.

#include <optional>
#include <variant>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "model/reference_layout.h"
#include "options/command_line.h"
#include "options/format.h"
#include "properties/generate/choices.h"
#include "properties/generate/command_line_generator.h"
#include "properties/generate/machine_generator.h"
#include "properties/judge/judgement.h"
#include "rangetree/range_tree_layout.h"

namespace e820check {
namespace {

constexpr uint64_t kSeed = 820;
constexpr int kCases = 20000;

// By turns one that text can ask for, often with a fault, and one that may have
// more; nullopt where the parser refuses the text.
std::optional<MachineOptions> NextMachine(QemuVersion version, int i,
                                          Choices& choices) {
  const GeneratorPolicy policy = {
      .qemu_version = version,
      .dialect = i % 4 < 2 ? Dialect::kStock : Dialect::kMemmapType,
      .beyond_command_lines = i % 2 == 1,
      .one_fault_in = 2};
  if (policy.beyond_command_lines) return GenerateMachine(choices, policy);
  const auto parsed =
      ParseCommandLine(GenerateCommandLine(choices, policy),
                       {.qemu_version = version, .dialect = policy.dialect});
  if (!parsed.ok() || !parsed->accepted()) return std::nullopt;
  return std::get<MachineOptions>(parsed->outcome);
}

class LayoutAgreementTest : public ::testing::TestWithParam<QemuVersion> {};

TEST_P(LayoutAgreementTest, OfMachinesOfARelease) {
  SeededChoices choices(kSeed);
  int accepted = 0;
  int refused = 0;
  for (int i = 0; i < kCases; ++i) {
    const auto machine = NextMachine(GetParam(), i, choices);
    if (!machine) continue;
    const Answer expected = ReferenceLayout(*machine);
    const Judgement judgement =
        Judge(&*machine, expected, RangeTreeLayout(*machine));
    ASSERT_TRUE(judgement.defects.empty())
        << "case " << i << ": " << Describe(judgement) << "\n"
        << absl::StrJoin(Format(*machine), " ");
    ++(expected.accepted() ? accepted : refused);
  }
  EXPECT_GT(accepted, kCases / 5);
  EXPECT_GT(refused, kCases / 10);
}

INSTANTIATE_TEST_SUITE_P(
    Releases, LayoutAgreementTest, ::testing::ValuesIn(kReleases),
    [](const auto& instance) {
      return absl::StrReplaceAll(ToString(instance.param), {{".", "_"}});
    });

}  // namespace
}  // namespace e820check
