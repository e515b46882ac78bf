// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_COMMAND_STATUS_H_
#define E820CHECK_CLI_COMMAND_STATUS_H_

namespace e820check {

// What every command of e820check exits with; doc/tour.md and --help say the
// same.
enum CommandStatus : int {
  kExitOk = 0,            // accepted, or the systems agree
  kExitNo = 1,            // refused, or they disagree
  kExitUsage = 2,         // a wrong argument, or an option that is not covered
  kExitMissing = 3,       // a needed program is not there
  kExitNoAnswer = 4,      // a system crashed, hung, or ran out of host memory
  kExitInterrupted = 130  // Ctrl-C; what was found so far is printed
};

}  // namespace e820check

#endif  // E820CHECK_CLI_COMMAND_STATUS_H_
