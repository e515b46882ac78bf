// SPDX-License-Identifier: Apache-2.0

// doc/spec/qemu-layout.md 4 to 8 and doc/spec/qemu-options.md 9. Tables and
// texts were observed on QEMU 7.2 unless a case says otherwise.

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "machine/hmat_table.h"
#include "model/reference_layout.h"
#include "model/test_machines.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

SmpTopology Topology(uint32_t sockets, uint32_t cores, uint32_t threads) {
  const uint32_t cpus = sockets * cores * threads;
  return {.cpus = cpus,
          .maxcpus = cpus,
          .sockets = sockets,
          .cores = cores,
          .threads = threads};
}

TEST(SratWalkTest, LeavesOutTheLegacyHole) {
  EXPECT_THAT(SratMemoryOf(NumaMachine("pc", {{640 * kKiB}, {130432 * kKiB}})),
              ElementsAre("0: 0x0+0xa0000", "1: 0x100000+0x7f00000", "padding",
                          "padding"));
  EXPECT_THAT(SratMemoryOf(NumaMachine("pc", {{kMiB}, {127 * kMiB}})),
              ElementsAre("0: 0x0+0xa0000", "1: 0x100000+0x7f00000", "padding",
                          "padding"));
}

// Their sections lie one after the other where e820 has one row for all.
TEST(SratTest, EnclaveMemoryFollowsHighRam) {
  MachineOptions options = NumaMachine("q35", {{2 * kGiB}, {2 * kGiB}});
  options.sgx_sections = {{.size_bytes = 64 * kMiB, .node = 1},
                          {.size_bytes = 32 * kMiB, .node = 0}};
  EXPECT_THAT(
      E820Of(options),
      ElementsAre("0xfd00000000+0x300000000:2", "0x0+0x80000000:1",
                  "0x100000000+0x80000000:1", "0x180000000+0x6000000:2"));
  EXPECT_THAT(
      SratMemoryOf(options),
      ElementsAre("0: 0x0+0xa0000", "0: 0x100000+0x7ff00000",
                  "1: 0x100000000+0x80000000", "1: 0x180000000+0x4000000",
                  "0: 0x184000000+0x2000000"));
}

// QEMU's error: node 0 ends in the hole, and the last 320 KiB of node 1 are
// reported at 4 GiB, where there is no RAM.
TEST(SratWalkTest, OvershootsAfterANodeThatEndsInTheHole) {
  const MachineOptions options =
      NumaMachine("pc", {{704 * kKiB}, {130368 * kKiB}});
  EXPECT_THAT(SratMemoryOf(options),
              ElementsAre("0: 0x0+0xa0000", "1: 0x100000+0x7f00000",
                          "1: 0x100000000+0x50000", "padding"));
  EXPECT_THAT(E820Of(options),
              ElementsAre("0xfd00000000+0x300000000:2", "0x0+0x8000000:1"));
}

TEST(SratWalkTest, LowRamMayEndInTheHole) {
  MachineOptions options = NumaMachine("pc", {{128 * kMiB}});
  options.max_ram_below_4g_bytes = 512 * kKiB;
  EXPECT_THAT(
      SratMemoryOf(options),
      ElementsAre("0: 0x0+0xa0000", "0: 0x100000+0x7f00000", "padding"));
}

TEST(SratWalkTest, NodesWithoutMemoryHaveNoRow) {
  EXPECT_THAT(SratMemoryOf(NumaMachine("q35", {{2 * kGiB}, {0}, {2 * kGiB}})),
              ElementsAre("0: 0x0+0xa0000", "0: 0x100000+0x7ff00000",
                          "2: 0x100000000+0x80000000", "padding", "padding"));
}

TEST(SratWalkTest, SplitsTheNodeThatSpansTheEndOfLowRam) {
  EXPECT_THAT(
      SratMemoryOf(NumaMachine("q35", {{kGiB}, {2 * kGiB}, {kGiB}})),
      ElementsAre("0: 0x0+0xa0000", "0: 0x100000+0x3ff00000",
                  "1: 0x40000000+0x40000000", "1: 0x100000000+0x40000000",
                  "2: 0x140000000+0x40000000"));
}

TEST(SratTest, EveryByteIsAsObserved) {
  MachineOptions options = NumaMachine("q35", {{kGiB}, {kGiB}});
  options.smp = Topology(1, 2, 1);
  options.numa_distances = {{.from = 0, .to = 1, .value = 21}};
  const GuestLayout layout = LayoutOf(options);
  EXPECT_EQ(absl::BytesToHexString(layout.srat),
            "53524154f00000000100424f434853204258504320202020"
            "010000004258504301000000010000000000000000000000"
            "00100000010000000000000000000000"
            "00100001010000000000000000000000"
            "0128000000000000000000000000000000000a00"
            "0000000000000000010000000000000000000000"
            "012800000000000000001000000000000000f03f"
            "0000000000000000010000000000000000000000"
            "0128010000000000000000400000000000000040"
            "0000000000000000010000000000000000000000"
            "0128000000000000000000000000000000000000"
            "0000000000000000000000000000000000000000");
  EXPECT_EQ(absl::BytesToHexString(layout.slit),
            "534c4954300000000100424f434853204258504320202020"
            "0100000042585043010000000200000000000000"
            "0a15150a");
}

TEST(SratTest, IsThereOnlyWithAcpiTables) {
  const std::vector<TestNode> node = {{kGiB}};
  EXPECT_NE(LayoutOf(NumaMachine("pc-i440fx-1.7", node)).srat, "");
  EXPECT_EQ(LayoutOf(NumaMachine("pc-i440fx-1.6", node)).srat, "");
  EXPECT_EQ(LayoutOf(NumaMachine("isapc", node)).srat, "");
  EXPECT_EQ(LayoutOf(NumaMachine("microvm", node)).srat, "");
  MachineOptions no_acpi = NumaMachine("q35", node);
  no_acpi.acpi = false;
  EXPECT_EQ(LayoutOf(no_acpi).srat, "");
}

TEST(SratTest, TablesCarryTheOemNames) {
  MachineOptions options = NumaMachine("q35", {{kGiB}, {0}});
  options.numa_distances = {{.from = 0, .to = 1, .value = 20}};
  options.hmat = true;
  options.oem.id = {'A', 'B'};
  options.oem.table_id = {'C'};
  const GuestLayout layout = LayoutOf(options);
  const std::string names("AB\0\0\0\0C\0\0\0\0\0\0\0", 14);
  EXPECT_EQ(layout.srat.substr(10, 14), names);
  EXPECT_EQ(layout.slit.substr(10, 14), names);
  EXPECT_EQ(layout.hmat.substr(10, 14), names);
}

TEST(CpuTest, DefaultNodeIsThatOfTheSocket) {
  MachineOptions options = NumaMachine("q35", {{kGiB}, {kGiB}});
  options.smp = Topology(1, 4, 1);
  EXPECT_THAT(SratCpusOf(options), ElementsAre("0->0", "1->0", "2->0", "3->0"));
  options.smp = Topology(4, 1, 1);
  EXPECT_THAT(SratCpusOf(options), ElementsAre("0->0", "1->1", "2->0", "3->1"));
}

TEST(CpuTest, ApicIdsLeaveGapsAndUnstartedCpusHaveRows) {
  MachineOptions options = NumaMachine("q35", {{kGiB}});
  options.smp = Topology(2, 3, 1);
  options.smp.cpus = 1;
  EXPECT_THAT(SratCpusOf(options),
              ElementsAre("0->0", "1->0", "2->0", "4->0", "5->0", "6->0"));
  options.smp = {.cpus = 1,
                 .maxcpus = 12,
                 .sockets = 2,
                 .dies = 3,
                 .cores = 1,
                 .threads = 2};
  EXPECT_THAT(SratCpusOf(options),
              ElementsAre("0->0", "1->0", "2->0", "3->0", "4->0", "5->0",
                          "8->0", "9->0", "10->0", "11->0", "12->0", "13->0"));
}

TEST(CpuTest, OptionsBindByIds) {
  MachineOptions options = NumaMachine("q35", {{kGiB}, {kGiB}});
  options.smp = Topology(2, 2, 1);
  options.numa_cpus = {{.node_id = 1, .socket_id = 0},
                       {.node_id = 0, .socket_id = 1}};
  EXPECT_THAT(SratCpusOf(options), ElementsAre("0->1", "1->1", "2->0", "3->0"));
  EXPECT_THAT(ReferenceLayout(options).warnings, IsEmpty());
}

TEST(CpuTest, LeftOverCpusGoToNode0WithWarnings) {
  MachineOptions options = NumaMachine("q35", {{kGiB}, {kGiB}});
  options.cpu = IntelCpu(40);
  options.smp = Topology(2, 1, 2);
  options.numa_nodes[1].cpus = {{.first = 0, .last = 1}};
  EXPECT_THAT(SratCpusOf(options), ElementsAre("0->1", "1->1", "2->0", "3->0"));
  EXPECT_THAT(
      ReferenceLayout(options).warnings,
      ElementsAre("warning: CPU(s) not present in any NUMA nodes: CPU 2 "
                  "[socket-id: 1, core-id: 0, thread-id: 0], CPU 3 [socket-id: "
                  "1, core-id: 0, thread-id: 1]",
                  "warning: All CPU(s) up to maxcpus should be described in "
                  "NUMA config, ability to start up with partial NUMA mappings "
                  "is obsoleted and will be removed in future"));
  options.smp = {.cpus = 4, .maxcpus = 4, .sockets = 2, .dies = 2};
  EXPECT_THAT(ReferenceLayout(options).warnings[0],
              testing::EndsWith("CPU 2 [socket-id: 1, die-id: 0, core-id: 0, "
                                "thread-id: 0], CPU 3 [socket-id: 1, die-id: "
                                "1, core-id: 0, thread-id: 0]"));
}

TEST(CpuTest, AmdCpusAreNotForThreads) {
  MachineOptions options = Machine("q35", kGiB);
  options.smp = Topology(1, 2, 2);
  EXPECT_THAT(ReferenceLayout(options).warnings,
              ElementsAre("warning: This family of AMD CPU doesn't support "
                          "hyperthreading(2)\nPlease configure -smp options "
                          "properly or try enabling topoext feature."));
  options.cpu.vendor = "HygonGenuine";
  EXPECT_THAT(ReferenceLayout(options).warnings, IsEmpty());
}

TEST(X2ApicTest, Tcg7_2RefusesId255) {
  MachineOptions options = NumaMachine("q35", {{kGiB}});
  options.smp = {.cpus = 1, .maxcpus = 255, .cores = 255};
  EXPECT_EQ(RefusalOf(options), "accepted");
  // 255 CPUs again, but ids up to 84 << 2 | 2.
  options.smp = {.cpus = 1, .maxcpus = 255, .sockets = 85, .cores = 3};
  const char* const kText =
      "current -smp configuration requires kernel irqchip and X2APIC API "
      "support.";
  EXPECT_EQ(RefusalOf(options), kText);
  options.smp = {.cpus = 1, .maxcpus = 256, .cores = 256};
  EXPECT_EQ(RefusalOf(options), kText);
}

// Of 10.0, doc/spec/qemu-layout.md 6.2.
TEST(X2ApicTest, LargeIdsHaveTheLongRow) {
  MachineOptions options = NumaMachine("q35", {{kGiB}});
  options.qemu_version = QemuVersion::k10_0;
  options.type.version = {.major = 10, .minor = 0};
  options.smp = {.cpus = 1, .maxcpus = 257, .cores = 257};
  const std::vector<std::string> cpus = SratCpusOf(options);
  ASSERT_THAT(cpus, SizeIs(257));
  EXPECT_EQ(cpus[254], "254->0");
  EXPECT_EQ(cpus[255], "255=>0");
  EXPECT_EQ(cpus[256], "256=>0");
}

// Distances of a machine with `count` nodes; the SLIT's matrix in hex, or the
// refusal.
std::string SlitOf(uint32_t count, const std::vector<NumaDistance>& distances) {
  std::vector<TestNode> nodes(count);
  nodes[0].size_bytes = kGiB;
  MachineOptions options = NumaMachine("q35", nodes);
  options.numa_distances = distances;
  if (!ReferenceLayout(options).accepted()) return RefusalOf(options);
  const std::string slit = LayoutOf(options).slit;
  return slit.empty() ? "" : absl::BytesToHexString(slit.substr(44));
}

TEST(DistanceTest, MissingDirectionsAreCompleted) {
  EXPECT_EQ(SlitOf(2, {}), "");
  EXPECT_EQ(SlitOf(1, {{0, 0, 10}}), "0a");
  EXPECT_EQ(SlitOf(2, {{0, 1, 21}}), "0a15150a");
  EXPECT_EQ(SlitOf(2, {{1, 0, 21}}), "0a15150a");
  EXPECT_EQ(SlitOf(2, {{0, 1, 21}, {1, 0, 22}}), "0a15160a");
  EXPECT_EQ(SlitOf(2, {{0, 1, 21}, {0, 1, 30}}), "0a1e1e0a");
  EXPECT_EQ(SlitOf(3, {{0, 1, 20}, {2, 0, 30}, {1, 2, 255}}),
            "0a141e140aff1eff0a");
}

TEST(DistanceTest, EveryPairNeedsOneDirection) {
  EXPECT_EQ(SlitOf(3, {{0, 1, 20}, {0, 2, 20}}),
            "The distance between node 1 and 2 is missing, at least one "
            "distance value between each nodes should be provided.");
  EXPECT_EQ(SlitOf(2, {{0, 0, 10}}),
            "The distance between node 0 and 1 is missing, at least one "
            "distance value between each nodes should be provided.");
}

TEST(DistanceTest, OneAsymmetricPairDemandsAllDirections) {
  const char* const kText =
      "At least one asymmetrical pair of distances is given, please provide "
      "distances for both directions of all node pairs.";
  EXPECT_EQ(SlitOf(3, {{0, 1, 20}, {1, 0, 21}, {0, 2, 30}, {1, 2, 30}}), kText);
  EXPECT_EQ(SlitOf(3, {{0, 1, 20},
                       {1, 0, 21},
                       {0, 2, 30},
                       {2, 0, 30},
                       {1, 2, 30},
                       {2, 1, 30}}),
            "0a141e150a1e1e1e0a");
}

TEST(HmatTest, NodesNameTheirInitiators) {
  MachineOptions options = NumaMachine("pc", {{128 * kMiB}, {0}, {0}});
  options.hmat = true;
  options.numa_nodes[1].initiator = 0;
  EXPECT_EQ(absl::BytesToHexString(LayoutOf(options).hmat),
            "484d4154a00000000200424f434853204258504320202020"
            "010000004258504301000000"
            "00000000"
            "000000002800000001000000000000000000000000000000"
            "00000000000000000000000000000000"
            "000000002800000001000000000000000100000000000000"
            "00000000000000000000000000000000"
            "000000002800000000000000800000000200000000000000"
            "00000000000000000000000000000000");
  // 10.0 lists nodes with memory only (doc/spec/qemu-layout.md 8.1).
  options.qemu_version = QemuVersion::k10_0;
  EXPECT_EQ(LayoutOf(options).hmat.size(), 36u + 4 + 40);
}

// A generic initiator's node is one of the initiators of latencies; that of a
// port is not.
TEST(HmatTest, GenericInitiatorsHaveLatencies) {
  MachineOptions options = NumaMachine("q35", {{kGiB}, {0}});
  options.qemu_version = QemuVersion::k10_0;
  options.hmat = true;
  options.hmat_values = {{.initiator = 0, .target = 0, .value = 10}};
  options.cxl = true;
  options.devices = {{.kind = Device::Kind::kPxbCxl, .id = "d", .devfn = 8}};
  options.other_object_ids = {"g"};
  options.generic_affinities = {{.kind = GenericAffinity::Kind::kPort,
                                 .id = "g",
                                 .device = "d",
                                 .node = 1}};
  const auto initiators = [&] {
    const auto hmat = DecodeHmat(LayoutOf(options).hmat);
    EXPECT_TRUE(hmat.ok()) << hmat.status();
    return std::get<LatencyBandwidth>(hmat->structures.back()).initiators;
  };
  EXPECT_THAT(initiators(), ElementsAre(0));
  options.generic_affinities[0].kind = GenericAffinity::Kind::kInitiator;
  EXPECT_THAT(initiators(), ElementsAre(0, 1));
}

TEST(HmatTest, InitiatorsMustHaveCpus) {
  MachineOptions options = NumaMachine("pc", {{128 * kMiB}, {0}, {0}});
  options.hmat = true;
  options.numa_nodes[1].initiator = 2;
  EXPECT_EQ(RefusalOf(options), "The initiator of NUMA node 1 is invalid");
  options.numa_nodes[1].initiator = 5;
  EXPECT_EQ(
      RefusalOf(options),
      "NUMA node 5 is missing, use '-numa node' option to declare it first");
  options.numa_nodes[0].initiator = 1;
  EXPECT_EQ(RefusalOf(options),
            "The initiator of CPU NUMA node 0 should be itself (got 1)");
}

// Observed: up to 2.6, CPUs are plugged by APIC ids of one byte.
TEST(RefusalTest, OldBoardsPlugCpusUpTo256) {
  MachineOptions options = Machine("pc-q35-2.6", kGiB);
  options.accelerator = Accelerator::kKvm;
  options.smp = Topology(64, 3, 1);
  EXPECT_EQ(RefusalOf(options), "accepted");  // the last id is 254
  options.smp = Topology(65, 3, 1);
  EXPECT_EQ(RefusalOf(options),
            "max_cpus is too large. APIC ID of last CPU is 258");
  options.type.version = {2, 7};
  EXPECT_EQ(RefusalOf(options), "accepted");
}

// Observed: 10.0 counts threads for SMBIOS 2.0, which boards up to 8.0 have.
TEST(RefusalTest, Smbios2CountsUpTo255ThreadsOfASocket) {
  MachineOptions options = Machine("pc-q35-8.0", kGiB);
  options.qemu_version = QemuVersion::k10_0;
  options.smp = {.cpus = 1, .maxcpus = 255, .cores = 255};
  EXPECT_EQ(RefusalOf(options), "accepted");
  options.smp = {.cpus = 1, .maxcpus = 256, .cores = 256};
  EXPECT_THAT(RefusalOf(options), testing::StartsWith("SMBIOS 2.0 doesn't"));
  options.smbios_entry_point = SmbiosEntryPoint::k64;
  EXPECT_EQ(RefusalOf(options), "accepted");
  options.smbios_entry_point.reset();
  options.type.version = {8, 1};
  EXPECT_EQ(RefusalOf(options), "accepted");
}

// Each machine breaks two rules; the one that QEMU names comes first.
TEST(RefusalTest, ComesInTheOrderOfTheBoard) {
  const std::string sum_text =
      "total memory for NUMA nodes (0x8000000) should equal RAM size "
      "(0x8002000)";
  MachineOptions options = NumaMachine("q35", {{64 * kMiB}, {64 * kMiB}});
  options.cpu.refusal = PhysBitsOutOfRange{.bits = 60};
  options.memory.maxram_size_bytes = 4 * kTiB;
  options.memory.slots = 300;
  options.pci_hole64_refusal =
      NoValueOfType{.property = "pci-hole64-size",
                    .type = NoValueOfType::Type::kSizeBelow2To64};
  EXPECT_EQ(RefusalOf(options),
            "phys-bits should be between 32 and 52  (but is 60)");

  options.smp = {.cpus = 1, .maxcpus = 256, .cores = 256};
  EXPECT_EQ(RefusalOf(options),
            "current -smp configuration requires kernel irqchip and X2APIC API "
            "support.");

  options.numa_distances = {{.from = 0, .to = 0, .value = 10}};
  EXPECT_EQ(RefusalOf(options),
            "The distance between node 0 and 1 is missing, at least one "
            "distance value between each nodes should be provided.");

  options.numa_nodes[1].memdev = "m0";
  EXPECT_EQ(RefusalOf(options),
            "memory backend m0 can't be used multiple times.");

  options.backends.push_back({.id = "mb", .size_bytes = 128 * kMiB});
  options.memory_backend = "mb";
  EXPECT_EQ(RefusalOf(options),
            "'-machine memory-backend' and '-numa memdev' properties are "
            "mutually exclusive");

  options.memory.ram_size_bytes += 8192;
  options.backends[2].size_bytes += 8192;
  EXPECT_EQ(RefusalOf(options), sum_text);

  options.numa_nodes[1].id = 3;
  options.numa_distances.clear();
  EXPECT_EQ(RefusalOf(options), "numa: Node ID missing: 2");

  options.backends[2].size_bytes += 1;
  EXPECT_EQ(
      RefusalOf(options),
      "Machine memory size does not match the size of the memory backend");
}

TEST(RefusalTest, CpusComeAfterTheWarningsOfTheRamSplit) {
  MachineOptions options = Machine("pc", 128 * kMiB);
  options.max_ram_below_4g_bytes = 100 * kMiB;
  options.cpu.refusal = PhysBitsOutOfRange{.bits = 60};
  const Answer answer = ReferenceLayout(options);
  EXPECT_THAT(answer.warnings, SizeIs(1));
  EXPECT_FALSE(answer.accepted());
}

TEST(RefusalTest, DefaultRamIdIsReserved) {
  const auto text = [](const char* machine, const char* id) {
    MachineOptions options = Machine(machine, 128 * kMiB);
    options.backends = {{.id = id, .size_bytes = kMiB}};
    return RefusalOf(options);
  };
  EXPECT_EQ(text("microvm", "pc.ram"), "accepted");
  for (const auto& [machine, id] :
       std::vector<std::pair<const char*, const char*>>{
           {"pc", "pc.ram"},
           {"isapc", "pc.ram"},
           {"microvm", "microvm.ram"},
           {"none", "ram"}}) {
    EXPECT_EQ(text(machine, id),
              std::string("object name '") + id +
                  "' is reserved for the default RAM backend, it can't be used "
                  "for any other purposes. Change the object's 'id' to "
                  "something else");
  }
  // A node may use the name: then QEMU makes no backend of its own.
  MachineOptions options = NumaMachine("pc", {{kGiB}});
  options.backends[0].id = "pc.ram";
  options.numa_nodes[0].memdev = "pc.ram";
  EXPECT_EQ(RefusalOf(options), "accepted");
  // Nor does it for a machine without RAM.
  EXPECT_EQ(RefusalOf(NumaMachine("pc", {})), "accepted");
}

// mem= sizes whose sum is the RAM size modulo 2^64: accepted, and the walk goes
// once around the address space.
TEST(SratWalkTest, NodeSizesMayWrap) {
  MachineOptions options = Machine("pc-i440fx-5.0", 128 * kMiB);
  options.numa_nodes = {{.id = 0, .mem_bytes = uint64_t{1} << 63},
                        {.id = 1, .mem_bytes = uint64_t{1} << 63},
                        {.id = 2, .mem_bytes = 128 * kMiB}};
  EXPECT_THAT(SratMemoryOf(options),
              ElementsAre("0: 0x0+0xa0000", "0: 0x100000+0x7f00000",
                          "0: 0x100000000+0x7ffffffff8000000",
                          "1: 0x80000000f8000000+0x8000000000000000",
                          "2: 0xf8000000+0x8000000"));
}

}  // namespace
}  // namespace e820check
