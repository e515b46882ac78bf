// SPDX-License-Identifier: Apache-2.0

#include "options/machine_types.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::Eq;
using ::testing::Optional;

TEST(MachineTypesTest, AliasesMeanTheOwnVersion) {
  EXPECT_THAT(
      FindMachineType("pc", QemuVersion::k7_2),
      Optional(MachineType{MachineFamily::kI440fx, MachineVersion{7, 2}}));
  EXPECT_THAT(
      FindMachineType("q35", QemuVersion::k11_1),
      Optional(MachineType{MachineFamily::kQ35, MachineVersion{11, 1}}));
  EXPECT_THAT(
      FindMachineType("microvm", QemuVersion::k10_0),
      Optional(MachineType{MachineFamily::kMicrovm, MachineVersion{10, 0}}));
}

TEST(MachineTypesTest, EveryBinaryHasItsOwnRangeOfVersions) {
  struct Case {
    const char* name;
    bool in_7_2, in_10_0, in_11_1;
  };
  constexpr Case kCases[] = {
      {"pc-i440fx-1.3", false, false, false},
      {"pc-i440fx-1.4", true, false, false},
      {"pc-i440fx-2.3", true, false, false},
      {"pc-i440fx-2.4", true, true, false},
      {"pc-q35-2.3", false, false, false},
      {"pc-q35-2.4", true, true, false},
      {"pc-q35-2.12", true, true, false},
      {"pc-q35-2.13", false, false, false},
      {"pc-q35-3.2", false, false, false},
      {"pc-q35-4.0.1", true, true, false},
      {"pc-i440fx-4.0.1", false, false, false},
      {"pc-q35-5.1", true, true, false},
      {"pc-q35-5.2", true, true, true},
      {"pc-i440fx-7.2", true, true, true},
      {"pc-i440fx-7.3", false, false, false},
      {"pc-i440fx-8.0", false, true, true},
      {"pc-i440fx-8.3", false, false, false},
      {"pc-q35-10.0", false, true, true},
      {"pc-q35-10.1", false, false, true},
      {"pc-q35-11.1", false, false, true},
      {"pc-q35-11.2", false, false, false},
      {"isapc", true, true, true},
      {"none", true, true, true},
      {"", false, false, false},
      {"PC", false, false, false},
      {"pc-q35-07.2", false, false, false},
      {"pc-q35-7.2-machine", false, false, false},
      {"pc-i440fx", false, false, false},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    const auto is_in = [&](QemuVersion qemu) {
      return FindMachineType(c.name, qemu).has_value();
    };
    EXPECT_EQ(c.in_7_2, is_in(QemuVersion::k7_2));
    EXPECT_EQ(c.in_10_0, is_in(QemuVersion::k10_0));
    EXPECT_EQ(c.in_11_1, is_in(QemuVersion::k11_1));
  }
}

// `qemu-system-x86_64 -machine help` of 7.2, but for its two aliases and
// x-remote.
constexpr absl::string_view kHelp =
    "isapc microvm none pc-i440fx-1.4 pc-i440fx-1.5 pc-i440fx-1.6 "
    "pc-i440fx-1.7 pc-i440fx-2.0 pc-i440fx-2.1 pc-i440fx-2.10 "
    "pc-i440fx-2.11 pc-i440fx-2.12 pc-i440fx-2.2 pc-i440fx-2.3 "
    "pc-i440fx-2.4 pc-i440fx-2.5 pc-i440fx-2.6 pc-i440fx-2.7 "
    "pc-i440fx-2.8 pc-i440fx-2.9 pc-i440fx-3.0 pc-i440fx-3.1 "
    "pc-i440fx-4.0 pc-i440fx-4.1 pc-i440fx-4.2 pc-i440fx-5.0 "
    "pc-i440fx-5.1 pc-i440fx-5.2 pc-i440fx-6.0 pc-i440fx-6.1 "
    "pc-i440fx-6.2 pc-i440fx-7.0 pc-i440fx-7.1 pc-i440fx-7.2 pc-q35-2.10 "
    "pc-q35-2.11 pc-q35-2.12 pc-q35-2.4 pc-q35-2.5 pc-q35-2.6 pc-q35-2.7 "
    "pc-q35-2.8 pc-q35-2.9 pc-q35-3.0 pc-q35-3.1 pc-q35-4.0 pc-q35-4.0.1 "
    "pc-q35-4.1 pc-q35-4.2 pc-q35-5.0 pc-q35-5.1 pc-q35-5.2 pc-q35-6.0 "
    "pc-q35-6.1 pc-q35-6.2 pc-q35-7.0 pc-q35-7.1 pc-q35-7.2";

// The releases since, three a year.
constexpr absl::string_view kReleasesAfter7_2 = "8.0 8.1 8.2 9.0 9.1 9.2 10.0";
constexpr absl::string_view kReleasesAfter10_0 = "10.1 10.2 11.0 11.1";

std::set<std::string> NamesOf(QemuVersion qemu) {
  std::set<std::string> names;
  for (const MachineType& type : AllMachineTypes(qemu)) {
    names.insert(ToString(type));
  }
  return names;
}

// The names of `help` from `oldest` on, and both boards of `releases`.
std::set<std::string> NamesSince(MachineVersion oldest,
                                 const std::vector<std::string>& releases) {
  std::set<std::string> names;
  for (const absl::string_view name : absl::StrSplit(kHelp, ' ')) {
    const auto type = FindMachineType(name, QemuVersion::k7_2);
    if (type.has_value() && type->version >= oldest) names.emplace(name);
  }
  for (const std::string& release : releases) {
    names.insert("pc-i440fx-" + release);
    names.insert("pc-q35-" + release);
  }
  return names;
}

TEST(MachineTypesTest, AreThoseOfHelp) {
  const std::set<std::string> in_7_2 = absl::StrSplit(kHelp, ' ');
  EXPECT_EQ(NamesOf(QemuVersion::k7_2), in_7_2);
  std::vector<std::string> releases = absl::StrSplit(kReleasesAfter7_2, ' ');
  EXPECT_EQ(NamesOf(QemuVersion::k10_0), NamesSince({2, 4}, releases));
  for (const absl::string_view release :
       absl::StrSplit(kReleasesAfter10_0, ' ')) {
    releases.emplace_back(release);
  }
  EXPECT_EQ(NamesOf(QemuVersion::k11_1), NamesSince({5, 2}, releases));
}

TEST(MachineTypesTest, EachTypeIsListedOnce) {
  for (const QemuVersion qemu : kReleases) {
    std::set<std::string> names;
    for (const MachineType& type : AllMachineTypes(qemu)) {
      EXPECT_TRUE(names.insert(ToString(type)).second) << ToString(type);
      EXPECT_THAT(FindMachineType(ToString(type), qemu), Optional(Eq(type)));
    }
  }
}

TEST(MachineTypesTest, MaxCpusGrowsWithTheVersionOfQ35) {
  struct Case {
    const char* name;
    uint32_t max_cpus;
  };
  constexpr Case kCases[] = {
      {"pc", 255},          {"pc-i440fx-2.4", 255},
      {"pc-q35-2.7", 255},  {"pc-q35-2.8", 288},
      {"pc-q35-8.0", 288},  {"pc-q35-8.1", 1024},
      {"pc-q35-9.0", 4096}, {"q35", 4096},
      {"microvm", 288},     {"isapc", 1},
      {"none", 1},
  };
  for (const Case& c : kCases) {
    const auto type = FindMachineType(c.name, QemuVersion::k10_0);
    ASSERT_TRUE(type.has_value()) << c.name;
    EXPECT_EQ(c.max_cpus, MaxCpus(*type, QemuVersion::k10_0)) << c.name;
  }
}

// "(deprecated)" in -machine help of 7.2; 10.0 and 11.1 say so of what is more
// than three years old.
TEST(MachineTypesTest, OldTypesAreDeprecated) {
  struct Case {
    const char* name;
    QemuVersion qemu;
    const char* reason;
  };
  static constexpr char kUnattended[] =
      "old and unattended - use a newer version instead";
  static constexpr char kOld[] =
      "machines more than 3 years old are subject to deletion after 6 years";
  constexpr Case kCases[] = {
      {"pc-i440fx-1.4", QemuVersion::k7_2, kUnattended},
      {"pc-i440fx-1.7", QemuVersion::k7_2, kUnattended},
      {"pc-i440fx-2.0", QemuVersion::k7_2, ""},
      {"pc-q35-2.4", QemuVersion::k7_2, ""},
      {"pc-i440fx-7.0", QemuVersion::k10_0, kOld},
      {"pc-q35-7.0", QemuVersion::k10_0, kOld},
      {"pc-q35-7.1", QemuVersion::k10_0, ""},
      {"pc-i440fx-8.1", QemuVersion::k11_1, kOld},
      {"pc-q35-8.1", QemuVersion::k11_1, kOld},
      {"pc-i440fx-8.2", QemuVersion::k11_1, ""},
      {"isapc", QemuVersion::k11_1, ""},
      {"microvm", QemuVersion::k10_0, ""},
      {"none", QemuVersion::k7_2, ""},
  };
  for (const Case& c : kCases) {
    const auto type = FindMachineType(c.name, c.qemu);
    ASSERT_TRUE(type.has_value()) << c.name;
    EXPECT_EQ(DeprecationReason(*type, c.qemu), c.reason) << c.name;
  }
}

}  // namespace
}  // namespace e820check
