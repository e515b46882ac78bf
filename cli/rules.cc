// SPDX-License-Identifier: Apache-2.0

#include "cli/rules.h"

#include <array>
#include <iostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/text_table.h"
#include "model/reference_layout.h"
#include "model/rules.h"
#include "options/command_line.h"
#include "properties/generate/choices.h"
#include "properties/generate/command_line_generator.h"
#include "properties/generate/machine_generator.h"

namespace e820check {
namespace {

using Counts = std::array<uint64_t, kRuleCount>;

// Machines by turns: one as a command line, perhaps with a fault in it, and one
// that may have what no text can ask for.
RuleSet TraceOne(QemuVersion version, bool as_text, Choices& choices) {
  const GeneratorPolicy policy = {.qemu_version = version,
                                  .beyond_command_lines = !as_text};
  RuleSet reached;
  if (!as_text) {
    TraceReferenceLayout(GenerateMachine(choices, policy), reached);
    return reached;
  }
  const auto parsed = ParseCommandLine(GenerateCommandLine(choices, policy),
                                       {.qemu_version = version});
  if (parsed.ok() && parsed->accepted()) {
    TraceReferenceLayout(std::get<MachineOptions>(parsed->outcome), reached);
  }
  return reached;
}

Counts CountHits(QemuVersion version, const RulesOptions& options) {
  SeededChoices choices(options.seed);
  Counts counts = {};
  for (uint64_t i = 0; i < options.cases; ++i) {
    const RuleSet reached = TraceOne(version, i % 2 == 0, choices);
    for (size_t rule = 0; rule < kRuleCount; ++rule) {
      counts[rule] += reached.test(rule) ? 1 : 0;
    }
  }
  return counts;
}

}  // namespace

CommandStatus PrintRules(const RulesOptions& options) {
  std::vector<Counts> hits;
  hits.reserve(std::size(kReleases));
  for (const QemuVersion release : kReleases) {
    hits.push_back(CountHits(release, options));
  }
  TextTable table{.columns = {{.title = "rule"}, {.title = "where"}},
                  .rows = {}};
  for (const QemuVersion release : kReleases) {
    table.columns.push_back({.title = ToString(release), .is_number = true});
  }
  table.columns.push_back({.title = "verified by"});
  for (const RuleFacts& facts : AllRules()) {
    std::vector<std::string> row = {std::string(facts.text),
                                    std::string(facts.section)};
    for (const Counts& counts : hits) {
      row.push_back(std::to_string(counts[static_cast<size_t>(facts.rule)]));
    }
    row.emplace_back(
        facts.verified == RuleFacts::Verified::kByRun ? "run" : "document");
    table.rows.push_back(std::move(row));
  }
  std::cout << Print(table);
  return kExitOk;
}

}  // namespace e820check
