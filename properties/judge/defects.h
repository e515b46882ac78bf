// SPDX-License-Identifier: Apache-2.0

// What is wrong with an answer, told apart by what breaks: finer than a
// difference (differences.h), which two defects may share and which may hide
// another.

#ifndef E820CHECK_PROPERTIES_JUDGE_DEFECTS_H_
#define E820CHECK_PROPERTIES_JUDGE_DEFECTS_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "machine/guest_layout.h"
#include "properties/judge/differences.h"
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
  // The law that is broken, or nullptr.
  const Law* law = nullptr;
};

// What is wrong with `actual` where the two differ, in the order above; none
// only if `differences`, which are all of the two answers, are none.
std::vector<Defect> DefectsOf(absl::Span<const Difference> differences,
                              const Answer& expected, const Answer& actual);

// A defect for each breach that the ledger does not excuse. `shared`: the
// answer expected breaks the same laws.
std::vector<Defect> DefectsOf(absl::Span<const Breach> breaches, bool shared);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_JUDGE_DEFECTS_H_
