// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_DIFF_H_
#define E820CHECK_CLI_DIFF_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_status.h"
#include "search/run_report.h"
#include "systems/system.h"

namespace e820check {

struct DiffOptions {
  std::string left = "reference";
  std::string right = "qemu";
  Dialect dialect = Dialect::kStock;
  // nullopt: that of the QEMU binary taking part, else what the machine type of
  // `args` implies.
  std::optional<QemuVersion> qemu_version;
  OtherReleases others = OtherReleases::kRefused;
  uint64_t cases = 1000;
  uint64_t seed = 1;
  uint32_t jobs = 0;  // 0: one per processor
  // Which of the cases; and where to write what was counted, with --keep-going.
  std::string shard_text = "0/1";
  Shard shard;
  std::string report_file;
  // Go on after a disagreement, for the first one of every defect.
  bool keep_going = false;
  // One command line to compare, instead of generated ones.
  std::vector<std::string> args;
};

// Compares two systems on generated command lines, or on one, and holds the
// laws against what they accept. The first disagreement, or the first of each
// kind, is shrunk and printed with the line that replays it. Progress goes to
// standard error if that is a terminal, the report to standard output.
CommandStatus Diff(const DiffOptions& options);

}  // namespace e820check

#endif  // E820CHECK_CLI_DIFF_H_
