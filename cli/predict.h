// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_PREDICT_H_
#define E820CHECK_CLI_PREDICT_H_

#include <optional>
#include <string>
#include <vector>

#include "cli/command_status.h"
#include "systems/system.h"

namespace e820check {

struct PredictOptions {
  std::string system = "reference";
  Dialect dialect = Dialect::kStock;
  // nullopt: that of the QEMU binary asked, else what the machine type implies.
  std::optional<QemuVersion> qemu_version;
  OtherReleases others = OtherReleases::kRefused;
  bool json = false;
  bool audit = false;  // of one layout, as text: show the laws that it breaks
  std::string batch;   // a file of JSON lines, "-" for standard input, or empty
  std::vector<std::string> args;
};

// Prints the layout of one command line on standard output, or its refusal on
// standard error; or, for a batch, a JSON object a line in the order of the
// input.
CommandStatus Predict(const PredictOptions& options);

}  // namespace e820check

#endif  // E820CHECK_CLI_PREDICT_H_
