// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_OPTIONS_SHELL_H_
#define E820CHECK_OPTIONS_SHELL_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace e820check {

// A word as a POSIX shell must be given it to pass it on unchanged.
std::string ShellQuote(absl::string_view word);
// Words quoted where needed, with blanks between them.
std::string ShellJoin(absl::Span<const std::string> words);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_SHELL_H_
