// SPDX-License-Identifier: Apache-2.0

#include "cli/laws.h"

#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_format.h"
#include "cli/text_table.h"
#include "properties/laws/laws.h"
#include "properties/ledger/quirks.h"

namespace e820check {

CommandStatus PrintLaws() {
  TextTable laws{.columns = {{.title = "law"},
                             {.title = "rule"},
                             {.title = "severity"},
                             {.title = "who suffers from a breach, and how"}},
                 .rows = {}};
  for (const Law& law : Laws()) {
    laws.rows.push_back({std::string(law.id), std::string(law.rule),
                         std::string(ToString(law.severity)),
                         std::string(law.breaks)});
  }
  TextTable elsewhere{.columns = {{.title = "rule"},
                                  {.title = "why it is no law"},
                                  {.title = "where it is checked"}},
                      .rows = {}};
  for (const RuleElsewhere& rule : RulesCheckedElsewhere()) {
    elsewhere.rows.push_back({std::string(rule.rule), std::string(rule.why),
                              std::string(rule.where)});
  }
  std::cout << Print(laws) << "\n" << Print(elsewhere);
  return kExitOk;
}

void PrintAudit(const MachineOptions& options, const Answer& answer,
                std::ostream& out) {
  const std::string excess = Excess(answer);
  if (!excess.empty()) {
    out << "audit  none: " << excess << ", which no machine has\n";
    return;
  }
  const std::vector<Breach> breaches =
      FindBreaches(options, std::get<GuestLayout>(answer.outcome));
  out << "audit  " << breaches.size() << " of " << Laws().size()
      << " laws broken\n";
  for (const Breach& breach : breaches) {
    out << absl::StreamFormat("  %-7s %s%s%s\n    %s\n    breaks: %s\n",
                              ToString(breach.law->severity), breach.law->id,
                              breach.law->rule.empty() ? "" : ", rule ",
                              breach.law->rule, breach.detail,
                              breach.law->breaks);
    if (breach.excuse != nullptr) {
      out << "    excused by the quirk ledger: " << breach.excuse->id << "\n";
    }
  }
}

}  // namespace e820check
