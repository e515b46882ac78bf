// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/command_line_case.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "fuzz/support/explain.h"
#include "options/argument_lines.h"

namespace e820check {

CommandLineCase::CommandLineCase(absl::string_view text) {
  ArgumentLines lines = SplitArgumentLines(text);
  prepared_ = PrepareFiles(lines.args);
  for (auto& [name, content] : prepared_.files) {
    std::replace(content.begin(), content.end(), '|', '\n');
  }
  context_ = lines.context;
  context_.read_file = ReaderOf(prepared_);
}

std::string CommandLineCase::Describe() const {
  std::string text = DescribeCase(args(), context_);
  for (const auto& [name, content] : prepared_.files) {
    absl::StrAppend(&text, "\n", name, ":\n", content);
  }
  return text;
}

}  // namespace e820check
