// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_JUDGE_COMPARISON_H_
#define E820CHECK_PROPERTIES_JUDGE_COMPARISON_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "properties/judge/divergence_class.h"
#include "systems/system.h"

namespace e820check {

// What became of one case.
enum class Verdict {
  kAccepted,     // both accept, with equal tables and no law broken
  kRefused,      // both refuse, in the same words
  kKnownCrash,   // the right side died of what the ledger says
  kDisagree,     // anything else, any other crash or hang included
  kHostRefuses,  // the host has not the memory: nothing to compare
  kNotCovered,   // the option parser does not cover an option
  kLacking,      // one system was built without something that the case needs
};

struct Comparison {
  Verdict verdict = Verdict::kAccepted;
  // Of a disagreement: "verdict", "e820", "law slit.follows-options", "crash",
  // "sanitizer", "hang", "garbage", "exit" (a status without a verdict),
  // "limit" (of the fence), ... : what differs first.
  std::string kind;
  // What differs; else, without a comparison, why there is none.
  std::string divergence;
  // Of a disagreement: all that is wrong with the right answer, or that there
  // is none. At least one.
  std::vector<Defect> defects;
  std::vector<absl::string_view> classes;
  std::vector<absl::string_view> quirks;  // ledger entries that excused a law
};

// Asks both systems; `left` gives what is expected.
Comparison Compare(const System& left, const System& right,
                   const Question& question);

// What it means that `system` gave no answer: a disagreement, unless it is the
// host's fault, or ours, or the ledger knows that QEMU dies of these options.
Comparison WithoutAnswer(const System& system, const absl::Status& failure,
                         const MachineOptions* options);

// Counts over many cases.
struct Tally {
  uint64_t cases = 0;
  std::map<Verdict, uint64_t> verdicts;
  std::map<std::string, uint64_t, std::less<>> classes;
  std::map<std::string, uint64_t, std::less<>> quirks;
  // Of kNotCovered and kLacking.
  std::map<std::string, uint64_t, std::less<>> reasons;
  std::map<std::string, uint64_t, std::less<>> defects;  // by id

  void Add(const Comparison& comparison);
  uint64_t Count(Verdict verdict) const;
};

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_JUDGE_COMPARISON_H_
