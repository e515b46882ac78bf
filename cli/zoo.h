// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_ZOO_H_
#define E820CHECK_CLI_ZOO_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cli/command_status.h"
#include "cli/zoo_report.h"

namespace e820check {

struct ZooOptions {
  uint64_t cases = 100000;
  uint64_t seed = 1;
  uint32_t jobs = 0;                 // 0: one per processor
  std::vector<std::string> mutants;  // ids; empty: all
  ZooFormat format = ZooFormat::kText;
  std::string fuzzer;                // the target's binary; empty: none
  std::vector<std::string> corpora;  // its seeds
  int fuzz_seconds = 60;             // for each mutant, at most
};

// Lets the harness loose on every mutant, and on none as a control, and prints
// the scoreboard. kExitNo if a mutant survives all cases, if the control is
// caught, or if fuzzing catches less than nine of ten; after Ctrl-C, what was
// done so far, and 128 + the signal.
CommandStatus RunZoo(const ZooOptions& options);

}  // namespace e820check

#endif  // E820CHECK_CLI_ZOO_H_
