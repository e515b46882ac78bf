// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_ZOO_TRIAL_H_
#define E820CHECK_PROPERTIES_ZOO_TRIAL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "properties/zoo/judge.h"
#include "properties/zoo/mutant.h"

namespace e820check {

// How a mutant fared against the cases of a seed.
struct Score {
  Detection caught;
  uint64_t cases = 0;     // up to the first that caught it, or all
  absl::Duration needed;  // for those
};

struct Trial {
  uint64_t seed = 1;
  uint64_t cases = 1;
};

// Cases until one catches the mutant. After that, some more until a law alone
// does: Score::caught.law may be of a later case than its difference.
Score TryMutant(const Mutant& mutant, const Trial& trial);

// The cases of a mutant's kind without any mutant; what is caught is a mistake
// of the harness.
Score TryControl(const Mutant& of_kind, const Trial& trial);

// The fuzz target of the zoo, fuzz/targets/zoo.cc.
struct FuzzTrial {
  std::string target;                // its binary
  std::vector<std::string> corpora;  // folders of seeds
  std::string scratch;               // a folder for what it writes
  uint64_t seed = 1;
  int seconds = 60;  // at most
};

struct FuzzScore {
  bool caught = false;
  uint64_t runs = 0;
  absl::Duration needed;
};

// NotFound if there is no such target; Internal with its last words if it did
// not run, or died of something else than the mutant.
absl::StatusOr<FuzzScore> FuzzMutant(const Mutant& mutant,
                                     const FuzzTrial& trial);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_ZOO_TRIAL_H_
