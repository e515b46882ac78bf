// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_HUNT_H_
#define E820CHECK_CLI_HUNT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command_status.h"
#include "systems/system.h"

namespace e820check {

struct HuntOptions {
  std::string qemu;  // a binary; empty: the one in PATH
  OtherReleases others = OtherReleases::kRefused;
  std::optional<double> minutes;  // nullopt: until `cases`
  std::optional<uint64_t> cases;  // nullopt: until `minutes`
  uint64_t seed = 1;
  uint32_t jobs = 0;  // 0: one per processor
  std::string out = "findings";
  std::string
      corpus;  // command lines to begin with (seed_files.h); empty: none
};

// Runs a Hunter (search/hunter.h). Progress goes to standard error, the report
// to standard output.
CommandStatus Hunt(const HuntOptions& options);

}  // namespace e820check

#endif  // E820CHECK_CLI_HUNT_H_
