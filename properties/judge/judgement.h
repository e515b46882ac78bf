// SPDX-License-Identifier: Apache-2.0

// The one judge: what two systems, or two answers, to one command line come to.
// Everything that compares calls this: `e820check diff` and `hunt`, the zoo,
// the fuzz targets, and the tests of subjects and of recorded answers.

#ifndef E820CHECK_PROPERTIES_JUDGE_JUDGEMENT_H_
#define E820CHECK_PROPERTIES_JUDGE_JUDGEMENT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "machine/no_answer.h"
#include "properties/judge/defects.h"
#include "properties/judge/differences.h"
#include "properties/laws/laws.h"
#include "systems/system.h"

namespace e820check {

// What became of one case.
enum class Verdict : uint8_t {
  kAccepted,    // both accept, with equal tables and no law broken
  kRefused,     // both refuse, in the same words
  kKnownCrash,  // the right side died of what the ledger says
  kDisagree,    // anything else, any other crash or hang included
  // Nothing to compare:
  kHost,        // the host had no memory, process, descriptor, ...
  kNotCovered,  // somebody does not cover an option; or a limit of ours
  kAccident,    // QEMU's own answer is an accident
  kLacking,     // one system was built without something that the case needs
  kUnusable,    // a system cannot be started
};

struct Judgement {
  Verdict verdict = Verdict::kAccepted;
  // What was said, but for what the other side has no way to say. Nothing if
  // that side was not asked, as the other one settled the case.
  std::optional<Reply> expected;
  std::optional<Reply> actual;
  // Whose answer is missing; empty if there are two.
  std::string silent_system;
  // Of two answers: where they differ, the first divergence first.
  std::vector<Difference> differences;
  // The laws that the actual answer breaks, whatever their severity.
  std::vector<Breach> breaches;
  // Of a disagreement: all that is wrong with the actual answer, or that there
  // is none. At least one.
  std::vector<Defect> defects;
  std::vector<absl::string_view> classes;
  std::vector<absl::string_view> quirks;  // ledger entries that excuse
  // The rules of the model that had a part in the answer expected, if that is
  // the reference's.
  RuleSet rules;

  // Why there are no two answers, or nullptr.
  const NoAnswer* none() const;
};

// Asks both systems. What one has no way to say is not expected of it. Where
// `expected` calls QEMU's answer an accident, `actual` may say anything, but
// must not die.
Judgement Judge(const System& expected, const System& actual,
                const Question& question);

// Of what was said already. `machine`: what the parser accepted, or nullptr;
// without it there are no laws.
Judgement Judge(const MachineOptions* machine, Answer expected, Answer actual);

// What is wrong first, or why there is nothing to compare, in words; empty for
// agreement.
std::string Describe(const Judgement& judgement);

// What a disagreement is about first, in a word or two: "verdict", "e820", "law
// slit.follows-options", "crash", "hang", ...
std::string KindOf(const Judgement& judgement);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_JUDGE_JUDGEMENT_H_
