// SPDX-License-Identifier: Apache-2.0

// Command lines as text files: one argument a line, so that no argument needs
// quoting (none can hold a newline). A first line "#10.0 memmap-type" names the
// QEMU release and the dialect; both default to stock 7.2. A newline at the end
// of the file ends the last argument.

#ifndef E820CHECK_OPTIONS_ARGUMENT_LINES_H_
#define E820CHECK_OPTIONS_ARGUMENT_LINES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "options/command_line.h"

namespace e820check {

// Each argument is parsed in a time that grows with those before it; real
// command lines for 16 nodes have some 70.
inline constexpr size_t kMaxArguments = 128;

struct ArgumentLines {
  CommandLineContext context;
  std::vector<std::string> args;  // the first kMaxArguments
  // The first word of the first line that is no release and no dialect. Every
  // text is a command line, but what it means with such a word is not known, so
  // no corpus may have one.
  std::optional<std::string> unknown_word;
};

ArgumentLines SplitArgumentLines(absl::string_view text);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_ARGUMENT_LINES_H_
