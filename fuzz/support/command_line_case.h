// SPDX-License-Identifier: Apache-2.0

// A command line as a text file (options/argument_lines.h), with the files that
// it reads: -readconfig "data:TEXT" reads TEXT, in which '|' ends a line, as no
// argument here can hold a newline. Other files are not there.

#ifndef E820CHECK_FUZZ_SUPPORT_COMMAND_LINE_CASE_H_
#define E820CHECK_FUZZ_SUPPORT_COMMAND_LINE_CASE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "options/command_line.h"
#include "search/case_files.h"

namespace e820check {

class CommandLineCase {
 public:
  explicit CommandLineCase(absl::string_view text);
  // The context reads from this object.
  CommandLineCase(const CommandLineCase&) = delete;

  const std::vector<std::string>& args() const { return prepared_.args; }
  const CommandLineContext& context() const { return context_; }
  // See explain.h; the files come last.
  std::string Describe() const;

 private:
  PreparedCase prepared_;
  CommandLineContext context_;
};

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_COMMAND_LINE_CASE_H_
