// SPDX-License-Identifier: Apache-2.0

#include "options/machine_types.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::Eq;
using ::testing::Optional;

constexpr QemuVersion kAllVersions[] = {QemuVersion::k7_2, QemuVersion::k10_0,
                                        QemuVersion::k11_1};

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

// What `qemu-system-x86_64 -machine help` of 7.2 has besides two aliases and
// x-remote: 30 + 25 + 3 types.
TEST(MachineTypesTest, ListsEveryTypeOfTheBinaryOnce) {
  EXPECT_THAT(AllMachineTypes(QemuVersion::k7_2), testing::SizeIs(58));
  for (const QemuVersion qemu : kAllVersions) {
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

}  // namespace
}  // namespace e820check
