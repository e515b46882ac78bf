// SPDX-License-Identifier: Apache-2.0

#include "cli/rules.h"

#include <array>
#include <iostream>

#include "absl/strings/str_format.h"
#include "model/reference_layout.h"
#include "model/rules.h"
#include "properties/choices.h"
#include "properties/machine_generator.h"

namespace e820check {
namespace {

constexpr QemuVersion kVersions[] = {QemuVersion::k7_2, QemuVersion::k10_0,
                                     QemuVersion::k11_1};

using Counts = std::array<uint64_t, kRuleCount>;

Counts CountHits(QemuVersion version, const RulesOptions& options) {
  GeneratorPolicy policy;
  policy.qemu_version = version;
  policy.beyond_command_lines = true;
  SeededChoices choices(options.seed);
  Counts counts = {};
  for (uint64_t i = 0; i < options.cases; ++i) {
    RuleSet reached;
    TraceReferenceLayout(GenerateMachine(choices, policy), reached);
    for (size_t rule = 0; rule < kRuleCount; ++rule) {
      counts[rule] += reached.test(rule) ? 1 : 0;
    }
  }
  return counts;
}

}  // namespace

CommandStatus PrintRules(const RulesOptions& options) {
  std::array<Counts, std::size(kVersions)> hits;
  for (size_t i = 0; i < hits.size(); ++i) {
    hits[i] = CountHits(kVersions[i], options);
  }
  std::cout << "| rule | where | 7.2 | 10.0 | 11.1 | verified by |\n"
               "|---|---|--:|--:|--:|---|\n";
  for (const RuleFacts& facts : AllRules()) {
    const auto rule = static_cast<size_t>(facts.rule);
    std::cout << absl::StreamFormat(
        "| %s | %s | %d | %d | %d | %s |\n", facts.text, facts.section,
        hits[0][rule], hits[1][rule], hits[2][rule],
        facts.verified == RuleFacts::Verified::kByRun ? "run" : "document");
  }
  return kExitOk;
}

}  // namespace e820check
