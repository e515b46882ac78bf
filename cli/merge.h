// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_MERGE_H_
#define E820CHECK_CLI_MERGE_H_

#include <string>
#include <vector>

#include "cli/command_status.h"

namespace e820check {

struct MergeOptions {
  std::vector<std::string> files;
};
// Prints the merged report of the files, and the case that first showed each
// defect. The status is that of the whole run.
CommandStatus MergeFiles(const MergeOptions& options);

}  // namespace e820check

#endif  // E820CHECK_CLI_MERGE_H_
