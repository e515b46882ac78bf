// SPDX-License-Identifier: Apache-2.0

#include "options/shell.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace e820check {

std::string ShellQuote(absl::string_view word) {
  constexpr absl::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
      "-_=,.:/+@%";
  const bool plain = !word.empty() &&
                     word.find_first_not_of(kPlain) == absl::string_view::npos;
  if (plain) return std::string(word);
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

std::string ShellJoin(absl::Span<const std::string> words) {
  return absl::StrJoin(words, " ",
                       [](std::string* out, const std::string& word) {
                         out->append(ShellQuote(word));
                       });
}

}  // namespace e820check
