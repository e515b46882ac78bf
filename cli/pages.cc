// SPDX-License-Identifier: Apache-2.0

#include "cli/pages.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "model/rules.h"
#include "properties/laws/laws.h"

namespace e820check {

std::string ListItem(absl::string_view text) {
  constexpr size_t kWidth = 80;
  std::string item = "-";
  size_t width = item.size();
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (width + 1 + word.size() > kWidth) {
      absl::StrAppend(&item, "\n ");
      width = 1;
    }
    absl::StrAppend(&item, " ", word);
    width += 1 + word.size();
  }
  return absl::StrCat(item, "\n");
}

std::string LawsPage() {
  std::string page(R"(# Laws

What ought to hold of any layout, whoever computed it. An error is a defect,
unless the [ledger](../findings.md#the-ledger) excuses it; warnings and notes
are shown, and fail nothing. A law with a rule is one of the [audit
rules](../spec/audit-rules.md); a law without one holds a table against the
options that it was made for.

| law | rule | severity |
|---|---|---|
)");
  for (const Law& law : Laws()) {
    absl::StrAppendFormat(&page, "| `%s` | %s | %s |\n", law.id, law.rule,
                          ToString(law.severity));
  }
  absl::StrAppend(&page, "\n## Who suffers from a breach\n\n");
  for (const Law& law : Laws()) {
    absl::StrAppend(&page,
                    ListItem(absl::StrCat("`", law.id, "`: ", law.breaks)));
  }
  absl::StrAppend(&page, "\n## Audit rules that are no law\n\n");
  for (const RuleElsewhere& rule : RulesCheckedElsewhere()) {
    absl::StrAppend(&page,
                    ListItem(absl::StrCat(rule.rule, ": ", rule.why,
                                          ". Checked: ", rule.where, ".")));
  }
  return page;
}

std::string RulesPage() {
  std::string page(R"(# The model's rules

Every rule of QEMU that the reference model restates, and where it stands:
`layout` is [the layout specification](../spec/qemu-layout.md), `options` [that
of the options](../spec/qemu-options.md). A rule verified by `run` is held
against real binaries; by `document`, against the specification alone, as it
needs KVM or SGX. `e820check rules` counts in how many generated machines each
had a part.

| rule | where | verified by |
|---|---|---|
)");
  for (const RuleFacts& facts : AllRules()) {
    absl::StrAppendFormat(
        &page, "| %s | %s | %s |\n", facts.text, facts.section,
        facts.verified == RuleFacts::Verified::kByRun ? "run" : "document");
  }
  return page;
}

}  // namespace e820check
