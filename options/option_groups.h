// SPDX-License-Identifier: Apache-2.0

// The names under which QEMU keeps options: those that -set and the groups of a
// configuration file name (doc/spec/qemu-options.md 11).

#ifndef E820CHECK_OPTIONS_OPTION_GROUPS_H_
#define E820CHECK_OPTIONS_OPTION_GROUPS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/machine_type.h"

namespace e820check {

struct OptionGroup {
  enum class Kind {
    kTree,     // typed keys and values, which -set does not reach
    kRecords,  // an option each, by id
    // Also made by other options than that of the group's name, with ids of
    // their own.
    kSharedRecords,
  };

  absl::string_view name;
  Kind kind = Kind::kRecords;
  QemuVersion since = kSinceEver;
};

// Each group once, of any release.
absl::Span<const OptionGroup> AllOptionGroups();

// nullptr: there is none.
const OptionGroup* FindOptionGroup(absl::string_view name, QemuVersion qemu);

// What QEMU says where there is none.
absl::Status RefuseGroup(absl::string_view name);

// The argument of -set. Must not outlive it.
struct Assignment {
  const OptionGroup* group = nullptr;
  absl::string_view id;
  absl::string_view key;
  absl::string_view value;
};

// Reads "group.id.key=value", names of up to 63 bytes. Refuses what is not of
// that form, groups that do not exist, and those of kTree.
absl::StatusOr<Assignment> ParseAssignment(absl::string_view text,
                                           QemuVersion qemu);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_OPTION_GROUPS_H_
