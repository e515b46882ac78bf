// SPDX-License-Identifier: Apache-2.0

// What RangeTreeLayout refuses, in QEMU's order, and what it warns of.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "rangetree/range_tree_layout.h"
#include "rangetree/test_machines.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string RefusalOf(const MachineOptions& options) {
  EXPECT_EQ(Validate(options), absl::OkStatus());
  const Answer answer = RangeTreeLayout(options);
  const auto* rejection = std::get_if<Rejection>(&answer.outcome);
  return rejection == nullptr ? "accepted" : rejection->text;
}

// Starts with everything wrong and mends one thing after another.
TEST(RefusalTest, FirstFailingCheckWins) {
  MachineOptions options = NumaGuest(kPc, {{kGiB}, {kGiB}});
  options.backends.push_back({.id = "m", .size_bytes = kGiB});
  options.memory_backend = "m";
  options.numa_nodes[1].id = 3;
  options.numa_distances = {{.from = 0, .to = 0}};
  options.smp = {.maxcpus = 512, .cores = 512};
  options.cpu.refusal = HostModelWithoutHost{};
  options.pci_hole64_refusal = SizeOutOfRange{"pci-hole64-size", "16E"};
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
  EXPECT_EQ(RefusalOf(options), "CPU model 'host' requires KVM or HVF");
  options.cpu.refusal.reset();
  EXPECT_EQ(RefusalOf(options),
            "Value '16E' is out of range for parameter 'pci-hole64-size'");
  options.pci_hole64_refusal.reset();
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

// doc/spec/qemu-layout.md 2.4; that isapc checks up to 7.2 only is observed.
TEST(RefusalTest, CxlWindowsNameHostBridges) {
  MachineOptions options = Guest(kPc, kGiB);
  options.cxl = true;
  options.cxl_windows = {{.size_bytes = 256 * kMiB, .targets = {"b"}}};
  const std::string unresolved = "Could not resolve CXLFM target b";
  EXPECT_EQ(RefusalOf(options), unresolved);
  options.type.family = MachineFamily::kIsapc;
  EXPECT_EQ(RefusalOf(options), unresolved);
  options.qemu_version = QemuVersion::k10_0;
  EXPECT_EQ(RefusalOf(options), "accepted");
  options.type.family = MachineFamily::kQ35;
  EXPECT_EQ(RefusalOf(options), unresolved);
  options.devices = {{.kind = Device::Kind::kPxbCxl, .id = "b"}};
  EXPECT_EQ(RefusalOf(options), "accepted");
  options.cxl = false;
  EXPECT_EQ(RefusalOf(options), "CXL host bridges present, but cxl=off");
}

// doc/spec/qemu-layout.md 6.5.
TEST(RefusalTest, GenericAffinitiesNameNodesAndDevices) {
  MachineOptions options = NumaGuest(kQ35, {{kGiB}, {kGiB}});
  options.qemu_version = QemuVersion::k10_0;
  options.other_object_ids = {"g"};
  options.generic_affinities = {
      {.kind = GenericAffinity::Kind::kPort, .id = "g", .node = 2}};
  EXPECT_EQ(RefusalOf(options), "acpi-generic-port: node 2 is invalid.");
  options.generic_affinities[0].node = 1;
  EXPECT_EQ(RefusalOf(options),
            "acpi-generic-port: device must be a CXL host bridge.");
  options.generic_affinities[0].kind = GenericAffinity::Kind::kInitiator;
  EXPECT_EQ(RefusalOf(options),
            "acpi-generic-initiator: Specified device must be a PCI device.");
  options.generic_affinities[0].node = 2;
  EXPECT_EQ(RefusalOf(options),
            "acpi-generic-initiator: Specified node 2 is invalid.");
}

TEST(RefusalTest, DeviceMemoryByMachine) {
  EXPECT_EQ(
      RefusalOf(WithMaxmem(WithVersion(Guest(kPc, kGiB), {2, 0}), 2 * kGiB, 1)),
      "\"-memory 'slots|maxmem'\" is not supported by: pc-i440fx-2.0");
  EXPECT_EQ(RefusalOf(WithMaxmem(Guest(MachineFamily::kMicrovm, kGiB), 2 * kGiB,
                                 300)),
            "accepted");
}

// doc/spec/qemu-layout.md 2.2 and 2.3.
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

TEST(WarningTest, ThreadsComeBeforeAPciHoleAndSomeRefusalsOfTheCpu) {
  MachineOptions options = Guest(kPc, kGiB);
  options.smp = {.cpus = 2, .maxcpus = 2, .threads = 2};
  options.pci_hole64_refusal = SizeOutOfRange{"pci-hole64-size", "16E"};
  EXPECT_THAT(RangeTreeLayout(options).warnings, SizeIs(1));
  options.cpu.refusal = HostModelWithoutHost{};
  EXPECT_EQ(RefusalOf(options), "CPU model 'host' requires KVM or HVF");
  EXPECT_THAT(RangeTreeLayout(options).warnings, IsEmpty());
  options.cpu.refused_after_threads = true;
  EXPECT_EQ(RefusalOf(options), "CPU model 'host' requires KVM or HVF");
  EXPECT_THAT(RangeTreeLayout(options).warnings, SizeIs(1));
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
