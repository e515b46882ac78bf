// SPDX-License-Identifier: Apache-2.0

// Non-vacuity: the generators reach every class, the ledger has no entry that
// matches nothing, and each law can be broken.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
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

constexpr Dialect kDialects[] = {Dialect::kStock, Dialect::kMemmapType};

std::string NameOf(const GeneratorPolicy& policy) {
  return absl::StrCat(ToString(policy.qemu_version), " ",
                      ToString(policy.dialect),
                      policy.beyond_command_lines ? " with KVM and SGX" : "");
}

struct Counts {
  std::map<std::string, int> classes;
  std::set<std::string> quirks;
  int refused = 0;
  int not_covered = 0;
};

// The entries of the ledger that this machine needs: those that excuse a law
// that its layout breaks, and those that say that QEMU dies of it.
void CollectQuirks(const MachineOptions& machine, const Answer& answer,
                   std::set<std::string>& quirks) {
  for (const Quirk& quirk : Quirks()) {
    if (quirk.excused_laws.front() == kCrash && Matches(quirk, machine)) {
      quirks.insert(std::string(quirk.id));
    }
  }
  const auto* layout = std::get_if<GuestLayout>(&answer.outcome);
  if (layout == nullptr) return;
  for (const Breach& breach : FindBreaches(machine, *layout)) {
    EXPECT_FALSE(breach.IsDefect()) << breach.law->id << ": " << breach.detail;
    if (breach.excuse != nullptr) quirks.insert(std::string(breach.excuse->id));
  }
}

void CountMachine(const MachineOptions* machine, const Answer& answer,
                  Counts& counts) {
  for (const absl::string_view name : Classify(machine, answer)) {
    ++counts.classes[std::string(name)];
  }
  if (!answer.accepted()) ++counts.refused;
  if (machine != nullptr) CollectQuirks(*machine, answer, counts.quirks);
}

void CountCase(const GeneratorPolicy& policy, Choices& choices,
               Counts& counts) {
  if (policy.beyond_command_lines) {
    const MachineOptions machine = GenerateMachine(choices, policy);
    CountMachine(&machine, ReferenceLayout(machine), counts);
    return;
  }
  const auto parsed = ParseCommandLine(
      GenerateCommandLine(choices, policy),
      {.qemu_version = policy.qemu_version, .dialect = policy.dialect});
  if (!parsed.ok()) {
    ++counts.not_covered;
  } else if (const auto* refusal = std::get_if<Rejection>(&parsed->outcome)) {
    CountMachine(nullptr, {.warnings = {}, .outcome = *refusal}, counts);
  } else {
    const auto& machine = std::get<MachineOptions>(parsed->outcome);
    CountMachine(&machine, ReferenceLayout(machine), counts);
  }
}

const Counts& CountsOf(const GeneratorPolicy& policy) {
  static auto& all = *new std::map<std::string, Counts>;
  const auto [found, is_new] = all.try_emplace(NameOf(policy));
  if (is_new) {
    SeededChoices choices(kSeed);
    for (int i = 0; i < kCases; ++i) CountCase(policy, choices, found->second);
  }
  return found->second;
}

// A test for each release.
class Coverage : public ::testing::TestWithParam<QemuVersion> {
 protected:
  static GeneratorPolicy Words(Dialect dialect) {
    return {.qemu_version = GetParam(), .dialect = dialect};
  }
  static GeneratorPolicy Beyond() {
    return {.qemu_version = GetParam(), .beyond_command_lines = true};
  }
};

INSTANTIATE_TEST_SUITE_P(
    Releases, Coverage, ::testing::ValuesIn(kReleases),
    [](const auto& instance) {
      return absl::StrReplaceAll(ToString(instance.param), {{".", "_"}});
    });

// One in a thousand, or a class is reached by luck only.
void ExpectEach(const std::vector<absl::string_view>& names,
                const GeneratorPolicy& policy) {
  const Counts& counts = CountsOf(policy);
  for (const absl::string_view name : names) {
    const auto found = counts.classes.find(std::string(name));
    EXPECT_GE(found == counts.classes.end() ? 0 : found->second, kCases / 1000)
        << name << " under " << NameOf(policy);
  }
}

TEST_P(Coverage, EveryClassIsGenerated) {
  for (const Dialect dialect : kDialects) {
    ExpectEach(AllClasses(Words(dialect)), Words(dialect));
  }
}

// Those for which there are no words.
TEST_P(Coverage, EveryClassBeyondCommandLinesIsGenerated) {
  const std::vector<absl::string_view> words =
      AllClasses(Words(Dialect::kStock));
  std::vector<absl::string_view> beyond;
  for (const absl::string_view name : AllClasses(Beyond())) {
    if (std::find(words.begin(), words.end(), name) == words.end()) {
      beyond.push_back(name);
    }
  }
  EXPECT_FALSE(beyond.empty());
  ExpectEach(beyond, Beyond());
}

// Measured: 47 % to 55 %.
TEST_P(Coverage, NeitherTooFewNorTooManyAreRefused) {
  for (const Dialect dialect : kDialects) {
    const int refused = CountsOf(Words(dialect)).refused;
    EXPECT_GE(refused, kCases * 15 / 100) << ToString(dialect);
    EXPECT_LE(refused, kCases * 60 / 100) << ToString(dialect);
  }
}

TEST_P(Coverage, TheParserCoversNearlyAllThatIsGenerated) {
  EXPECT_LE(CountsOf(Words(Dialect::kStock)).not_covered, kCases / 100);
}

// Command lines that no generator makes, or seldom, for the ledger's sake.
std::vector<std::vector<std::string>> RareLines() {
  std::vector<std::vector<std::string>> lines = {
      {"-machine", "q35", "-m", "2048G", "-global",
       "q35-pcihost.pci-hole64-size=18446742424442109952"},
      // maxmem, and room for slots, that wrap to nothing.
      {"-m", "1G,slots=2,maxmem=18446744072635809792"},
      // Nodes whose sum wraps to 1 GiB.
      {"-m", "1G", "-object",
       "memory-backend-ram,id=a,size=9223372036854775808", "-object",
       "memory-backend-ram,id=b,size=9223372037928517632", "-numa",
       "node,memdev=a", "-numa", "node,memdev=b"},
      {"-object", "memory-backend-ram,id=a,size=18446744073709549568"},
      // More slots than tables can name, which only maxmem below RAM lets by.
      {"-machine", "q35,memory-backend=a", "-object",
       "memory-backend-ram,id=a,size=256M", "-m", "slots=300,maxmem=200M"},
      // Over the pages of KVM.
      {"-machine", "pc,max-ram-below-4g=4G", "-m", "4090M"},
  };
  // More rows than firmware has room for: of devices, and of nodes.
  std::vector<std::string> devices = {"-machine",     "q35",  "-m",
                                      "1G,maxmem=2G", "-smp", "1"};
  for (int i = 0; i < 130; ++i) {
    devices.insert(
        devices.end(),
        {"-object", absl::StrCat("memory-backend-ram,id=m", i, ",size=2M"),
         "-device", absl::StrCat("sp-mem,memdev=m", i)});
  }
  lines.push_back(devices);
  std::vector<std::string> nodes = {"-machine", "q35", "-m", "8G"};
  for (int i = 0; i < 128; ++i) {
    nodes.insert(
        nodes.end(),
        {"-object", absl::StrCat("memory-backend-ram,id=m", i, ",size=64M"),
         "-numa",
         absl::StrCat("node,memdev=m", i,
                      i % 2 == 0 ? "" : ",memmap-type=spm")});
  }
  lines.push_back(nodes);
  return lines;
}

// Of what the release reads of them, under TCG and, though no text can ask for
// it, under KVM.
std::set<std::string> QuirksOfRareLines(QemuVersion release) {
  std::set<std::string> quirks;
  for (const std::vector<std::string>& line : RareLines()) {
    const auto parsed = ParseCommandLine(
        line, {.qemu_version = release, .dialect = Dialect::kMemmapType});
    if (!parsed.ok() || !parsed->accepted()) continue;
    auto machine = std::get<MachineOptions>(parsed->outcome);
    for (const auto accelerator : {Accelerator::kTcg, Accelerator::kKvm}) {
      machine.accelerator = accelerator;
      CollectQuirks(machine, ReferenceLayout(machine), quirks);
    }
  }
  return quirks;
}

TEST_P(Coverage, EveryLedgerEntryOfTheReleaseMatchesSomething) {
  std::set<std::string> matched = QuirksOfRareLines(GetParam());
  for (const GeneratorPolicy& policy :
       {Words(Dialect::kStock), Words(Dialect::kMemmapType), Beyond()}) {
    const std::set<std::string>& quirks = CountsOf(policy).quirks;
    matched.insert(quirks.begin(), quirks.end());
  }
  for (const Quirk& quirk : Quirks()) {
    if (!Has(quirk.releases, GetParam())) continue;
    EXPECT_EQ(matched.count(std::string(quirk.id)), 1u)
        << quirk.id << " matches nothing: fix the predicate or the releases, "
        << "or remove it";
  }
}

// Machines of all releases: half of them as command lines, half
// with KVM and enclaves, for which there are no words.
TEST(CoverageOfRules, EveryRuleOfTheModelIsReached) {
  RuleSet reached;
  SeededChoices choices(kSeed);
  for (int i = 0; i < kCases; ++i) {
    GeneratorPolicy policy;
    policy.qemu_version = kReleases[i % std::size(kReleases)];
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

// What a reader of a report is told of an entry.
TEST(LedgerTest, EntriesSayWhatAndWhere) {
  std::set<absl::string_view> ids;
  for (const Quirk& quirk : Quirks()) {
    EXPECT_TRUE(ids.insert(quirk.id).second) << quirk.id;
    EXPECT_GT(quirk.what.size(), quirk.id.size()) << quirk.id;
    EXPECT_TRUE(quirk.reported == kNotReported ||
                absl::StartsWith(quirk.reported, "https://") ||
                absl::StrContains(quirk.reported, ".md "))
        << quirk.id << ": " << quirk.reported;
  }
}

TEST(LedgerTest, AnEntryExcusesNoOtherRelease) {
  // A started CPU whose APIC id needs x2APIC: an abort of 10.0 alone.
  MachineOptions machine;
  machine.type.family = MachineFamily::kQ35;
  machine.smp = {.cpus = 300, .maxcpus = 300, .sockets = 300};
  for (const QemuVersion release : kReleases) {
    machine.qemu_version = release;
    EXPECT_EQ(FindExcuse(kCrash, machine) != nullptr,
              release == QemuVersion::k10_0)
        << ToString(release);
  }
}

TEST(LedgerTest, EntriesNameLaws) {
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
