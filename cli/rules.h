// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_RULES_H_
#define E820CHECK_CLI_RULES_H_

#include <cstdint>

#include "cli/command_status.h"

namespace e820check {

struct RulesOptions {
  uint64_t cases = 20000;
  uint64_t seed = 1;
};

// Prints a table of the model's rules: where each stands, how it is
// verified, and in how many of `cases` generated machines of each release it
// had a part.
CommandStatus PrintRules(const RulesOptions& options);

}  // namespace e820check

#endif  // E820CHECK_CLI_RULES_H_
