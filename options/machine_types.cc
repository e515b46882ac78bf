// SPDX-License-Identifier: Apache-2.0

#include "options/machine_types.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace e820check {
namespace {

constexpr MachineVersion kReleases[] = {
    {1, 4},  {1, 5},  {1, 6}, {1, 7}, {2, 0},    {2, 1}, {2, 2},  {2, 3},
    {2, 4},  {2, 5},  {2, 6}, {2, 7}, {2, 8},    {2, 9}, {2, 10}, {2, 11},
    {2, 12}, {3, 0},  {3, 1}, {4, 0}, {4, 0, 1}, {4, 1}, {4, 2},  {5, 0},
    {5, 1},  {5, 2},  {6, 0}, {6, 1}, {6, 2},    {7, 0}, {7, 1},  {7, 2},
    {8, 0},  {8, 1},  {8, 2}, {9, 0}, {9, 1},    {9, 2}, {10, 0}, {10, 1},
    {10, 2}, {11, 0}, {11, 1}};

MachineVersion OldestVersion(MachineFamily family, QemuVersion qemu) {
  switch (qemu) {
    case QemuVersion::k7_2:
      return family == MachineFamily::kI440fx ? MachineVersion{1, 4}
                                              : MachineVersion{2, 4};
    case QemuVersion::k10_0:
      return {2, 4};
    case QemuVersion::k11_1:
      return {5, 2};
  }
  return {};
}

std::vector<MachineType> ListMachineTypes(QemuVersion qemu) {
  std::vector<MachineType> types;
  for (const MachineFamily family :
       {MachineFamily::kI440fx, MachineFamily::kQ35}) {
    for (const MachineVersion& version : kReleases) {
      if (version < OldestVersion(family, qemu)) continue;
      if (version > OwnVersion(qemu)) continue;
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

using TypesByName = absl::flat_hash_map<std::string, MachineType>;

// With aliases.
TypesByName MakeTypesByName(QemuVersion qemu) {
  TypesByName types;
  for (const MachineType& type : ListMachineTypes(qemu)) {
    types.emplace(ToString(type), type);
  }
  types["pc"] = {MachineFamily::kI440fx, OwnVersion(qemu)};
  types["q35"] = {MachineFamily::kQ35, OwnVersion(qemu)};
  return types;
}

}  // namespace

MachineVersion OwnVersion(QemuVersion qemu) {
  switch (qemu) {
    case QemuVersion::k7_2:
      return {7, 2};
    case QemuVersion::k10_0:
      return {10, 0};
    case QemuVersion::k11_1:
      return {11, 1};
  }
  return {};
}

const std::vector<MachineType>& AllMachineTypes(QemuVersion qemu) {
  static const auto& all = *new std::array<std::vector<MachineType>, 3>{
      ListMachineTypes(QemuVersion::k7_2), ListMachineTypes(QemuVersion::k10_0),
      ListMachineTypes(QemuVersion::k11_1)};
  return all[static_cast<size_t>(qemu)];
}

std::optional<MachineType> FindMachineType(absl::string_view name,
                                           QemuVersion qemu) {
  static const auto& by_name = *new std::array<TypesByName, 3>{
      MakeTypesByName(QemuVersion::k7_2), MakeTypesByName(QemuVersion::k10_0),
      MakeTypesByName(QemuVersion::k11_1)};
  const TypesByName& types = by_name[static_cast<size_t>(qemu)];
  const auto found = types.find(name);
  if (found == types.end()) return std::nullopt;
  return found->second;
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
  const bool i440fx = type.family == MachineFamily::kI440fx;
  if (!i440fx && type.family != MachineFamily::kQ35) return "";
  if (qemu == QemuVersion::k7_2) {
    return i440fx && type.version <= MachineVersion{1, 7}
               ? "old and unattended - use a newer version instead"
               : "";
  }
  const MachineVersion oldest_supported =
      qemu == QemuVersion::k10_0 ? MachineVersion{7, 1} : MachineVersion{8, 2};
  return type.version < oldest_supported
             ? "machines more than 3 years old are subject to deletion after 6 "
               "years"
             : "";
}

}  // namespace e820check
