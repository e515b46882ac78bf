// SPDX-License-Identifier: Apache-2.0

#include "options/argument_lines.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace e820check {
namespace {

// The words of a first line, without '#'.
void ReadProfile(absl::string_view line, ArgumentLines& lines) {
  for (const absl::string_view word :
       absl::StrSplit(line, ' ', absl::SkipEmpty())) {
    if (const std::optional<QemuVersion> release = FindRelease(word)) {
      lines.context.qemu_version = *release;
    } else if (word == ToString(Dialect::kMemmapType)) {
      lines.context.dialect = Dialect::kMemmapType;
    } else if (word != ToString(Dialect::kStock) && !lines.unknown_word) {
      lines.unknown_word = std::string(word);
    }
  }
}

}  // namespace

ArgumentLines SplitArgumentLines(absl::string_view text) {
  ArgumentLines lines;
  if (absl::ConsumePrefix(&text, "#")) {
    const size_t end = std::min(text.find('\n'), text.size());
    ReadProfile(text.substr(0, end), lines);
    text.remove_prefix(end);
    absl::ConsumePrefix(&text, "\n");
  }
  absl::ConsumeSuffix(&text, "\n");
  if (text.empty()) return lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (lines.args.size() == kMaxArguments) break;
    lines.args.emplace_back(line);
  }
  return lines;
}

}  // namespace e820check
