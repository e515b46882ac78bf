// SPDX-License-Identifier: Apache-2.0

#include "options/option_groups.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/strings/strip.h"
#include "options/refusal.h"

namespace e820check {
namespace {

using Kind = OptionGroup::Kind;

// Debian's binary of each release was asked about each.
constexpr OptionGroup kGroups[] = {
    {"accel"},
    {"acpi"},
    {"action"},
    {"add-fd"},
    {"audiodev", Kind::kTree, QemuVersion::k10_0},
    {"boot-opts", Kind::kTree},
    {"chardev", Kind::kSharedRecords},
    {"device"},
    {"drive", Kind::kSharedRecords},
    {"fsdev", Kind::kSharedRecords},
    {"fw_cfg"},
    {"global"},
    {"icount"},
    {"iscsi"},
    {"machine", Kind::kTree},
    {"memory"},
    {"mon", Kind::kSharedRecords},
    {"msg"},
    {"name"},
    {"net", Kind::kSharedRecords},
    {"netdev", Kind::kSharedRecords},
    {"nic", Kind::kSharedRecords},
    {"numa"},
    {"object", Kind::kTree},
    {"option-rom"},
    {"overcommit"},
    {"plugin"},
    {"rtc"},
    {"run-with", Kind::kRecords, QemuVersion::k10_0},
    {"sandbox"},
    {"smbios"},
    {"smp-opts", Kind::kTree},
    {"spice", Kind::kSharedRecords},
    {"tpmdev"},
    {"trace"},
    {"virtfs"},
    {"vnc", Kind::kSharedRecords},
};

// scanf's "%63[^c]" off the front of `text`; empty: there is none.
absl::string_view TakeName(char end, absl::string_view& text) {
  constexpr size_t kMaxBytes = 63;
  const absl::string_view part = text.substr(0, kMaxBytes);
  const absl::string_view name = part.substr(0, part.find(end));
  text.remove_prefix(name.size());
  return name;
}

}  // namespace

absl::Span<const OptionGroup> AllOptionGroups() { return kGroups; }

const OptionGroup* FindOptionGroup(absl::string_view name, QemuVersion qemu) {
  const auto found = std::find_if(
      std::begin(kGroups), std::end(kGroups), [&](const OptionGroup& group) {
        return group.name == name && AtLeast(qemu, group.since);
      });
  return found == std::end(kGroups) ? nullptr : found;
}

absl::Status RefuseGroup(absl::string_view name) {
  return Refuse("There is no option group '", name, "'");
}

absl::StatusOr<Assignment> ParseAssignment(absl::string_view text,
                                           QemuVersion qemu) {
  absl::string_view rest = text;
  Assignment assignment;
  const absl::string_view group = TakeName('.', rest);
  bool is_whole = !group.empty() && absl::ConsumePrefix(&rest, ".");
  assignment.id = TakeName('.', rest);
  is_whole &= !assignment.id.empty() && absl::ConsumePrefix(&rest, ".");
  assignment.key = TakeName('=', rest);
  is_whole &= !assignment.key.empty() && absl::ConsumePrefix(&rest, "=");
  if (!is_whole) return Refuse("can't parse: \"", text, "\"");
  assignment.value = rest;
  assignment.group = FindOptionGroup(group, qemu);
  if (assignment.group == nullptr) return RefuseGroup(group);
  if (assignment.group->kind == Kind::kTree) {
    return Refuse("-set is not supported with ", group);
  }
  return assignment;
}

}  // namespace e820check
