// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_LAWS_H_
#define E820CHECK_CLI_LAWS_H_

#include <ostream>

#include "cli/command_status.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"

namespace e820check {

// Prints a table of the laws: id, audit rule, severity, and who
// suffers from a breach; and of the audit rules that are no law, with the
// reason.
CommandStatus PrintLaws();

// Prints what the layout breaks, errors, warnings and notes, and what the
// ledger excuses.
// `answer` accepts. Of more than laws look at, says so and no more.
void PrintAudit(const MachineOptions& options, const Answer& answer,
                std::ostream& out);

}  // namespace e820check

#endif  // E820CHECK_CLI_LAWS_H_
