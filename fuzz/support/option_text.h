// SPDX-License-Identifier: Apache-2.0

// One option as a text file: the option's text, after a first line as in
// options/argument_lines.h, "#10.0 memmap-type", if there is one. A newline at
// the end of the file is not part of the text; others are.

#ifndef E820CHECK_FUZZ_SUPPORT_OPTION_TEXT_H_
#define E820CHECK_FUZZ_SUPPORT_OPTION_TEXT_H_

#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "model/reader/answer.h"
#include "options/argument_lines.h"

namespace e820check {

struct OptionText {
  reader::Release release;
  absl::string_view text;
};

inline OptionText SplitOptionText(absl::string_view file) {
  const CommandLineContext context = SplitArgumentLines(file).context;
  OptionText option{.release = {context.qemu_version, context.dialect},
                    .text = file};
  absl::ConsumeSuffix(&option.text, "\n");
  if (absl::StartsWith(option.text, "#")) {
    const size_t end = option.text.find('\n');
    option.text.remove_prefix(std::min(end, option.text.size() - 1) + 1);
  }
  return option;
}

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_OPTION_TEXT_H_
