// SPDX-License-Identifier: Apache-2.0

#include "rangetree/range_tree_layout.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "machine/srat_table.h"

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

// A guest of QEMU 7.2 with the default CPU.
MachineOptions Guest(MachineFamily family, uint64_t ram_bytes) {
  MachineOptions options;
  options.type = {.family = family, .version = {7, 2}};
  options.memory = {.ram_size_bytes = ram_bytes,
                    .maxram_size_bytes = ram_bytes};
  return options;
}

struct NodeSpec {
  uint64_t size_bytes = 0;
  MemmapType memmap_type = MemmapType::kNormal;
};

// The same with nodes 0, 1, ... on backends "n0", "n1", ...
MachineOptions NumaGuest(MachineFamily family,
                         const std::vector<NodeSpec>& nodes) {
  uint64_t ram_bytes = 0;
  for (const NodeSpec& node : nodes) ram_bytes += node.size_bytes;
  MachineOptions options = Guest(family, ram_bytes);
  for (uint32_t id = 0; id < nodes.size(); ++id) {
    NumaNode node = {.id = id, .memmap_type = nodes[id].memmap_type};
    if (nodes[id].size_bytes > 0) {
      node.memdev = "n" + std::to_string(id);
      options.backends.push_back(
          {.id = *node.memdev, .size_bytes = nodes[id].size_bytes});
    }
    options.numa_nodes.push_back(node);
  }
  return options;
}

MachineOptions WithCpu(MachineOptions options, uint32_t phys_bits,
                       const std::string& vendor = "AuthenticAMD") {
  options.cpu.phys_bits = phys_bits;
  options.cpu.vendor = vendor;
  return options;
}

MachineOptions WithVersion(MachineOptions options, MachineVersion version) {
  options.type.version = version;
  return options;
}

MachineOptions WithLimit(MachineOptions options, uint64_t max_ram_below_4g) {
  options.max_ram_below_4g_bytes = max_ram_below_4g;
  return options;
}

MachineOptions WithMaxmem(MachineOptions options, uint64_t maxmem_bytes,
                          uint64_t slots) {
  options.memory.maxram_size_bytes = maxmem_bytes;
  options.memory.slots = slots;
  return options;
}

std::string RefusalOf(const MachineOptions& options) {
  EXPECT_EQ(Validate(options), absl::OkStatus());
  const Answer answer = RangeTreeLayout(options);
  const auto* rejection = std::get_if<Rejection>(&answer.outcome);
  return rejection == nullptr ? "accepted" : rejection->text;
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

constexpr MachineFamily kPc = MachineFamily::kI440fx;
constexpr MachineFamily kQ35 = MachineFamily::kQ35;

// ---- e820: the worked examples W01 to W12 of spec/qemu-layout.md ----

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

// spec/qemu-layout.md 6.3: the last row claims RAM that does not exist.
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

// ---- memmap-type: the vectors of spec/memmap-type.md 5 ----

constexpr MemmapType kSpm = MemmapType::kSpm;
constexpr MemmapType kReserved = MemmapType::kReserved;

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

TEST(MemmapTypeTest, Refusals) {
  EXPECT_EQ(RefusalOf(NumaGuest(kQ35, {{2 * kGiB}, {0, kSpm}})),
            "NUMA node 1: memmap-type=spm needs memory");
  EXPECT_EQ(RefusalOf(NumaGuest(kQ35, {{kMiB - 8192}, {kGiB, kReserved}})),
            "NUMA node 1: memmap-type=reserved covers memory below 1 MiB");
  EXPECT_EQ(RefusalOf(NumaGuest(kQ35, {{kMiB}, {kMiB, kReserved}})),
            "accepted");
  MachineOptions no_low =
      WithLimit(NumaGuest(kPc, {{kGiB}, {kGiB, kSpm}}), 512 * kKiB);
  EXPECT_EQ(RefusalOf(no_low), "accepted");
  no_low = NumaGuest(kPc, {{kGiB, kSpm}, {kGiB}});
  EXPECT_EQ(RefusalOf(no_low),
            "NUMA node 0: memmap-type=spm covers memory below 1 MiB");
  EXPECT_EQ(
      RefusalOf(NumaGuest(MachineFamily::kMicrovm, {{kGiB}, {kGiB, kSpm}})),
      "NUMA node 1: memmap-type=spm is not supported by machine "
      "'microvm'");
}

// ---- Refusals, in QEMU's order ----

// Starts with everything wrong and mends one thing after another.
TEST(RefusalTest, FirstFailingCheckWins) {
  MachineOptions options = NumaGuest(kPc, {{kGiB}, {kGiB}});
  options.backends.push_back({.id = "m", .size_bytes = kGiB});
  options.memory_backend = "m";
  options.numa_nodes[1].id = 3;
  options.numa_distances = {{.from = 0, .to = 0}};
  options.smp = {.maxcpus = 512, .cores = 512};
  options.cpu.refusal = "no such CPU";
  options.memory.maxram_size_bytes = (uint64_t{1} << 60) + 1;
  options.memory.slots = 257;

  EXPECT_EQ(
      RefusalOf(options),
      "Machine memory size does not match the size of the memory backend");
  options.backends.back().size_bytes = 2 * kGiB;
  EXPECT_EQ(RefusalOf(options), "numa: Node ID missing: 2");
  options.numa_nodes[1].id = 1;
  options.backends[0].size_bytes = 2 * kGiB;
  EXPECT_EQ(RefusalOf(options),
            "total memory for NUMA nodes (0xc0000000) should equal RAM size "
            "(0x80000000)");
  options.backends[0].size_bytes = kGiB;
  EXPECT_EQ(RefusalOf(options),
            "'-machine memory-backend' and '-numa memdev' properties are "
            "mutually exclusive");
  options.memory_backend = "";
  options.numa_nodes[1].memdev = "n0";
  EXPECT_EQ(RefusalOf(options),
            "memory backend n0 can't be used multiple times.");
  options.numa_nodes[1].memdev = "n1";
  EXPECT_EQ(RefusalOf(options),
            "The distance between node 0 and 1 is missing, at least one "
            "distance value between each nodes should be provided.");
  options.numa_distances.clear();
  EXPECT_EQ(RefusalOf(options),
            "current -smp configuration requires kernel irqchip and X2APIC API "
            "support.");
  options.smp = {};
  EXPECT_EQ(RefusalOf(options), "no such CPU");
  options.cpu.refusal = "";
  EXPECT_EQ(RefusalOf(options),
            "Address space limit 0xffffffffff < 0x100001407fffffff phys-bits "
            "too low (40)");
  options.cpu.phys_bits = 64;
  EXPECT_EQ(RefusalOf(options), "unsupported amount of memory slots: 257");
  options.memory.slots = 256;
  EXPECT_EQ(RefusalOf(options),
            "maximum memory size must by aligned to multiple of 4096 bytes");
  options.memory.maxram_size_bytes = UINT64_MAX - 4095;
  EXPECT_EQ(RefusalOf(options),
            "accepted");  // 256 slots carry the size itself past 2^64
  options.memory.slots = 0;
  EXPECT_EQ(RefusalOf(options),
            "unsupported amount of maximum memory: fffffffffffff000");
  options.memory.maxram_size_bytes = 4 * kGiB;
  EXPECT_EQ(RefusalOf(options), "accepted");
}

TEST(RefusalTest, DefaultRamIdIsReserved) {
  MachineOptions options = Guest(kPc, kGiB);
  options.backends = {{.id = "pc.ram", .size_bytes = kMiB}};
  EXPECT_THAT(RefusalOf(options), StartsWith("object name 'pc.ram' is"));
  options.qemu_version = QemuVersion::k11_1;
  EXPECT_THAT(RefusalOf(options), StartsWith("object's id 'pc.ram' is"));
  options.type.family = MachineFamily::kMicrovm;
  EXPECT_EQ(RefusalOf(options), "accepted");
}

TEST(RefusalTest, AsymmetricDistancesMustBeComplete) {
  MachineOptions options = NumaGuest(kQ35, {{kGiB}, {kGiB}, {kGiB}});
  options.numa_distances = {{0, 1, 20}, {1, 0, 30}, {0, 2, 20}, {1, 2, 20}};
  EXPECT_THAT(RefusalOf(options), StartsWith("At least one asymmetrical pair"));
  options.numa_distances.push_back({2, 0, 20});
  options.numa_distances.push_back({2, 1, 20});
  EXPECT_EQ(RefusalOf(options), "accepted");
}

TEST(RefusalTest, Initiators) {
  MachineOptions options = NumaGuest(kQ35, {{kGiB}, {kGiB}});
  options.hmat = true;
  options.smp = {.cpus = 2, .maxcpus = 2, .cores = 2};
  options.numa_nodes[1].initiator = 5;
  EXPECT_EQ(RefusalOf(options),
            "NUMA node 5 is missing, use '-numa node' option to declare it "
            "first");
  options.numa_nodes[1].initiator = 1;
  EXPECT_EQ(RefusalOf(options), "The initiator of NUMA node 1 is invalid");
  options.numa_nodes[0].initiator = 1;
  EXPECT_EQ(RefusalOf(options),
            "The initiator of CPU NUMA node 0 should be itself (got 1)");
}

TEST(RefusalTest, DeviceMemoryByMachine) {
  EXPECT_EQ(
      RefusalOf(WithMaxmem(WithVersion(Guest(kPc, kGiB), {2, 0}), 2 * kGiB, 1)),
      "\"-memory 'slots|maxmem'\" is not supported by: pc-i440fx-2.0");
  EXPECT_EQ(RefusalOf(WithMaxmem(Guest(MachineFamily::kMicrovm, kGiB), 2 * kGiB,
                                 300)),
            "accepted");
}

// spec/qemu-layout.md 2.2 and 2.3.
TEST(RefusalTest, AddressSpaceLimitByCpuAndVersion) {
  EXPECT_EQ(RefusalOf(Guest(kPc, 1009 * kGiB)), "accepted");
  EXPECT_THAT(RefusalOf(Guest(kPc, 1010 * kGiB)), StartsWith("Address space"));
  EXPECT_EQ(RefusalOf(Guest(kQ35, 978 * kGiB)), "accepted");
  EXPECT_THAT(RefusalOf(Guest(kQ35, 979 * kGiB)), StartsWith("Address space"));
  EXPECT_EQ(RefusalOf(WithCpu(Guest(kQ35, 100 * kGiB), 37, "GenuineIntel")),
            "Address space limit 0x1fffffffff < 0x217fffffff phys-bits too low "
            "(37)");
  // A 486 with 4 GiB.
  MachineOptions narrow = WithCpu(Guest(kPc, 4 * kGiB), 32, "GenuineIntel");
  narrow.cpu.long_mode = false;
  EXPECT_EQ(RefusalOf(narrow), "accepted");
  narrow.qemu_version = QemuVersion::k10_0;
  EXPECT_EQ(RefusalOf(WithVersion(narrow, {8, 1})), "accepted");
  EXPECT_EQ(RefusalOf(WithVersion(narrow, {8, 2})),
            "Address space limit 0xffffffff < 0x13fffffff phys-bits too low "
            "(32)");
}

// ---- Warnings ----

TEST(WarningTest, LowLimitOffAGigabyte) {
  EXPECT_THAT(
      RangeTreeLayout(WithLimit(Guest(kPc, 4 * kGiB), 2560 * kMiB)).warnings,
      ElementsAre("warning: Large machine and max_ram_below_4g "
                  "(2684354560) not a multiple of 1G; possible bad "
                  "performance."));
  EXPECT_THAT(
      RangeTreeLayout(
          WithVersion(WithLimit(Guest(kPc, 4 * kGiB), 2560 * kMiB), {1, 7}))
          .warnings,
      IsEmpty());
  EXPECT_THAT(
      RangeTreeLayout(WithLimit(Guest(kQ35, 3 * kGiB + kMiB), 1536 * kMiB))
          .warnings,
      ElementsAre(
          "warning: There is possibly poor performance as the ram size  "
          "(0xc0100000) is more then twice the size of max-ram-below-4g "
          "(1610612736) and max-ram-below-4g is not a multiple of 1G."));
  EXPECT_THAT(
      RangeTreeLayout(WithLimit(Guest(kQ35, 3 * kGiB), 1536 * kMiB)).warnings,
      IsEmpty());
  // QEMU's difference wraps for a guest smaller than the limit.
  EXPECT_THAT(
      RangeTreeLayout(WithLimit(Guest(kQ35, 64 * kMiB), 100 * kMiB)).warnings,
      ElementsAre(StartsWith("warning: There is possibly poor performance")));
}

TEST(WarningTest, ThreadsOfAnAmdCpu) {
  MachineOptions options = Guest(kPc, kGiB);
  options.smp = {.cpus = 2, .maxcpus = 2, .threads = 2};
  EXPECT_THAT(RangeTreeLayout(options).warnings,
              ElementsAre("warning: This family of AMD CPU doesn't support "
                          "hyperthreading(2)\nPlease configure -smp options "
                          "properly or try enabling topoext feature."));
  EXPECT_THAT(RangeTreeLayout(WithCpu(options, 40, "GenuineIntel")).warnings,
              IsEmpty());
}

}  // namespace
}  // namespace e820check
