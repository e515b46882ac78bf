// SPDX-License-Identifier: Apache-2.0

// The examples of doc/spec/memmap-type.md 3 and 4: what the patch does, right
// or wrong.

#include "systems/subject/memmap_v5/memmap_v5.h"

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "model/reference_layout.h"
#include "options/command_line.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;

constexpr MemoryType kRam = MemoryType::kRam;
constexpr MemoryType kSpm = MemoryType::kSoftReserved;
constexpr MemoryType kReserved = MemoryType::kReserved;
constexpr E820Row kHole = {0xfd00000000, 0x300000000, kReserved};

// Nodes as "2G spm", each with a backend of its own; `extra` is more arguments.
MachineOptions Machine(const std::string& ram,
                       const std::vector<std::string>& nodes,
                       const std::vector<std::string>& extra = {}) {
  std::vector<std::string> args = {"-machine", "q35", "-m", ram};
  for (size_t i = 0; i < nodes.size(); ++i) {
    const std::vector<std::string> words = absl::StrSplit(nodes[i], ' ');
    args.push_back("-object");
    args.push_back(absl::StrCat("memory-backend-ram,reserve=off,id=m", i,
                                ",size=", words[0]));
    args.push_back("-numa");
    args.push_back(absl::StrCat(
        "node,memdev=m", i,
        words.size() > 1 ? absl::StrCat(",memmap-type=", words[1]) : ""));
  }
  args.insert(args.end(), extra.begin(), extra.end());
  const auto parsed = ParseCommandLine(args, {.dialect = Dialect::kMemmapType});
  if (!parsed.ok() || !parsed->accepted()) {
    ADD_FAILURE() << "no machine";
    return {};
  }
  return std::get<MachineOptions>(parsed->outcome);
}

E820Table RowsOf(const Answer& answer) {
  if (!answer.accepted()) {
    ADD_FAILURE() << std::get<Rejection>(answer.outcome).text;
    return {};
  }
  return std::get<GuestLayout>(answer.outcome).e820;
}

TEST(MemmapV5, TypesTheTopOfAnOrdinaryMachine) {
  EXPECT_THAT(RowsOf(MemmapV5Layout(Machine("16G", {"8G", "8G spm"}))),
              ElementsAre(kHole, E820Row{0, 2 * kGiB, kRam},
                          E820Row{4 * kGiB, 6 * kGiB, kRam},
                          E820Row{10 * kGiB, 8 * kGiB, kSpm}));
}

TEST(MemmapV5, B1ForgetsTheRelocationAndTypesOtherMemory) {
  const Answer answer = MemmapV5Layout(
      Machine("1100G", {"1092G", "8G spm"}, {"-cpu", "EPYC,phys-bits=48"}));
  EXPECT_TRUE(answer.warnings.empty());
  EXPECT_THAT(RowsOf(answer),
              ElementsAre(kHole, E820Row{0, 2 * kGiB, kRam},
                          E820Row{kTiB, 0x1180000000, kRam},
                          E820Row{0x11180000000, 8 * kGiB, kSpm},
                          E820Row{0x11380000000, 0xff00000000, kRam}));
}

TEST(MemmapV5, WhereNoRowHoldsTheWrongAddressItOnlyWarns) {
  const Answer answer = MemmapV5Layout(
      Machine("1018G", {"1010G", "8G spm"}, {"-cpu", "EPYC,phys-bits=48"}));
  EXPECT_THAT(answer.warnings,
              ElementsAre("warning: Failed to update E820 entry for node 1 at "
                          "0xfd00000000 length 0x200000000"));
  EXPECT_THAT(RowsOf(answer), ElementsAre(kHole, E820Row{0, 2 * kGiB, kRam},
                                          E820Row{kTiB, 1016 * kGiB, kRam}));
}

TEST(MemmapV5, B11ReservedTypesWhatIsNoRam) {
  const Answer answer = MemmapV5Layout(Machine(
      "1018G", {"1010G", "8G reserved"}, {"-cpu", "EPYC,phys-bits=48"}));
  EXPECT_TRUE(answer.warnings.empty());
  EXPECT_THAT(
      RowsOf(answer),
      ElementsAre(E820Row{0, 2 * kGiB, kRam}, E820Row{kTiB, 1016 * kGiB, kRam},
                  E820Row{0xfd00000000, 8 * kGiB, kReserved},
                  E820Row{0xff00000000, 4 * kGiB, kReserved}));
}

TEST(MemmapV5, B3B4PutsLowMemoryLastAndTypesIt) {
  EXPECT_THAT(RowsOf(MemmapV5Layout(Machine("4G", {"2G spm", "2G"}))),
              ElementsAre(kHole, E820Row{4 * kGiB, 2 * kGiB, kRam},
                          E820Row{0, 2 * kGiB, kSpm}));
}

TEST(MemmapV5, B16CrossesTheLegacyHole) {
  EXPECT_THAT(
      RowsOf(MemmapV5Layout(Machine("2G", {"640K", "384K spm", "2047M"}))),
      ElementsAre(kHole, E820Row{0, 640 * kKiB, kRam},
                  E820Row{640 * kKiB, 384 * kKiB, kSpm},
                  E820Row{kMiB, 2047 * kMiB, kRam}));
}

TEST(MemmapV5, RefusesANodeOnBothSidesOfTheHole) {
  const Answer answer = MemmapV5Layout(Machine("8G", {"1G", "2G spm", "5G"}));
  ASSERT_FALSE(answer.accepted());
  EXPECT_EQ(std::get<Rejection>(answer.outcome).text,
            "NUMA node 1 with memmap-type spans across 4GB boundary, not "
            "supported");
}

TEST(MemmapV5, SaysSoBeforeTheBoardLooksAtSlots) {
  const std::vector<std::string> too_many = {"-m", "slots=257,maxmem=16G"};
  const auto text_of = [&](const char* type) {
    const Answer answer =
        MemmapV5Layout(Machine("8G", {"1G", type, "5G"}, too_many));
    EXPECT_FALSE(answer.accepted());
    return answer.accepted() ? "" : std::get<Rejection>(answer.outcome).text;
  };
  EXPECT_EQ(text_of("2G"), "unsupported amount of memory slots: 257");
  EXPECT_EQ(text_of("2G spm"),
            "NUMA node 1 with memmap-type spans across 4GB boundary, not "
            "supported");
}

TEST(MemmapV5, B15IgnoresTheOptionOnMicrovmAndB8WithoutMemory) {
  const MachineOptions typed = Machine("1G", {"1G spm"});
  MachineOptions microvm = typed;
  microvm.type = {.family = MachineFamily::kMicrovm, .version = {7, 2, 0}};
  MachineOptions plain = microvm;
  plain.numa_nodes[0].memmap_type = MemmapType::kNormal;
  EXPECT_EQ(MemmapV5Layout(microvm), ReferenceLayout(plain));

  const MachineOptions empty =
      Machine("1G", {"1G"}, {"-numa", "node,memmap-type=spm"});
  MachineOptions untyped = empty;
  untyped.numa_nodes[1].memmap_type = MemmapType::kNormal;
  EXPECT_EQ(MemmapV5Layout(empty), ReferenceLayout(untyped));
}

TEST(MemmapV5, LeavesTheOtherTablesAlone) {
  const MachineOptions typed = Machine("4G", {"2G", "2G reserved"});
  MachineOptions plain = typed;
  plain.numa_nodes[1].memmap_type = MemmapType::kNormal;
  const auto layout_of = [](const Answer& answer) {
    return std::get<GuestLayout>(answer.outcome);
  };
  EXPECT_EQ(layout_of(MemmapV5Layout(typed)).srat,
            layout_of(ReferenceLayout(plain)).srat);
  EXPECT_EQ(MemmapV5Layout(plain), ReferenceLayout(plain));
}

TEST(MemmapV5, AnUpdateMayLeaveAnEmptyRow) {
  E820Table table = {{0, kGiB, kRam}};
  EXPECT_TRUE(memmap_v5::UpdateE820({kMiB, 0, kSpm}, table));
  EXPECT_THAT(table, ElementsAre(E820Row{0, kMiB, kRam}, E820Row{kMiB, 0, kSpm},
                                 E820Row{kMiB, kGiB - kMiB, kRam}));
}

TEST(MemmapV5, AFailedUpdateChangesNothing) {
  const E820Table before = {{0, kGiB, kReserved}, {kGiB, kGiB, kRam}};
  E820Table table = before;
  EXPECT_FALSE(memmap_v5::UpdateE820({0, kMiB, kSpm}, table));
  EXPECT_FALSE(memmap_v5::UpdateE820({kGiB - kMiB, 2 * kMiB, kSpm}, table));
  EXPECT_FALSE(memmap_v5::UpdateE820({kGiB, kGiB + 1, kReserved}, table));
  EXPECT_EQ(table, before);
}

}  // namespace
}  // namespace e820check
