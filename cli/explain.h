// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_EXPLAIN_H_
#define E820CHECK_CLI_EXPLAIN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/command_status.h"

namespace e820check {

// The law or ledger entry of this name in words: what it says, who suffers, in
// which releases, where it is reported, and which of the other kind belong to
// it. NotFound for any other name, with those that are near.
absl::StatusOr<std::string> Explain(absl::string_view name);

// Prints that on standard output; without a name, all names that there are.
CommandStatus PrintExplanation(const std::string& name);

}  // namespace e820check

#endif  // E820CHECK_CLI_EXPLAIN_H_
