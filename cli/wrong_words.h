// SPDX-License-Identifier: Apache-2.0

// What to tell a user whose words no command understands.

#ifndef E820CHECK_CLI_WRONG_WORDS_H_
#define E820CHECK_CLI_WRONG_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace e820check {

std::string NoSuchCommand(absl::string_view word,
                          const std::vector<std::string>& commands);

// The words of one command, of which it does not understand `unknown`.
struct CommandWithUnknownWords {
  std::string command;
  std::vector<std::string> words;    // as typed, after the command
  std::vector<std::string> unknown;  // of them, in their order
  std::vector<std::string> options;  // what it has: "--seed"
  bool takes_qemu_args = false;
  std::vector<std::string> qemu_args;  // after --
};

// Names an option that is near; or else, where QEMU's arguments would belong
// after --, says so with the whole line as it was most likely meant.
std::string UnknownWords(const CommandWithUnknownWords& typed);

}  // namespace e820check

#endif  // E820CHECK_CLI_WRONG_WORDS_H_
