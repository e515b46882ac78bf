// SPDX-License-Identifier: Apache-2.0

#include "options/argument_lines.h"

#include <algorithm>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace e820check {
namespace {

CommandLineContext ParseProfile(absl::string_view line) {
  CommandLineContext context = ArgumentLines{}.context;
  for (const absl::string_view word : absl::StrSplit(line, ' ')) {
    for (const auto version : {QemuVersion::k10_0, QemuVersion::k11_1}) {
      if (word == ToString(version)) context.qemu_version = version;
    }
    if (word == ToString(Dialect::kMemmapType)) {
      context.dialect = Dialect::kMemmapType;
    }
  }
  return context;
}

}  // namespace

ArgumentLines SplitArgumentLines(absl::string_view text) {
  ArgumentLines lines;
  if (absl::ConsumePrefix(&text, "#")) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.context = ParseProfile(text.substr(0, end));
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
