// SPDX-License-Identifier: Apache-2.0

// What ought to hold of any layout, whoever computed it, the reference and QEMU
// included. Agreement cannot see a faithful copy of a bug; a law can. Where
// QEMU itself breaks a law, properties/ledger/quirks.h names the case.
//
// Each rule of doc/spec/audit-rules.md is one law, or is named in
// RulesCheckedElsewhere(). Laws without a rule hold a table against the options
// that it was made for, which the rules mostly leave to "the model".

#ifndef E820CHECK_PROPERTIES_LAWS_LAWS_H_
#define E820CHECK_PROPERTIES_LAWS_LAWS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"
#include "properties/laws/evidence.h"

namespace e820check {

// Of a breach: an error is a defect of the layout, unless the ledger excuses
// it. Warnings and notes are shown to people and fail nothing: sound layouts
// have them.
enum class Severity { kError, kWarning, kNote };

// "error", "warning", "note".
absl::string_view ToString(Severity severity);

struct Law {
  absl::string_view id;    // "e820.no-overlap"
  absl::string_view rule;  // its number in doc/spec/audit-rules.md; or empty
  Severity severity;
  absl::string_view breaks;  // who suffers from a breach, and how
  // FailedPrecondition says what is wrong.
  absl::Status (*check)(const Evidence&);
};

absl::Span<const Law> Laws();

// A rule that no layout and its options suffice to check.
struct RuleElsewhere {
  absl::string_view rule;
  absl::string_view why;
  absl::string_view where;  // it is checked instead
};

absl::Span<const RuleElsewhere> RulesCheckedElsewhere();

struct Quirk;

struct Breach {
  const Law* law;
  std::string detail;
  const Quirk* excuse;  // nullptr: none

  bool IsDefect() const {
    return law->severity == Severity::kError && excuse == nullptr;
  }
};

// How far the answer exceeds what any machine has, such as "209715 rows of
// e820, more than 1024"; empty if it does not. Some laws, and some comparisons,
// take time with the square of the rows, so nothing beyond this is judged.
std::string Excess(const Answer& answer);

// Every law that the layout breaks, with the ledger entry that excuses it.
std::vector<Breach> FindBreaches(const MachineOptions& options,
                                 const GuestLayout& layout);

// The first breach that is a defect: FailedPrecondition, "<law id>: <detail>".
absl::Status CheckLaws(const MachineOptions& options,
                       const GuestLayout& layout);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_LAWS_LAWS_H_
