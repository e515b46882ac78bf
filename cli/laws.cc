// SPDX-License-Identifier: Apache-2.0

#include "cli/laws.h"

#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_format.h"
#include "properties/laws/laws.h"
#include "properties/ledger/quirks.h"

namespace e820check {

CommandStatus PrintLaws() {
  std::cout
      << "| law | rule | severity | who suffers from a breach, and how |\n"
         "|---|---|---|---|\n";
  for (const Law& law : Laws()) {
    std::cout << absl::StreamFormat("| `%s` | %s | %s | %s |\n", law.id,
                                    law.rule, ToString(law.severity),
                                    law.breaks);
  }
  std::cout << "\n| rule | why it is no law | where it is checked |\n"
               "|---|---|---|\n";
  for (const RuleElsewhere& rule : RulesCheckedElsewhere()) {
    std::cout << absl::StreamFormat("| %s | %s | %s |\n", rule.rule, rule.why,
                                    rule.where);
  }
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
