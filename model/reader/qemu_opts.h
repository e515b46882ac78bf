// SPDX-License-Identifier: Apache-2.0

// QemuOpts, the syntax of -m, -numa and -object (doc/spec/qemu-options.md 2.1).

#ifndef E820CHECK_MODEL_READER_QEMU_OPTS_H_
#define E820CHECK_MODEL_READER_QEMU_OPTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "model/reader/cursor.h"

namespace e820check::reader {

// value := characters up to a "," that is not doubled; ",," stands for ","
std::string ReadValue(Cursor& at);

struct Item {
  std::string key;
  std::string value;
  // What QEMU says when it comes to this item; or empty.
  std::string warning;
  // "help" or "?", without a value.
  bool is_help_flag = false;
};

// params := "" | item { "," item } [","]
// `implied_key` is the key of a first item without "="; empty: there is none.
std::vector<Item> ReadItems(absl::string_view text,
                            absl::string_view implied_key);

// The value of the first item "id", looked for without implied key.
std::optional<std::string> FindId(absl::string_view text);

// letter { letter | digit | "-" | "." | "_" }
absl::Status CheckId(absl::string_view id);

// "help" or "?".
bool IsHelpWord(absl::string_view word);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_QEMU_OPTS_H_
