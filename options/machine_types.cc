// SPDX-License-Identifier: Apache-2.0

#include "options/machine_types.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "options/release_rules.h"

namespace e820check {
namespace {

// Up to 3.1; from 4.0 on there are three a year, and 4.0.1.
constexpr MachineVersion kEarlyVersions[] = {
    {1, 4},  {1, 5},  {1, 6},  {1, 7}, {2, 0}, {2, 1}, {2, 2},
    {2, 3},  {2, 4},  {2, 5},  {2, 6}, {2, 7}, {2, 8}, {2, 9},
    {2, 10}, {2, 11}, {2, 12}, {3, 0}, {3, 1}};

// Oldest first, up to `newest`.
std::vector<MachineVersion> VersionsUpTo(const MachineVersion& newest) {
  std::vector<MachineVersion> versions(std::begin(kEarlyVersions),
                                       std::end(kEarlyVersions));
  for (int major = 4; major <= newest.major; ++major) {
    for (int minor = 0; minor <= 2; ++minor) {
      versions.push_back({major, minor});
      if (major == 4 && minor == 0) versions.push_back({major, minor, 1});
    }
  }
  versions.erase(std::upper_bound(versions.begin(), versions.end(), newest),
                 versions.end());
  return versions;
}

MachineVersion OldestVersion(MachineFamily family, QemuVersion qemu) {
  const OptionRules& rules = OptionRulesOf(qemu);
  return family == MachineFamily::kI440fx ? rules.oldest_i440fx
                                          : rules.oldest_q35;
}

// "7.2" or "4.0.1", as ToString(MachineType) has it.
std::optional<MachineVersion> ReadVersion(absl::string_view text) {
  MachineVersion version;
  int* const parts[] = {&version.major, &version.minor, &version.micro};
  size_t count = 0;
  for (const absl::string_view part : absl::StrSplit(text, '.')) {
    if (count == std::size(parts) || !absl::SimpleAtoi(part, parts[count])) {
      return std::nullopt;
    }
    ++count;
  }
  return count >= 2 ? std::optional(version) : std::nullopt;
}

std::optional<MachineType> ReadVersionedType(absl::string_view name) {
  MachineType type;
  absl::string_view version = name;
  if (absl::ConsumePrefix(&version, "pc-i440fx-")) {
    type.family = MachineFamily::kI440fx;
  } else if (absl::ConsumePrefix(&version, "pc-q35-")) {
    type.family = MachineFamily::kQ35;
  } else {
    return std::nullopt;
  }
  const std::optional<MachineVersion> read = ReadVersion(version);
  if (!read) return std::nullopt;
  type.version = *read;
  // Other spellings of the same numbers are no names.
  return ToString(type) == name ? std::optional(type) : std::nullopt;
}

}  // namespace

MachineVersion OwnVersion(QemuVersion qemu) {
  return {.major = MajorOf(qemu), .minor = MinorOf(qemu)};
}

std::vector<MachineType> AllMachineTypes(QemuVersion qemu) {
  std::vector<MachineType> types;
  const std::vector<MachineVersion> versions = VersionsUpTo(OwnVersion(qemu));
  for (const MachineFamily family :
       {MachineFamily::kI440fx, MachineFamily::kQ35}) {
    for (const MachineVersion& version : versions) {
      if (version < OldestVersion(family, qemu)) continue;
      // 4.0.1 undid a change that only q35 had seen.
      if (version.micro != 0 && family != MachineFamily::kQ35) continue;
      types.push_back({family, version});
    }
  }
  for (const MachineFamily family :
       {MachineFamily::kIsapc, MachineFamily::kMicrovm, MachineFamily::kNone}) {
    types.push_back({family, OwnVersion(qemu)});
  }
  return types;
}

std::optional<MachineType> FindMachineType(absl::string_view name,
                                           QemuVersion qemu) {
  const MachineVersion own = OwnVersion(qemu);
  if (name == "pc") return MachineType{MachineFamily::kI440fx, own};
  if (name == "q35") return MachineType{MachineFamily::kQ35, own};
  for (const MachineFamily family :
       {MachineFamily::kIsapc, MachineFamily::kMicrovm, MachineFamily::kNone}) {
    const MachineType type = {family, own};
    if (name == ToString(type)) return type;
  }
  const std::optional<MachineType> type = ReadVersionedType(name);
  if (!type) return std::nullopt;
  const std::vector<MachineType> all = AllMachineTypes(qemu);
  return absl::c_linear_search(all, *type) ? type : std::nullopt;
}

uint32_t MaxCpus(const MachineType& type, QemuVersion /*qemu*/) {
  switch (type.family) {
    case MachineFamily::kI440fx:
      return 255;
    case MachineFamily::kQ35:
      // doc/spec/qemu-layout.md 1.1.
      if (type.version <= MachineVersion{2, 7}) return 255;
      if (type.version <= MachineVersion{8, 0}) return 288;
      if (type.version <= MachineVersion{8, 2}) return 1024;
      return 4096;
    case MachineFamily::kMicrovm:
      return 288;
    case MachineFamily::kIsapc:
    case MachineFamily::kNone:
      return 1;
  }
  return 0;
}

absl::string_view DeprecationReason(const MachineType& type, QemuVersion qemu) {
  const OptionRules& rules = OptionRulesOf(qemu);
  MachineVersion oldest_current;
  if (type.family == MachineFamily::kI440fx) {
    oldest_current = rules.oldest_current_i440fx;
  } else if (type.family == MachineFamily::kQ35) {
    oldest_current = rules.oldest_current_q35;
  }
  return type.version < oldest_current ? rules.deprecation_reason : "";
}

}  // namespace e820check
