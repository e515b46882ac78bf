// SPDX-License-Identifier: Apache-2.0

#include "cli/wrong_words.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/nearest_names.h"
#include "options/shell.h"

namespace e820check {

std::string NoSuchCommand(absl::string_view word,
                          const std::vector<std::string>& commands) {
  return absl::StrCat("there is no command '", word, "'",
                      DidYouMean(word, commands), "\nThe commands are ",
                      absl::StrJoin(commands, ", "),
                      "; 'e820check help' tells more.");
}

std::string UnknownWords(const CommandWithUnknownWords& typed) {
  const std::string& first = typed.unknown.front();
  const std::string see =
      absl::StrCat("\n'e820check ", typed.command, " --help' tells more.");
  // One dash is how QEMU's options are mostly written.
  const bool may_be_ours =
      absl::StartsWith(first, typed.takes_qemu_args ? "--" : "-");
  const std::string meant = may_be_ours ? DidYouMean(first, typed.options) : "";
  if (!meant.empty() || !typed.takes_qemu_args) {
    return absl::StrCat(typed.command, ": there is no ",
                        absl::StartsWith(first, "-") ? "option" : "argument",
                        " '", first, "'", meant, see);
  }
  std::vector<std::string> line = {"e820check", typed.command};
  auto unknown = typed.unknown.begin();
  for (const std::string& word : typed.words) {
    if (unknown != typed.unknown.end() && word == *unknown) {
      ++unknown;
    } else {
      line.push_back(word);
    }
  }
  line.emplace_back("--");
  line.insert(line.end(), typed.unknown.begin(), typed.unknown.end());
  line.insert(line.end(), typed.qemu_args.begin(), typed.qemu_args.end());
  return absl::StrCat(typed.command, ": there is no option '", first,
                      "'; QEMU's arguments go after --:\n  ", ShellJoin(line),
                      see);
}

}  // namespace e820check
