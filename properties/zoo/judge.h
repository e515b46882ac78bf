// SPDX-License-Identifier: Apache-2.0

// Whether the harness sees a fault: one case, made of choices, is held against
// the reference as the properties, `e820check diff` and the fuzz targets do it.

#ifndef E820CHECK_PROPERTIES_ZOO_JUDGE_H_
#define E820CHECK_PROPERTIES_ZOO_JUDGE_H_

#include <string>

#include "properties/generate/choices.h"
#include "properties/zoo/mutant.h"

namespace e820check {

// What caught a mutant; empty if nothing did.
struct Detection {
  // The comparison or query that differs: "map Overlaps", "e820 order",
  // "accepts: ...", "other machine".
  std::string difference;
  // The first law that the mutant's answer breaks, for whoever has no reference
  // to compare with.
  std::string law;

  bool empty() const { return difference.empty() && law.empty(); }
};

// One case. A case that the mutant's mistake does not touch catches nothing.
Detection JudgeCase(const Mutant& mutant, Choices& choices);

// The same without any mistake, in the kind of case that `mutant` is judged by:
// nothing is ever caught.
Detection JudgeControl(const Mutant& mutant, Choices& choices);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_ZOO_JUDGE_H_
