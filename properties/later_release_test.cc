// SPDX-License-Identifier: Apache-2.0

// A release that is newer than all that are known behaves like the newest of
// them: nothing vanishes because nobody has heard of it yet. What stands here
// for it is no release, so no table can have a row for it.

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "machine/release.h"
#include "model/reader/numa_option.h"
#include "model/reader/object_option.h"
#include "model/reference_layout.h"
#include "options/command_line.h"
#include "options/cpu_model.h"
#include "options/machine_types.h"
#include "options/option_words.h"
#include "properties/generate/choices.h"
#include "properties/generate/command_line_generator.h"
#include "properties/generate/machine_generator.h"
#include "properties/ledger/quirks.h"
#include "rangetree/range_tree_layout.h"

namespace e820check {
namespace {

constexpr int kCases = 3000;
constexpr QemuVersion kLater = static_cast<QemuVersion>(9900);

QemuVersion Newest() {
  return *std::max_element(std::begin(kReleases), std::end(kReleases));
}

// Machine types without a version are as new as their binary, so where the two
// differ is in its name.
std::string InNewest(const std::string& text) {
  return absl::StrReplaceAll(text, {{ToString(kLater), ToString(Newest())}});
}

TEST(LaterReleaseTest, HasAllMachineTypesAndItsOwn) {
  const std::vector<MachineType> later = AllMachineTypes(kLater);
  for (const MachineType& type : AllMachineTypes(Newest())) {
    if (type.family != MachineFamily::kI440fx &&
        type.family != MachineFamily::kQ35) {
      continue;
    }
    EXPECT_EQ(std::count(later.begin(), later.end(), type), 1)
        << ToString(type);
    EXPECT_EQ(FindMachineType(ToString(type), kLater), type);
    EXPECT_EQ(DeprecationReason(type, kLater),
              DeprecationReason(type, Newest()));
  }
  EXPECT_EQ(FindMachineType("q35", kLater)->version, OwnVersion(kLater));
}

TEST(LaterReleaseTest, HasAllCpuModels) {
  EXPECT_EQ(AllCpuModels(kLater), AllCpuModels(Newest()));
  EXPECT_GT(AllCpuModels(kLater).size(), 100u);
}

// One of each catalogue that a command line draws on.
TEST(LaterReleaseTest, HasWhatTheNewestHas) {
  for (const char* word :
       {"-device", "-smp", "-S", "-run-with", "-readconfig", "-vnc"}) {
    EXPECT_NE(FindOptionWord(word, kLater), nullptr) << word;
  }
  const auto parse = [](const std::vector<std::string>& args,
                        QemuVersion release) {
    const auto parsed = ParseCommandLine(args, {.qemu_version = release});
    if (!parsed.ok()) return parsed.status().ToString();
    if (parsed->accepted()) return std::string("accepted");
    return InNewest(std::get<Rejection>(parsed->outcome).text);
  };
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"-device", "virtio-rng-pci"},
        {"-device", "sp-mem,memdev=m"},
        {"-device", "iommu-testdev"},
        {"-device", "sga"},
        {"-device", "virtio-sound"},
        {"-object", "iommufd,id=a"},
        {"-object", "igvm-cfg,id=a"},
        {"-object", "memory-backend-file,id=a,size=4K,mem-path=a,rom=on"},
        {"-machine", "smp-cache.0=1"},
        {"-smp", "2,modules=2"},
        {"-numa", "node", "-numa", "cpu,node-id=0,module-id=1"},
        {"-set", "run-with.a.b=c"},
        {"-cpu", "DiamondRapids,+movrs"},
        {"-cpu", "qemu64,avx10-version=300"}}) {
    const std::string newest = parse(args, Newest());
    EXPECT_EQ(parse(args, kLater), newest) << args[1];
  }
}

TEST(LaterReleaseTest, ReadsCommandLinesAsTheNewestDoes) {
  SeededChoices choices(11);
  int accepted = 0;
  for (int i = 0; i < kCases; ++i) {
    const std::vector<std::string> args =
        GenerateCommandLine(choices, {.qemu_version = Newest()});
    const auto newest = ParseCommandLine(args, {.qemu_version = Newest()});
    const auto later = ParseCommandLine(args, {.qemu_version = kLater});
    ASSERT_EQ(newest.ok(), later.ok());
    if (!newest.ok()) {
      EXPECT_EQ(InNewest(std::string(later.status().message())),
                newest.status().message());
      continue;
    }
    ASSERT_EQ(newest->accepted(), later->accepted());
    std::vector<std::string> warnings;
    for (const std::string& warning : later->warnings) {
      warnings.push_back(InNewest(warning));
    }
    EXPECT_EQ(warnings, newest->warnings);
    if (!later->accepted()) {
      EXPECT_EQ(InNewest(std::get<Rejection>(later->outcome).text),
                std::get<Rejection>(newest->outcome).text);
      continue;
    }
    ++accepted;
    MachineOptions machine = std::get<MachineOptions>(later->outcome);
    machine.qemu_version = Newest();
    if (machine.type.version == OwnVersion(kLater)) {
      machine.type.version = OwnVersion(Newest());
    }
    EXPECT_EQ(machine, std::get<MachineOptions>(newest->outcome));
  }
  EXPECT_GT(accepted, kCases / 3);
}

TEST(LaterReleaseTest, LaysOutMachinesAsTheNewestDoes) {
  SeededChoices choices(12);
  for (int i = 0; i < kCases; ++i) {
    MachineOptions machine = GenerateMachine(
        choices,
        {.qemu_version = Newest(), .beyond_command_lines = i % 2 == 0});
    const Answer by_model = ReferenceLayout(machine);
    const Answer by_tree = RangeTreeLayout(machine);
    machine.qemu_version = kLater;
    EXPECT_EQ(ReferenceLayout(machine), by_model) << i;
    EXPECT_EQ(RangeTreeLayout(machine), by_tree) << i;
    for (const Quirk& quirk : Quirks()) {
      const bool later = Matches(quirk, machine);
      machine.qemu_version = Newest();
      EXPECT_EQ(later, Matches(quirk, machine) && !quirk.releases.until)
          << quirk.id;
      machine.qemu_version = kLater;
    }
  }
}

// The second reader of options.
TEST(LaterReleaseTest, HasTheMembersThatTheNewestHas) {
  for (const char* text : {"cpu,node-id=0,module-id=1", "node,mem=0b1",
                           "node,mem=.5G", "node,mem=-1", "node,nodeid=0b1"}) {
    EXPECT_EQ(
        reader::ToString(reader::ReadNumaOption(text, {.qemu = kLater})),
        reader::ToString(reader::ReadNumaOption(text, {.qemu = Newest()})));
  }
  for (const char* text :
       {"memory-backend-shm,id=a,size=1M", "{1:2}",
        "memory-backend-file,id=a,size=1M,mem-path=f,offset=4K,rom=off"}) {
    EXPECT_EQ(
        reader::ToString(reader::ReadObjectOption(text, {.qemu = kLater})),
        reader::ToString(reader::ReadObjectOption(text, {.qemu = Newest()})));
  }
}

}  // namespace
}  // namespace e820check
