// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_COMMAND_STATUS_H_
#define E820CHECK_CLI_COMMAND_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "machine/no_answer.h"
#include "properties/judge/tally.h"

namespace e820check {

// What every command of e820check exits with. doc/exit-statuses.md says the
// same, and --help in short.
enum CommandStatus : int {
  kExitOk = 0,          // accepted; agreement; nothing found
  kExitNo = 1,          // refused; a disagreement; a finding
  kExitUsage = 2,       // a wrong argument, or an input file of no use
  kExitMissing = 3,     // a needed program or file is not there
  kExitNoAnswer = 4,    // a system crashed, hung, or is of no use
  kExitHost = 5,        // the host lacks something, or took no output
  kExitNotCovered = 6,  // the model, or the binary, does not cover this
};

// The footer of --help.
std::string ExitStatusHelp();

// After a signal that was only remembered (search/interrupt.h): 130 for Ctrl-C.
CommandStatus InterruptedStatus();

// Of one question that got no answer.
CommandStatus StatusOf(NoAnswer::Kind kind);
// Of MakeSystem() (systems/system.h).
CommandStatus StatusOfStart(const absl::Status& failure);

// Of a run over many cases; kExitHost and kExitNotCovered where it compared
// nothing, and kExitHost where the host kept it from more than half.
CommandStatus StatusOfRun(const Tally& tally);
// The same, and says on standard error what is wrong with a run that compared
// too little.
CommandStatus StatusOfPrintedRun(const Tally& tally);

// Of two, the one that outweighs the other: 5, 4, 3, 2, 6, 1, 0.
CommandStatus Worse(CommandStatus a, CommandStatus b);

// Prints "e820check: TEXT" on standard error, and returns the status.
CommandStatus Complain(CommandStatus status, absl::string_view text);

}  // namespace e820check

#endif  // E820CHECK_CLI_COMMAND_STATUS_H_
