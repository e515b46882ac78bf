// SPDX-License-Identifier: Apache-2.0

// Non-vacuity: the generators reach every class, the ledger has no entry that
// matches nothing, and each law can be broken.

#include <map>
#include <set>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "model/reference_layout.h"
#include "model/rules.h"
#include "options/command_line.h"
#include "properties/generate/choices.h"
#include "properties/generate/classify.h"
#include "properties/generate/command_line_generator.h"
#include "properties/generate/machine_generator.h"
#include "properties/laws/laws.h"
#include "properties/ledger/quirks.h"

namespace e820check {
namespace {

constexpr uint64_t kSeed = 20;
constexpr int kCases = 20000;

struct Counts {
  std::map<std::string, int> classes;
  std::set<std::string> quirks;
  int refused = 0;
  int not_covered = 0;
};

void CountCase(const GeneratorPolicy& policy, Choices& choices,
               Counts& counts) {
  const auto parsed = ParseCommandLine(
      GenerateCommandLine(choices, policy),
      {.qemu_version = policy.qemu_version, .dialect = policy.dialect});
  if (!parsed.ok()) {
    ++counts.not_covered;
    return;
  }
  const auto* options = std::get_if<MachineOptions>(&parsed->outcome);
  const Answer answer =
      options != nullptr
          ? ReferenceLayout(*options)
          : Answer{.warnings = {},
                   .outcome = std::get<Rejection>(parsed->outcome)};
  for (const absl::string_view name : Classify(options, answer)) {
    ++counts.classes[std::string(name)];
  }
  if (!answer.accepted()) {
    ++counts.refused;
    return;
  }
  for (const Breach& breach :
       FindBreaches(*options, std::get<GuestLayout>(answer.outcome))) {
    if (breach.excuse != nullptr) {
      counts.quirks.insert(std::string(breach.excuse->id));
    }
  }
}

const Counts& CountsOf(Dialect dialect) {
  const auto count = [](Dialect d) {
    GeneratorPolicy policy;
    policy.dialect = d;
    SeededChoices choices(kSeed);
    Counts counts;
    for (int i = 0; i < kCases; ++i) CountCase(policy, choices, counts);
    return counts;
  };
  static const Counts& stock = *new Counts(count(Dialect::kStock));
  static const Counts& memmap = *new Counts(count(Dialect::kMemmapType));
  return dialect == Dialect::kStock ? stock : memmap;
}

TEST(Coverage, EveryClassIsGenerated) {
  for (const Dialect dialect : {Dialect::kStock, Dialect::kMemmapType}) {
    const Counts& counts = CountsOf(dialect);
    for (const absl::string_view name : AllClasses(dialect)) {
      const auto found = counts.classes.find(std::string(name));
      // One in a thousand, or a class is reached by luck only.
      EXPECT_GE(found == counts.classes.end() ? 0 : found->second,
                kCases / 1000)
          << name << " under dialect " << ToString(dialect);
    }
  }
}

TEST(Coverage, BetweenFifteenAndSixtyPercentAreRefused) {
  for (const Dialect dialect : {Dialect::kStock, Dialect::kMemmapType}) {
    const int refused = CountsOf(dialect).refused;
    EXPECT_GE(refused, kCases * 15 / 100);
    EXPECT_LE(refused, kCases * 60 / 100);
  }
}

TEST(Coverage, TheParserCoversNearlyAllThatIsGenerated) {
  EXPECT_LE(CountsOf(Dialect::kStock).not_covered, kCases / 100);
}

// Of a machine whose layout has no other defects.
void CollectQuirks(const MachineOptions& machine,
                   std::set<std::string>& quirks) {
  const Answer answer = ReferenceLayout(machine);
  const auto* layout = std::get_if<GuestLayout>(&answer.outcome);
  if (layout == nullptr) return;
  for (const Breach& breach : FindBreaches(machine, *layout)) {
    EXPECT_FALSE(breach.IsDefect()) << breach.law->id << ": " << breach.detail;
    if (breach.excuse != nullptr) quirks.insert(std::string(breach.excuse->id));
  }
}

// Entries that excuse machines for which there are no words.
std::set<std::string> QuirksBeyondCommandLines() {
  GeneratorPolicy policy;
  policy.beyond_command_lines = true;
  SeededChoices choices(kSeed);
  std::set<std::string> quirks;
  for (int i = 0; i < kCases; ++i) {
    const MachineOptions machine = GenerateMachine(choices, policy);
    CollectQuirks(machine, quirks);
  }
  return quirks;
}

// Entries that excuse command lines which no generator makes: too long, or too
// seldom.
std::set<std::string> QuirksOfRareLines() {
  std::vector<std::string> many_devices = {"-machine",     "q35",  "-m",
                                           "1G,maxmem=2G", "-smp", "1"};
  for (int i = 0; i < 130; ++i) {
    many_devices.insert(
        many_devices.end(),
        {"-object", absl::StrCat("memory-backend-ram,id=m", i, ",size=2M"),
         "-device", absl::StrCat("sp-mem,memdev=m", i)});
  }
  std::set<std::string> quirks;
  for (const std::vector<std::string>& line :
       {many_devices,
        std::vector<std::string>{
            "-machine", "q35", "-m", "2048G", "-global",
            "q35-pcihost.pci-hole64-size=18446742424442109952"}}) {
    const auto parsed =
        ParseCommandLine(line, {.qemu_version = QemuVersion::k11_1});
    EXPECT_TRUE(parsed.ok() && parsed->accepted()) << parsed.status();
    if (!parsed.ok() || !parsed->accepted()) continue;
    CollectQuirks(std::get<MachineOptions>(parsed->outcome), quirks);
  }
  return quirks;
}

TEST(Coverage, EveryLedgerEntryMatchesSomething) {
  const std::set<std::string> beyond = QuirksBeyondCommandLines();
  const std::set<std::string> rare = QuirksOfRareLines();
  for (const Quirk& quirk : Quirks()) {
    // A crash shows only in the comparison with a real QEMU.
    if (quirk.excused_laws.front() == kCrash) continue;
    const std::string id(quirk.id);
    EXPECT_GE(CountsOf(Dialect::kStock).quirks.count(id) +
                  CountsOf(Dialect::kMemmapType).quirks.count(id) +
                  beyond.count(id) + rare.count(id),
              1u)
        << quirk.id << " matches nothing: fix the predicate, or remove it";
  }
}

// 20,000 machines over the three releases: half of them as command lines, half
// with KVM and enclaves, for which there are no words.
TEST(Coverage, EveryRuleOfTheModelIsReached) {
  RuleSet reached;
  SeededChoices choices(kSeed);
  for (int i = 0; i < kCases; ++i) {
    GeneratorPolicy policy;
    policy.qemu_version = static_cast<QemuVersion>(i % 3);
    policy.beyond_command_lines = i % 2 == 0;
    if (policy.beyond_command_lines) {
      TraceReferenceLayout(GenerateMachine(choices, policy), reached);
      continue;
    }
    const auto parsed = ParseCommandLine(GenerateCommandLine(choices, policy),
                                         {.qemu_version = policy.qemu_version});
    if (!parsed.ok() || !parsed->accepted()) continue;
    TraceReferenceLayout(std::get<MachineOptions>(parsed->outcome), reached);
  }
  for (const RuleFacts& facts : AllRules()) {
    EXPECT_TRUE(reached.test(static_cast<size_t>(facts.rule)))
        << "not reached: " << facts.section << ", " << facts.text;
  }
}

TEST(Coverage, LedgerEntriesNameLaws) {
  std::set<std::string> laws = {std::string(kCrash)};
  for (const Law& law : Laws()) {
    EXPECT_TRUE(laws.insert(std::string(law.id)).second) << law.id;
  }
  for (const Quirk& quirk : Quirks()) {
    for (const absl::string_view law : quirk.excused_laws) {
      EXPECT_EQ(laws.count(std::string(law)), 1u) << quirk.id << ": " << law;
    }
  }
}

}  // namespace
}  // namespace e820check
