// SPDX-License-Identifier: Apache-2.0

#include "options/shell.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "machine/printable.h"

namespace e820check {
namespace {

// Of what no terminal may be given, each byte as printf prints it.
std::string QuoteUnprintable(absl::string_view word) {
  std::string quoted;
  bool is_open = false;
  for (const char c : word) {
    const bool is_plain = Printable(absl::string_view(&c, 1)).size() == 1;
    if (is_plain != is_open) absl::StrAppend(&quoted, "'");
    is_open = is_plain;
    if (!is_plain) {
      absl::StrAppendFormat(&quoted, "\"$(printf '\\%03o')\"",
                            static_cast<unsigned char>(c));
    } else if (c == '\'') {
      absl::StrAppend(&quoted, "'\\''");
    } else {
      quoted.push_back(c);
    }
  }
  if (is_open) absl::StrAppend(&quoted, "'");
  return quoted;
}

}  // namespace

std::string ShellQuote(absl::string_view word) {
  constexpr absl::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
      "-_=,.:/+@%";
  const bool plain = !word.empty() &&
                     word.find_first_not_of(kPlain) == absl::string_view::npos;
  if (plain) return std::string(word);
  if (Printable(word) != word) return QuoteUnprintable(word);
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

std::string ShellJoin(absl::Span<const std::string> words) {
  return absl::StrJoin(words, " ",
                       [](std::string* out, const std::string& word) {
                         out->append(ShellQuote(word));
                       });
}

}  // namespace e820check
