// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_HARMLESS_H_
#define E820CHECK_SEARCH_HARMLESS_H_

#include "absl/status/statusor.h"
#include "options/command_line.h"
#include "search/case_files.h"

namespace e820check {

// Whether a QEMU may be started with these arguments on someone's computer, in
// a working directory of its own: it opens files of that directory only and no
// port, and touches no more than 1 GiB. When in doubt, no. `parsed` is what the
// option parser made of them; what it does not cover is not harmless, but for
// answers that are accidents.
bool IsHarmless(const PreparedCase& prepared,
                const absl::StatusOr<ParsedCommandLine>& parsed,
                QemuVersion qemu);

}  // namespace e820check

#endif  // E820CHECK_SEARCH_HARMLESS_H_
