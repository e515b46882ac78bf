// SPDX-License-Identifier: Apache-2.0

// doc/spec/memmap-type.md 5.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "model/test_machines.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

constexpr MemmapType kSpm = MemmapType::kSpm;
constexpr MemmapType kReserved = MemmapType::kReserved;

struct VectorCase {
  const char* name;
  std::vector<TestNode> nodes;
  uint32_t phys_bits;
  std::vector<std::string> expected;  // after the row of the HT hole
};

class MemmapVectorTest : public ::testing::TestWithParam<VectorCase> {};

TEST_P(MemmapVectorTest, GivesTheRowsOfTheSpecification) {
  MachineOptions options = NumaMachine("q35", GetParam().nodes);
  options.cpu = AmdCpu(GetParam().phys_bits);
  std::vector<std::string> rows = E820Of(options);
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.front(), "0xfd00000000+0x300000000:2");
  rows.erase(rows.begin());
  EXPECT_THAT(rows, ElementsAreArray(GetParam().expected));
}

// 4026531839 is 0xEFFFFFFF.
INSTANTIATE_TEST_SUITE_P(
    Specification, MemmapVectorTest,
    ::testing::Values(
        VectorCase{"Last",
                   {{8 * kGiB}, {8 * kGiB, kSpm}},
                   40,
                   {"0x0+0x80000000:1", "0x100000000+0x180000000:1",
                    "0x280000000+0x200000000:4026531839"}},
        VectorCase{"Middle",
                   {{8 * kGiB}, {8 * kGiB, kSpm}, {8 * kGiB}},
                   40,
                   {"0x0+0x80000000:1", "0x100000000+0x180000000:1",
                    "0x280000000+0x200000000:4026531839",
                    "0x480000000+0x200000000:1"}},
        VectorCase{
            "Spanning",
            {{kGiB}, {2 * kGiB, kSpm}, {5 * kGiB}},
            40,
            {"0x0+0x40000000:1", "0x40000000+0x40000000:4026531839",
             "0x100000000+0x40000000:4026531839", "0x140000000+0x140000000:1"}},
        VectorCase{"AllHighRam",
                   {{2 * kGiB}, {2 * kGiB, kSpm}},
                   40,
                   {"0x0+0x80000000:1", "0x100000000+0x80000000:4026531839"}},
        VectorCase{"Relocated",
                   {{1092 * kGiB}, {8 * kGiB, kSpm}},
                   48,
                   {"0x0+0x80000000:1", "0x10000000000+0x11080000000:1",
                    "0x21080000000+0x200000000:4026531839"}},
        VectorCase{"Reserved",
                   {{2 * kGiB}, {kGiB, kReserved}, {4 * kGiB}},
                   40,
                   {"0x0+0x80000000:1", "0x100000000+0x40000000:2",
                    "0x140000000+0x100000000:1"}},
        VectorCase{"EqualNeighboursStayApart",
                   {{2 * kGiB}, {kGiB, kSpm}, {kGiB, kSpm}},
                   40,
                   {"0x0+0x80000000:1", "0x100000000+0x40000000:4026531839",
                    "0x140000000+0x40000000:4026531839"}}),
    [](const auto& test) { return test.param.name; });

TEST(MemmapSratTest, SpmKeepsItsRowsAndReservedHasNone) {
  EXPECT_THAT(
      SratMemoryOf(NumaMachine("q35", {{8 * kGiB}, {8 * kGiB, kSpm}})),
      ElementsAre("0: 0x0+0xa0000", "0: 0x100000+0x7ff00000",
                  "0: 0x100000000+0x180000000", "1: 0x280000000+0x200000000"));
  EXPECT_THAT(SratMemoryOf(NumaMachine(
                  "q35", {{2 * kGiB}, {kGiB, kReserved}, {4 * kGiB}})),
              ElementsAre("0: 0x0+0xa0000", "0: 0x100000+0x7ff00000",
                          "2: 0x140000000+0x100000000", "padding", "padding"));
}

TEST(MemmapRefusalTest, HasItsTexts) {
  EXPECT_EQ(RefusalOf(NumaMachine("microvm", {{kGiB}, {0, kSpm}})),
            "NUMA node 1: memmap-type=spm is not supported by machine "
            "'microvm'");
  EXPECT_EQ(RefusalOf(NumaMachine("q35", {{kGiB}, {0, kReserved}})),
            "NUMA node 1: memmap-type=reserved needs memory");
  EXPECT_EQ(RefusalOf(NumaMachine("q35", {{kGiB, kSpm}, {kGiB}})),
            "NUMA node 0: memmap-type=spm covers memory below 1 MiB");
  EXPECT_EQ(RefusalOf(NumaMachine(
                "q35", {{kMiB - 4096}, {kGiB + 4096, kSpm}, {kGiB}})),
            "NUMA node 1: memmap-type=spm covers memory below 1 MiB");
  EXPECT_EQ(RefusalOf(NumaMachine("q35", {{kMiB}, {kGiB, kSpm}})), "accepted");
}

// Where low RAM ends below 1 MiB, what follows it is not below 1 MiB.
TEST(MemmapRefusalTest, KnowsWhereLowRamEnds) {
  MachineOptions options =
      NumaMachine("pc", {{512 * kKiB}, {kGiB, kSpm}, {kGiB}});
  options.max_ram_below_4g_bytes = 512 * kKiB;
  EXPECT_EQ(RefusalOf(options), "accepted");
  options.max_ram_below_4g_bytes = 1;
  EXPECT_EQ(RefusalOf(options), "accepted");
  options.max_ram_below_4g_bytes = 512 * kKiB + 4096;
  EXPECT_EQ(RefusalOf(options),
            "NUMA node 1: memmap-type=spm covers memory below 1 MiB");
}

// Between the address space check and those of slots and maxmem; on boards that
// do not apply it, after the vCPUs and before all else.
TEST(MemmapRefusalTest, HasItsPlace) {
  MachineOptions options = NumaMachine("q35", {{kGiB}, {0, kSpm}});
  options.memory.slots = 300;
  options.memory.maxram_size_bytes = 2 * kGiB;
  EXPECT_EQ(RefusalOf(options), "NUMA node 1: memmap-type=spm needs memory");
  options.memory.maxram_size_bytes = 2 * kTiB;
  EXPECT_THAT(RefusalOf(options), testing::StartsWith("Address space limit"));

  MachineOptions isapc = NumaMachine("isapc", {{kGiB}, {kGiB, kSpm}});
  isapc.cpu = AmdCpu(36);
  isapc.memory.maxram_size_bytes = 100 * kGiB;
  EXPECT_EQ(RefusalOf(isapc),
            "NUMA node 1: memmap-type=spm is not supported by machine 'isapc'");
  isapc.cpu.refusal = HostModelWithoutHost{};
  EXPECT_EQ(RefusalOf(isapc), "CPU model 'host' requires KVM or HVF");
}

// QEMU accepts node sizes whose sum wraps; a node's addresses are then unknown.
TEST(MemmapRefusalTest, NodeSizesMustNotWrap) {
  MachineOptions options = Machine("pc-i440fx-5.0", 0);
  options.numa_nodes = {{.id = 0, .mem_bytes = uint64_t{1} << 63},
                        {.id = 1,
                         .mem_bytes = uint64_t{1} << 63,
                         .memmap_type = MemmapType::kSpm}};
  EXPECT_EQ(RefusalOf(options),
            "memmap-type: the sum of the node sizes overflows");
  options.numa_nodes[1].memmap_type = MemmapType::kNormal;
  EXPECT_EQ(RefusalOf(options), "accepted");
}

}  // namespace
}  // namespace e820check
