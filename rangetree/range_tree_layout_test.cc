// SPDX-License-Identifier: Apache-2.0

#include "rangetree/range_tree_layout.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "machine/hmat_table.h"
#include "machine/srat_table.h"
#include "rangetree/test_machines.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr E820Row kHyperTransport = {0xFD00000000, 0x300000000,
                                     MemoryType::kReserved};

E820Row Ram(uint64_t address, uint64_t length_bytes) {
  return {address, length_bytes, MemoryType::kRam};
}
E820Row Soft(uint64_t address, uint64_t length_bytes) {
  return {address, length_bytes, MemoryType::kSoftReserved};
}

GuestLayout LayoutOf(const MachineOptions& options) {
  EXPECT_EQ(Validate(options), absl::OkStatus());
  const Answer answer = RangeTreeLayout(options);
  const auto* layout = std::get_if<GuestLayout>(&answer.outcome);
  EXPECT_NE(layout, nullptr) << std::get<Rejection>(answer.outcome).text;
  return layout == nullptr ? GuestLayout() : *layout;
}

// The memory rows of the SRAT, padding and hotplug area included.
std::vector<MemoryAffinity> MemoryRowsOf(const MachineOptions& options) {
  const auto table = DecodeSrat(LayoutOf(options).srat);
  EXPECT_TRUE(table.ok()) << table.status();
  std::vector<MemoryAffinity> rows;
  for (const SratRow& row : table.ok() ? table->rows : std::vector<SratRow>()) {
    if (const auto* memory = std::get_if<MemoryAffinity>(&row)) {
      rows.push_back(*memory);
    }
  }
  return rows;
}

MemoryAffinity Node(uint32_t node, uint64_t base, uint64_t length_bytes) {
  return {.proximity_domain = node,
          .base = base,
          .length_bytes = length_bytes,
          .flags = MemoryAffinity::kEnabled};
}
MemoryAffinity Hotplug(uint32_t node, uint64_t base, uint64_t length_bytes) {
  return {.proximity_domain = node,
          .base = base,
          .length_bytes = length_bytes,
          .flags = 3};
}
constexpr MemoryAffinity kPadding = {};

// ---- e820: the worked examples W01 to W12 of doc/spec/qemu-layout.md ----

struct E820Case {
  std::string name;
  MachineOptions options;
  E820Table expected;
};

class WorkedExampleTest : public ::testing::TestWithParam<E820Case> {};

TEST_P(WorkedExampleTest, HasTheRowsThatQemuShowed) {
  const GuestLayout layout = LayoutOf(GetParam().options);
  EXPECT_EQ(layout.e820, GetParam().expected);
  EXPECT_EQ(layout.srat, "");
}

INSTANTIATE_TEST_SUITE_P(
    Spec, WorkedExampleTest,
    ::testing::ValuesIn(std::vector<E820Case>{
        {"W01_i440fx_3583M",
         Guest(kPc, 3583 * kMiB),
         {kHyperTransport, Ram(0, 0xdff00000)}},
        {"W02_i440fx_3584M",
         Guest(kPc, 3584 * kMiB),
         {kHyperTransport, Ram(0, 0xc0000000), Ram(0x100000000, 0x20000000)}},
        {"W03_q35_2815M",
         Guest(kQ35, 2815 * kMiB),
         {kHyperTransport, Ram(0, 0xaff00000)}},
        {"W04_q35_2816M",
         Guest(kQ35, 2816 * kMiB),
         {kHyperTransport, Ram(0, 0x80000000), Ram(0x100000000, 0x30000000)}},
        {"W05_i440fx_limit_1536M",
         WithLimit(Guest(kPc, 6 * kGiB), 1536 * kMiB),
         {kHyperTransport, Ram(0, 0x60000000), Ram(0x100000000, 0x120000000)}},
        {"W06_q35_limit_2G",
         WithLimit(Guest(kQ35, 2560 * kMiB), 2 * kGiB),
         {kHyperTransport, Ram(0, 0x80000000), Ram(0x100000000, 0x20000000)}},
        {"W07_isapc_3584M",
         Guest(MachineFamily::kIsapc, 3584 * kMiB),
         {kHyperTransport, Ram(0, 0xe0000000)}},
        {"W08_microvm_4G",
         Guest(MachineFamily::kMicrovm, 4 * kGiB),
         {Ram(0, 0xc0000000), Ram(0x100000000, 0x40000000)}},
        {"W09_intel_8G",
         WithCpu(Guest(kQ35, 8 * kGiB), 40, "GenuineIntel"),
         {Ram(0, 0x80000000), Ram(0x100000000, 0x180000000)}},
        {"W10_39_phys_bits",
         WithCpu(Guest(kPc, 4 * kGiB), 39),
         {Ram(0, 0xc0000000), Ram(0x100000000, 0x40000000)}},
        {"W11_7_0_stays_below_1T",
         WithVersion(WithCpu(Guest(kQ35, 1100 * kGiB), 48), {7, 0}),
         {Ram(0, 0x80000000), Ram(0x100000000, 0x11280000000)}},
        {"W12_7_1_moves_to_1T",
         WithVersion(WithCpu(Guest(kQ35, 1100 * kGiB), 48), {7, 1}),
         {kHyperTransport, Ram(0, 0x80000000),
          Ram(0x10000000000, 0x11280000000)}},
        {"none_has_no_tables", Guest(MachineFamily::kNone, 128 * kMiB), {}},
        // QEMU 7.2 shows these two with -machine memory.size=0 and with
        // max-ram-below-4g=4G, whose two rows touch and stay two.
        {"no_ram", Guest(kPc, 0), {kHyperTransport, Ram(0, 0)}},
        {"isapc_limit_4G",
         WithLimit(Guest(MachineFamily::kIsapc, 5 * kGiB), 4 * kGiB),
         {kHyperTransport, Ram(0, 0x100000000), Ram(0x100000000, kGiB)}},
    }),
    [](const auto& instance) { return instance.param.name; });

// ---- SRAT memory rows ----

TEST(NodeRowsTest, LegacyHoleAndLowRamEndAreCutOut) {
  EXPECT_THAT(MemoryRowsOf(NumaGuest(kQ35, {{kGiB}, {3 * kGiB}})),
              ElementsAre(Node(0, 0, 640 * kKiB), Node(0, kMiB, kGiB - kMiB),
                          Node(1, kGiB, kGiB), Node(1, 4 * kGiB, 2 * kGiB)));
  // A node that ends exactly where low RAM does.
  EXPECT_THAT(
      MemoryRowsOf(NumaGuest(kPc, {{3 * kGiB}, {kGiB}})),
      ElementsAre(Node(0, 0, 640 * kKiB), Node(0, kMiB, 3 * kGiB - kMiB),
                  Node(1, 4 * kGiB, kGiB), kPadding));
}

// doc/spec/qemu-layout.md 6.3: the last row claims RAM that does not exist.
TEST(NodeRowsTest, NodeThatEndsInTheLegacyHolePushesTheOthersUp) {
  EXPECT_THAT(MemoryRowsOf(NumaGuest(kPc, {{704 * kKiB}, {130368 * kKiB}})),
              ElementsAre(Node(0, 0, 640 * kKiB), Node(1, kMiB, 127 * kMiB),
                          Node(1, 4 * kGiB, 0x50000), kPadding));
}

TEST(NodeRowsTest, NodesWithoutMemoryGetNoRow) {
  EXPECT_THAT(
      MemoryRowsOf(NumaGuest(kQ35, {{}, {2 * kGiB}, {}, {2 * kGiB}})),
      ElementsAre(Node(1, 0, 640 * kKiB), Node(1, kMiB, 2 * kGiB - kMiB),
                  Node(3, 4 * kGiB, 2 * kGiB), kPadding, kPadding, kPadding));
}

// Where low RAM ends below 1 MiB, the first node to pass its end decides which
// cut is made. As QEMU 7.2 shows.
TEST(NodeRowsTest, LowRamEndBelowTheLegacyHole) {
  const auto rows = [](const std::vector<NodeSpec>& nodes) {
    return MemoryRowsOf(WithLimit(NumaGuest(kPc, nodes), 512 * kKiB));
  };
  EXPECT_THAT(rows({{600 * kKiB}, {63 * kMiB}}),
              ElementsAre(Node(0, 0, 512 * kKiB), Node(0, 4 * kGiB, 88 * kKiB),
                          Node(1, 4 * kGiB + 88 * kKiB, 63 * kMiB), kPadding));
  EXPECT_THAT(
      rows({{64 * kMiB}}),
      ElementsAre(Node(0, 0, 640 * kKiB), Node(0, kMiB, 63 * kMiB), kPadding));
  EXPECT_THAT(rows({{704 * kKiB}, {64 * kMiB}}),
              ElementsAre(Node(0, 0, 640 * kKiB), Node(1, kMiB, 64 * kMiB),
                          kPadding, kPadding));
}

// RAM that ends inside the legacy hole: the first node to pass the hole's start
// leaves the end of low RAM behind the cursor. As QEMU 7.2 shows.
TEST(NodeRowsTest, RamEndsInsideTheLegacyHole) {
  EXPECT_THAT(MemoryRowsOf(NumaGuest(kPc, {{656 * kKiB}, {48 * kKiB}})),
              ElementsAre(Node(0, 0, 640 * kKiB), Node(1, kMiB, 48 * kKiB),
                          kPadding, kPadding));
}

// mem= sizes that add up to RAM modulo 2^64 only. As QEMU 7.2 shows.
TEST(NodeRowsTest, CursorWraps) {
  MachineOptions options = WithVersion(Guest(kPc, 128 * kMiB), {5, 0});
  const uint64_t half = uint64_t{1} << 63;
  for (const uint64_t size : {half, half, 128 * kMiB}) {
    options.numa_nodes.push_back(
        {.id = static_cast<uint32_t>(options.numa_nodes.size()),
         .mem_bytes = size});
  }
  EXPECT_THAT(MemoryRowsOf(options),
              ElementsAre(Node(0, 0, 640 * kKiB), Node(0, kMiB, 127 * kMiB),
                          Node(0, 4 * kGiB, half - 128 * kMiB),
                          Node(1, half + 4 * kGiB - 128 * kMiB, half),
                          Node(2, 4 * kGiB - 128 * kMiB, 128 * kMiB)));
}

TEST(NodeRowsTest, DeviceMemoryFollowsPaddingAndBelongsToTheLastNode) {
  const MachineOptions options =
      WithMaxmem(NumaGuest(kQ35, {{4 * kGiB}, {4 * kGiB}}), 900 * kGiB, 2);
  EXPECT_THAT(
      MemoryRowsOf(options),
      ElementsAre(Node(0, 0, 640 * kKiB), Node(0, kMiB, 2 * kGiB - kMiB),
                  Node(0, 4 * kGiB, 2 * kGiB), Node(1, 6 * kGiB, 4 * kGiB),
                  Hotplug(1, 10 * kGiB, 894 * kGiB)));
  // Device memory that would reach the HyperTransport range moves RAM as well.
  EXPECT_THAT(
      MemoryRowsOf(WithMaxmem(WithCpu(options, 48), 1000 * kGiB, 2)),
      ElementsAre(Node(0, 0, 640 * kKiB), Node(0, kMiB, 2 * kGiB - kMiB),
                  Node(0, kTiB, 2 * kGiB), Node(1, kTiB + 2 * kGiB, 4 * kGiB),
                  Hotplug(1, kTiB + 6 * kGiB, 994 * kGiB)));
  // Without a size per slot before 2.2.
  EXPECT_THAT(MemoryRowsOf(WithVersion(options, {2, 1})).back(),
              Hotplug(1, 10 * kGiB, 892 * kGiB));
}

TEST(NodeRowsTest, ImpliedNodeByVersion) {
  const MachineOptions maxmem = WithMaxmem(Guest(kQ35, 4 * kGiB), 16 * kGiB, 0);
  const MachineOptions slots = WithMaxmem(Guest(kQ35, 4 * kGiB), 16 * kGiB, 1);
  EXPECT_NE(LayoutOf(WithVersion(maxmem, {5, 1})).srat, "");
  EXPECT_EQ(LayoutOf(WithVersion(maxmem, {5, 0})).srat, "");
  EXPECT_NE(LayoutOf(WithVersion(slots, {2, 11})).srat, "");
  EXPECT_EQ(LayoutOf(WithVersion(slots, {2, 10})).srat, "");
}

TEST(NodeRowsTest, NoTablesWithoutAcpi) {
  MachineOptions options = NumaGuest(kPc, {{kGiB}});
  EXPECT_NE(LayoutOf(options).srat, "");
  EXPECT_NE(LayoutOf(WithVersion(options, {1, 7})).srat, "");
  EXPECT_EQ(LayoutOf(WithVersion(options, {1, 6})).srat, "");
  options.acpi = false;
  EXPECT_EQ(LayoutOf(options).srat, "");
  options.acpi = true;
  options.type.family = MachineFamily::kMicrovm;
  EXPECT_EQ(LayoutOf(options).srat, "");
}

// ---- CPUs and distances ----

// node << 16 | APIC id of each CPU row.
std::vector<uint32_t> CpusOf(const MachineOptions& options) {
  const auto table = DecodeSrat(LayoutOf(options).srat);
  std::vector<uint32_t> cpus;
  for (const SratRow& row : table.ok() ? table->rows : std::vector<SratRow>()) {
    if (const auto* cpu = std::get_if<LocalApicAffinity>(&row)) {
      cpus.push_back(cpu->proximity_domain << 16 | cpu->apic_id);
    } else if (const auto* x2apic = std::get_if<X2ApicAffinity>(&row)) {
      cpus.push_back(x2apic->proximity_domain << 16 | x2apic->x2apic_id);
    }
  }
  return cpus;
}

TEST(CpuTest, ApicIdsLeaveGapsAndSocketsSpreadOverNodes) {
  MachineOptions options = NumaGuest(kQ35, {{kGiB}, {kGiB}});
  options.smp = {.cpus = 1, .maxcpus = 12, .sockets = 2, .dies = 2, .cores = 3};
  EXPECT_THAT(CpusOf(options), ElementsAre(0, 1, 2, 4, 5, 6, 0x10008, 0x10009,
                                           0x1000a, 0x1000c, 0x1000d, 0x1000e));
}

TEST(CpuTest, LeftOverCpusGoToNode0WithAWarning) {
  MachineOptions options = NumaGuest(kQ35, {{kGiB}, {kGiB}});
  options.smp = {.cpus = 4, .maxcpus = 4, .dies = 2, .cores = 2};
  options.numa_nodes[1].cpus = {{.first = 0, .last = 1}};
  EXPECT_THAT(CpusOf(options), ElementsAre(0x10000, 0x10001, 2, 3));
  EXPECT_THAT(
      RangeTreeLayout(options).warnings,
      ElementsAre(
          "warning: CPU(s) not present in any NUMA nodes: CPU 2 [socket-id: 0, "
          "die-id: 1, core-id: 0, thread-id: 0], CPU 3 [socket-id: 0, die-id: "
          "1, core-id: 1, thread-id: 0]",
          StartsWith("warning: All CPU(s) up to maxcpus")));
  options.numa_cpus = {{.node_id = 0, .die_id = 1}};
  EXPECT_THAT(RangeTreeLayout(options).warnings, IsEmpty());
}

TEST(CpuTest, X2ApicRowsFromId255On) {
  MachineOptions options = NumaGuest(kQ35, {{kGiB}});
  options.qemu_version = QemuVersion::k10_0;
  options.type.version = {10, 0};
  options.smp = {.cpus = 1, .maxcpus = 257, .cores = 257};
  const auto table = DecodeSrat(LayoutOf(options).srat);
  ASSERT_TRUE(table.ok());
  EXPECT_TRUE(std::holds_alternative<LocalApicAffinity>(table->rows[254]));
  EXPECT_EQ(std::get<X2ApicAffinity>(table->rows[255]),
            (X2ApicAffinity{.x2apic_id = 255, .flags = 1}));
}

TEST(SlitTest, MissingDirectionsAreCopied) {
  MachineOptions options = NumaGuest(kQ35, {{kGiB}, {kGiB}});
  EXPECT_EQ(LayoutOf(options).slit, "");
  options.numa_distances = {{.from = 1, .to = 0, .value = 99},
                            {.from = 1, .to = 0, .value = 21}};
  const std::string slit = LayoutOf(options).slit;
  ASSERT_EQ(slit.size(), 48u);
  EXPECT_EQ(slit.substr(44), "\x0a\x15\x15\x0a");
}

// ---- memmap-type: the vectors of doc/spec/memmap-type.md 5 ----

struct MemmapCase {
  std::string name;
  std::vector<NodeSpec> nodes;
  E820Table ram_rows;
};

class MemmapRowsTest : public ::testing::TestWithParam<MemmapCase> {};

TEST_P(MemmapRowsTest, RowsAreReplacedInPlace) {
  const E820Table e820 =
      LayoutOf(WithCpu(NumaGuest(kQ35, GetParam().nodes), 48)).e820;
  ASSERT_FALSE(e820.empty());
  EXPECT_EQ(e820.front(), kHyperTransport);
  EXPECT_THAT(E820Table(e820.begin() + 1, e820.end()),
              ElementsAreArray(GetParam().ram_rows));
}

INSTANTIATE_TEST_SUITE_P(
    Spec, MemmapRowsTest,
    ::testing::ValuesIn(std::vector<MemmapCase>{
        {"LastNode",
         {{8 * kGiB}, {8 * kGiB, kSpm}},
         {Ram(0, 0x80000000), Ram(0x100000000, 0x180000000),
          Soft(0x280000000, 0x200000000)}},
        {"MiddleNode",
         {{8 * kGiB}, {8 * kGiB, kSpm}, {8 * kGiB}},
         {Ram(0, 0x80000000), Ram(0x100000000, 0x180000000),
          Soft(0x280000000, 0x200000000), Ram(0x480000000, 0x200000000)}},
        {"AcrossTheLowRamEnd",
         {{kGiB}, {2 * kGiB, kSpm}, {5 * kGiB}},
         {Ram(0, 0x40000000), Soft(0x40000000, 0x40000000),
          Soft(0x100000000, 0x40000000), Ram(0x140000000, 0x140000000)}},
        {"ExactlyTheHighRam",
         {{2 * kGiB}, {2 * kGiB, kSpm}},
         {Ram(0, 0x80000000), Soft(0x100000000, 0x80000000)}},
        {"Relocated",
         {{1092 * kGiB}, {8 * kGiB, kSpm}},
         {Ram(0, 0x80000000), Ram(0x10000000000, 0x11080000000),
          Soft(0x21080000000, 0x200000000)}},
        {"Reserved",
         {{2 * kGiB}, {kGiB, kReserved}, {4 * kGiB}},
         {Ram(0, 0x80000000),
          {0x100000000, 0x40000000, MemoryType::kReserved},
          Ram(0x140000000, 0x100000000)}},
        {"EqualNeighboursStayApart",
         {{kGiB}, {kGiB}, {kGiB, kSpm}, {kGiB, kSpm}, {kGiB}, {kGiB}},
         {Ram(0, 0x80000000), Soft(0x100000000, kGiB), Soft(0x140000000, kGiB),
          Ram(0x180000000, 2 * kGiB)}},
    }),
    [](const auto& instance) { return instance.param.name; });

TEST(MemmapTypeTest, ReservedNodesHaveNoSratRowsAndSpmNodesHave) {
  EXPECT_THAT(
      MemoryRowsOf(NumaGuest(
          kQ35, {{2 * kGiB}, {kGiB, kReserved}, {4 * kGiB}, {kGiB, kSpm}})),
      ElementsAre(Node(0, 0, 640 * kKiB), Node(0, kMiB, 2 * kGiB - kMiB),
                  Node(2, 0x140000000, 4 * kGiB), Node(3, 0x240000000, kGiB),
                  kPadding, kPadding));
}

// doc/spec/qemu-layout.md 8: rows are of nodes with CPUs, columns of all. What
// a node without CPUs was given has no place.
TEST(HmatTest, ListsHaveARowForEachNodeWithCpus) {
  MachineOptions options = NumaGuest(kQ35, {{kGiB}, {kGiB}, {kGiB}});
  options.hmat = true;
  options.smp = {.cpus = 2, .maxcpus = 2, .cores = 2};
  options.numa_nodes[1].cpus = {{0, 0}};
  options.numa_nodes[2].cpus = {{1, 1}};
  options.hmat_values = {{.initiator = 2, .target = 0, .value = 30},
                         {.initiator = 1, .target = 1, .value = 20},
                         {.initiator = 0, .target = 1, .value = 50}};
  const auto hmat = DecodeHmat(LayoutOf(options).hmat);
  ASSERT_TRUE(hmat.ok()) << hmat.status();
  const auto& list = std::get<LatencyBandwidth>(hmat->structures.back());
  EXPECT_THAT(list.initiators, ElementsAre(1, 2));
  EXPECT_THAT(list.targets, ElementsAre(0, 1, 2));
  EXPECT_EQ(list.base_unit, 10'000u);
  EXPECT_THAT(list.entries, ElementsAre(0, 2, 0, 3, 0, 0));
}

}  // namespace
}  // namespace e820check
