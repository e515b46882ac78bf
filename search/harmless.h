// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_HARMLESS_H_
#define E820CHECK_SEARCH_HARMLESS_H_

#include "absl/status/statusor.h"
#include "options/command_line.h"
#include "search/case_files.h"
#include "systems/qemu/fence.h"

namespace e820check {

// Whether a QEMU may be started with these arguments on someone's computer, in
// a working directory of its own: by their text it opens files of that
// directory only and no port, and touches no more than 1 GiB of memory besides
// its own. What is not known to be harmless is not (harmless_names.h).
//
// Returns the fence that it needs; PermissionDenied with what stands against
// it. `parsed` is what the option parser made of the arguments: of what it does
// not cover only answers that are accidents are of use.
absl::StatusOr<QemuFence> CheckHarmless(
    const PreparedCase& prepared,
    const absl::StatusOr<ParsedCommandLine>& parsed, QemuVersion qemu);

}  // namespace e820check

#endif  // E820CHECK_SEARCH_HARMLESS_H_
