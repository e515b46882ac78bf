// SPDX-License-Identifier: Apache-2.0

// Keyval, the syntax of -machine and -smp (doc/spec/qemu-options.md 2.2).

#ifndef E820CHECK_MODEL_READER_KEYVAL_H_
#define E820CHECK_MODEL_READER_KEYVAL_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace e820check::reader {

// Nodes name each other by index, so that no depth of text deepens a stack.
struct KeyvalNode {
  enum class Kind { kText, kDict, kList };

  Kind kind = Kind::kDict;
  std::string text;
  std::vector<std::string> keys;  // of a dict, in the order in which they came
  std::vector<size_t> children;   // of a list, or one for each key
};

struct Keyval {
  std::vector<KeyvalNode> nodes = std::vector<KeyvalNode>(1);  // first the root
  bool asks_for_help = false;
};

// The child of that name of a dict.
std::optional<size_t> FindChild(const Keyval& tree, size_t dict,
                                absl::string_view key);

// `implied_key` is the key of a first item without "=".
absl::StatusOr<Keyval> ReadKeyval(absl::string_view text,
                                  absl::string_view implied_key);

// One line: strings quoted, dicts in QDict order.
std::string ToString(const Keyval& tree);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_KEYVAL_H_
