// SPDX-License-Identifier: Apache-2.0

// What is wrong with an answer, told apart by what breaks: finer than the first
// difference of agreement.h, which two defects may share and which may hide
// another.

#ifndef E820CHECK_PROPERTIES_JUDGE_DIVERGENCE_CLASS_H_
#define E820CHECK_PROPERTIES_JUDGE_DIVERGENCE_CLASS_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "machine/guest_layout.h"
#include "properties/laws/laws.h"

namespace e820check {

struct Defect {
  // The same for every command line that shows the same defect:
  //   "accepts: <expected refusal>"  where it ought to refuse
  //   "refuses: <its text>"          where it ought to accept
  //   "other refusal"
  //   "extra warning: ...", "missing warning: ...", "warning order"
  //   "e820 order", "e820 soft reserved as ram below 4G", ...
  //   "srat extra node", "slit missing", "hmat bytes", ...
  //   "law e820.no-overlap"
  // Texts stand without numbers, and without the option that they are about.
  std::string id;
  // What was expected and what came.
  std::string detail;
  // What a guest sees, and which step of firmware or kernel breaks.
  std::string breaks;
};

// All defects of `actual`, in the order above; none if the answers are equal
// and no law is broken. `breaches` are those of `actual` (laws.h); what the
// ledger excuses is no defect.
std::vector<Defect> FindDefects(const Answer& expected, const Answer& actual,
                                absl::Span<const Breach> breaches);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_JUDGE_DIVERGENCE_CLASS_H_
