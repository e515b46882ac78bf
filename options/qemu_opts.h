// SPDX-License-Identifier: Apache-2.0

// QemuOpts, the syntax of -m, -numa and -object: "node,nodeid=1,cpus=0-3"
// (doc/spec/qemu-options.md 2.1).

#ifndef E820CHECK_OPTIONS_QEMU_OPTS_H_
#define E820CHECK_OPTIONS_QEMU_OPTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace e820check {

// Must not outlive the text it is read from.
struct QemuOpt {
  absl::string_view key;
  std::string value;
  // An item without '=' that is not the implied key's value: "key" with the
  // value "on", or "nokey" with the value "off".
  bool is_flag = false;
};

// "help" or "?".
bool IsHelp(absl::string_view word);
// The same, as a flag.
bool IsHelpFlag(const QemuOpt& opt);

// What QEMU says when it meets this flag, hint line included, no location;
// nullopt for the flags "help" and "?" and for items that are no flags.
std::optional<std::string> FlagWarning(const QemuOpt& opt);

// Takes a value off the front of `rest`, with the comma that ends it; ",,"
// stands for a comma in the value.
std::string TakeValue(absl::string_view& rest);

// Takes the items of an option from left to right.
class QemuOptsReader {
 public:
  // `implied_key` is the key of a first item without '='; empty: there is none.
  // Both arguments must outlive this and its items.
  QemuOptsReader(absl::string_view text, absl::string_view implied_key)
      : rest_(text), implied_key_(implied_key) {}

  std::optional<QemuOpt> Next();

 private:
  absl::string_view rest_;
  absl::string_view implied_key_;
};

// The value of the first `id`, which QEMU looks up before it reads anything
// else, and without implied key.
std::optional<std::string> FindId(absl::string_view text);

// An option with an open list of keys. Must not outlive its text.
struct QemuOptsBag {
  std::optional<std::string> id;
  std::vector<QemuOpt> items;  // in order, without `id`

  // The last one counts; nullptr if there is none.
  const std::string* Find(absl::string_view key) const;
};

// Parses such options, whose ids must differ.
class QemuOptsList {
 public:
  // `name` is the list's in the text on a duplicate id; both arguments must
  // outlive this.
  QemuOptsList(absl::string_view name, absl::string_view implied_key)
      : name_(name), implied_key_(implied_key) {}

  // Takes an id for a record that comes otherwise. Refuses as Parse() does.
  absl::Status TakeId(const std::string& id);

  // Refuses a malformed or duplicate id only. Appends flag warnings.
  absl::StatusOr<QemuOptsBag> Parse(absl::string_view text,
                                    std::vector<std::string>& warnings);

 private:
  absl::string_view name_;
  absl::string_view implied_key_;
  absl::flat_hash_set<std::string> ids_;
};

// The refusal of an ill-formed id, hint line included.
absl::Status RefuseId();

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_QEMU_OPTS_H_
