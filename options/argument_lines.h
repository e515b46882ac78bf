// SPDX-License-Identifier: Apache-2.0

// Command lines as text files: one argument a line, so that no argument needs
// quoting (none can hold a newline). A first line "#10.0 memmap-type" names the
// QEMU version and the dialect; both default to stock 7.2, as does an unknown
// word. A newline at the end of the file ends the last argument.

#ifndef E820CHECK_OPTIONS_ARGUMENT_LINES_H_
#define E820CHECK_OPTIONS_ARGUMENT_LINES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "options/command_line.h"

namespace e820check {

// Each argument is parsed in a time that grows with those before it; real
// command lines for 16 nodes have some 70.
inline constexpr size_t kMaxArguments = 128;

struct ArgumentLines {
  CommandLineContext context{.qemu_version = QemuVersion::k7_2,
                             .dialect = Dialect::kStock};
  std::vector<std::string> args;  // the first kMaxArguments
};

ArgumentLines SplitArgumentLines(absl::string_view text);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_ARGUMENT_LINES_H_
