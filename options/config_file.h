// SPDX-License-Identifier: Apache-2.0

// -readconfig: options in a file, in groups (doc/spec/qemu-options.md 11).
//
//   [numa]
//     type = "node"
//   [object "m0"]
//     qom-type = "memory-backend-ram"

#ifndef E820CHECK_OPTIONS_CONFIG_FILE_H_
#define E820CHECK_OPTIONS_CONFIG_FILE_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "options/value_tree.h"

namespace e820check {

// Must not outlive the text of its file.
struct ConfigGroup {
  struct Item {
    absl::string_view key;
    absl::string_view value;
  };

  absl::string_view name;
  // In QDict order, each key once; with `id`, the word after the group's name.
  std::vector<Item> items;

  const Item* Find(absl::string_view key) const;
};

// Reads a file as QEMU does, with scanf's rules: words of 63 bytes, lines of
// 1023, and of a value that is not quoted nothing.
class ConfigFile {
 public:
  // `text` must outlive this and its groups.
  explicit ConfigFile(absl::string_view text) : rest_(text) {}

  // The next group; nullopt at the end of the file. Refuses a line that has no
  // place; the groups before it have been acted on by then.
  absl::StatusOr<std::optional<ConfigGroup>> Next();

  // The line, from 1, of the last key that was read; 0 before the first. It
  // stands for a group that QEMU refuses, once that has ended.
  int line() const { return key_line_; }

  // Whether the group that Next() returned last ended with the file.
  bool at_end() const { return !next_; }

 private:
  struct Header {
    absl::string_view name;
    std::optional<absl::string_view> id;
  };

  static std::optional<Header> ReadHeader(absl::string_view line);
  absl::string_view TakeLine();

  absl::string_view rest_;
  int lines_ = 0;
  int key_line_ = 0;
  std::optional<Header> next_;  // that of a group not yet begun
};

// The items as a tree: "a.b" is member b of a, and a dict of indexes a list.
absl::StatusOr<ValueTree> Crumple(const ConfigGroup& group);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_CONFIG_FILE_H_
