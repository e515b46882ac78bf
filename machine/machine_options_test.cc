// SPDX-License-Identifier: Apache-2.0

#include "machine/machine_options.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;

MachineOptions TwoNodes() {
  MachineOptions machine;
  machine.smp = {.cpus = 1, .maxcpus = 4, .sockets = 2, .cores = 2};
  for (const uint32_t id : {0u, 1u}) {
    MemoryBackend backend;
    backend.id = id == 0 ? "a" : "b";
    backend.size_bytes = 64 << 20;
    machine.backends.push_back(backend);
    NumaNode node;
    node.id = id;
    node.memdev = backend.id;
    machine.numa_nodes.push_back(node);
  }
  machine.numa_cpus = {{.node_id = 1, .socket_id = 1}};
  machine.numa_distances = {{0, 1, 20}};
  return machine;
}

TEST(ValidateTest, AcceptsDefaultsAndNodes) {
  EXPECT_TRUE(Validate(MachineOptions()).ok());
  EXPECT_TRUE(Validate(TwoNodes()).ok()) << Validate(TwoNodes());
}

TEST(ValidateTest, NamesEachBreach) {
  struct Case {
    std::string breach;
    std::function<void(MachineOptions&)> apply;
  };
  const Case cases[] = {
      {"product", [](MachineOptions& m) { m.smp.cores = 3; }},
      {"product", [](MachineOptions& m) { m.smp.threads = 0; }},
      {"too many CPUs", [](MachineOptions& m) { m.smp.maxcpus = 5000; }},
      {"cpus is not", [](MachineOptions& m) { m.smp.cpus = 5; }},
      {"multiple of 8 KiB",
       [](MachineOptions& m) { m.memory.ram_size_bytes += 4096; }},
      {"maxmem is below",
       [](MachineOptions& m) { m.memory.maxram_size_bytes -= 1; }},
      {"slots without", [](MachineOptions& m) { m.memory.slots = 1; }},
      {"not that of memory-backend",
       [](MachineOptions& m) { m.memory.ram_size_from_backend = true; }},
      {"backend b is there twice",
       [](MachineOptions& m) { m.backends.push_back(m.backends[1]); }},
      {"backend a has size 0",
       [](MachineOptions& m) { m.backends[0].size_bytes = 0; }},
      {"names no backend", [](MachineOptions& m) { m.memory_backend = "c"; }},
      {"node 128: id is too high",
       [](MachineOptions& m) { m.numa_nodes[0].id = 128; }},
      {"node 1 is there twice",
       [](MachineOptions& m) { m.numa_nodes[0].id = 1; }},
      {"mixed", [](MachineOptions& m) { m.numa_nodes[0].mem_bytes = 1; }},
      {"node 0: cpus out of range",
       [](MachineOptions& m) {
         m.numa_nodes[0].cpus = {{0, 4}};
       }},
      {"a CPU is in two nodes",
       [](MachineOptions& m) {
         m.numa_nodes[0].cpus = {{2, 2}};
       }},
      {"cpu: no node 2", [](MachineOptions& m) { m.numa_cpus[0].node_id = 2; }},
      {"match no CPU", [](MachineOptions& m) { m.numa_cpus[0].die_id = 1; }},
      {"dist: names no node",
       [](MachineOptions& m) { m.numa_distances[0].to = 2; }},
      {"dist: value", [](MachineOptions& m) { m.numa_distances[0].value = 9; }},
      {"dist: value", [](MachineOptions& m) { m.numa_distances[0].to = 0; }},
  };
  for (const Case& c : cases) {
    MachineOptions machine = TwoNodes();
    c.apply(machine);
    EXPECT_THAT(std::string(Validate(machine).message()), HasSubstr(c.breach));
  }
}

TEST(ValidateTest, AcceptsUpToEachLimit) {
  MachineOptions machine;
  machine.smp = {.cpus = 4096, .maxcpus = 4096, .cores = 4096};
  EXPECT_TRUE(Validate(machine).ok());
  machine.smp = {.cpus = 4096, .maxcpus = 4097, .cores = 4097};
  EXPECT_EQ(Validate(machine).message(), "smp: too many CPUs");
  machine.smp = {.cpus = 0};
  EXPECT_EQ(Validate(machine).message(), "smp: cpus is not in 1..maxcpus");

  machine = TwoNodes();
  machine.memory = {
      .ram_size_bytes = 8192, .maxram_size_bytes = 8193, .slots = 1};
  machine.numa_nodes[0].cpus = {{0, 0}, {3, 3}};
  machine.numa_nodes[0].id = 127;
  machine.numa_distances = {{127, 127, 10}, {127, 1, 10}};
  machine.numa_cpus.clear();
  EXPECT_TRUE(Validate(machine).ok()) << Validate(machine);
}

TEST(ValidateTest, RamOfABackendHasItsSizeAndNoOtherRule) {
  MachineOptions machine = TwoNodes();
  machine.backends[1].size_bytes = 5;
  machine.memory_backend = "b";
  machine.memory = {.ram_size_bytes = 5,
                    .ram_size_from_backend = true,
                    .maxram_size_bytes = 4,
                    .slots = 1};
  EXPECT_TRUE(Validate(machine).ok()) << Validate(machine);
  machine.memory.ram_size_bytes = 6;
  EXPECT_EQ(Validate(machine).message(),
            "memory: RAM size is not that of memory-backend");
}

// Threads vary fastest, then cores, modules, dies and sockets.
TEST(ValidateTest, BindingNamesTheCpuWithItsIds) {
  MachineOptions machine = TwoNodes();
  machine.smp = {.cpus = 72,
                 .maxcpus = 72,
                 .sockets = 2,
                 .dies = 3,
                 .modules = 2,
                 .cores = 3,
                 .threads = 2};
  machine.numa_cpus = {{.node_id = 1,
                        .socket_id = 1,
                        .die_id = 2,
                        .module_id = 0,
                        .core_id = 1,
                        .thread_id = 0}};
  constexpr uint16_t kCpu = 0 + 2 * (1 + 3 * (0 + 2 * (2 + 3 * 1)));
  machine.numa_nodes[0].cpus = {{0, kCpu - 1}, {kCpu + 1, 71}};
  EXPECT_TRUE(Validate(machine).ok()) << Validate(machine);
  machine.numa_nodes[0].cpus = {{kCpu, kCpu}};
  EXPECT_EQ(Validate(machine).message(), "a CPU is in two nodes");
}

MachineOptions WithHmat() {
  MachineOptions machine = TwoNodes();
  machine.hmat = true;
  machine.hmat_values = {{.initiator = 0, .target = 1, .value = 7},
                         {.initiator = 0,
                          .target = 1,
                          .data_type = HmatValue::DataType::kWriteBandwidth,
                          .value = 2 << 20}};
  machine.hmat_caches = {{.node = 1, .size_bytes = 10, .level = 1},
                         {.node = 0, .size_bytes = 5, .level = 1},
                         {.node = 1, .size_bytes = 11, .level = 2},
                         {.node = 1, .size_bytes = 12, .level = 3}};
  machine.other_object_ids = {"rng", "g"};
  machine.generic_affinities = {
      {.kind = GenericAffinity::Kind::kInitiator, .id = "g", .node = 9}};
  machine.devices = {{.kind = Device::Kind::kPcDimm, .memdev = "a"}};
  return machine;
}

TEST(ValidateTest, AcceptsHmatObjectsAndDevices) {
  MachineOptions machine = WithHmat();
  EXPECT_TRUE(Validate(machine).ok()) << Validate(machine);
  machine.hmat_values[0].initiator = 9;  // the node of a generic initiator
  EXPECT_TRUE(Validate(machine).ok()) << Validate(machine);
  // One pair may have a value in each list.
  machine.hmat_values.push_back(machine.hmat_values[1]);
  machine.hmat_values[2].hierarchy = HmatValue::Hierarchy::kLevel1;
  EXPECT_TRUE(Validate(machine).ok()) << Validate(machine);
}

TEST(ValidateTest, NamesEachBreachOfHmatObjectsAndDevices) {
  struct Case {
    std::string breach;
    std::function<void(MachineOptions&)> apply;
  };
  const std::string level = "hmat-cache: a level is missing or there twice";
  const Case cases[] = {
      {"hmat-lb: without hmat=on", [](MachineOptions& m) { m.hmat = false; }},
      {"hmat-cache: without hmat=on",
       [](MachineOptions& m) {
         m.hmat = false;
         m.hmat_values.clear();
       }},
      {"hmat-lb: names no node",
       [](MachineOptions& m) { m.hmat_values[0].initiator = 8; }},
      {"hmat-lb: names no node",
       [](MachineOptions& m) { m.hmat_values[0].target = 9; }},
      {"hmat-lb: names no node",
       [](MachineOptions& m) {
         m.hmat_values[0].initiator = 9;
         m.generic_affinities[0].kind = GenericAffinity::Kind::kPort;
       }},
      {"hmat-lb: bandwidth is no multiple of 1 MiB",
       [](MachineOptions& m) { m.hmat_values[1].value += 1; }},
      {"hmat-lb: a value is there twice",
       [](MachineOptions& m) { m.hmat_values.push_back(m.hmat_values[0]); }},
      {"hmat-cache: names no node",
       [](MachineOptions& m) { m.hmat_caches[0].node = 2; }},
      {level, [](MachineOptions& m) { m.hmat_caches[1].level = 0; }},
      {level, [](MachineOptions& m) { m.hmat_caches[1].level = 2; }},
      {level, [](MachineOptions& m) { m.hmat_caches[2].level = 1; }},
      {level,
       [](MachineOptions& m) {
         m.hmat_caches.push_back({.node = 1, .size_bytes = 13, .level = 4});
       }},
      {"hmat-cache: a level is not larger than the one below",
       [](MachineOptions& m) { m.hmat_caches[2].size_bytes = 10; }},
      {"object rng is there twice",
       [](MachineOptions& m) { m.other_object_ids.push_back("rng"); }},
      {"object b is there twice",
       [](MachineOptions& m) { m.other_object_ids[0] = "b"; }},
      {"generic affinity g is no object",
       [](MachineOptions& m) { m.other_object_ids.pop_back(); }},
      {"device: memdev names no backend",
       [](MachineOptions& m) { m.devices[0].memdev = "c"; }},
  };
  for (const Case& c : cases) {
    MachineOptions machine = WithHmat();
    c.apply(machine);
    EXPECT_EQ(std::string(Validate(machine).message()), c.breach);
  }
}

// What QEMU does where an option says nothing.
TEST(DefaultsTest, AreThoseOfQemu) {
  const MachineOptions machine;
  EXPECT_EQ(machine.cpu.model, "qemu64");
  EXPECT_EQ(machine.cpu.vendor, "AuthenticAMD");
  EXPECT_EQ(machine.cpu.phys_bits, 40u);
  EXPECT_TRUE(machine.cpu.long_mode && machine.cpu.pse36 && machine.cpu.pae);
  EXPECT_FALSE(machine.cpu.x2apic || machine.cpu.refused_after_threads);
  EXPECT_EQ(machine.memory.ram_size_bytes, uint64_t{128} << 20);
  EXPECT_EQ(machine.memory.maxram_size_bytes, uint64_t{128} << 20);
  EXPECT_EQ(machine.memory.slots, 0u);
  EXPECT_FALSE(machine.memory.ram_size_from_backend);
  EXPECT_TRUE(machine.acpi);
  EXPECT_FALSE(machine.hmat || machine.nvdimm || machine.cxl);
  EXPECT_EQ(machine.max_ram_below_4g_bytes, 0u);
  EXPECT_EQ(machine.pci_hole64_size_bytes, std::nullopt);

  const SmpTopology& smp = machine.smp;
  for (const uint32_t count : {smp.cpus, smp.maxcpus, smp.sockets, smp.dies,
                               smp.modules, smp.cores, smp.threads}) {
    EXPECT_EQ(count, 1u);
  }
  EXPECT_TRUE(MemoryBackend().reserve);
  EXPECT_FALSE(MemoryBackend().share);
  EXPECT_EQ(MemoryBackend().size_bytes, 0u);
  EXPECT_EQ(NumaNode().id, 0u);
  EXPECT_EQ(NumaCpu().node_id, 0u);
  EXPECT_EQ(NumaDistance().value, 10);
  EXPECT_EQ(HmatValue().value, 0u);
  EXPECT_EQ(HmatCache().size_bytes, 0u);
  EXPECT_EQ(HmatCache().line_bytes, 0u);
  EXPECT_EQ(Device().address, 0u);
  EXPECT_EQ(Device().node, 0u);
  EXPECT_EQ(Device().label_size_bytes, 0u);
  EXPECT_EQ(Device().requested_size_bytes, 0u);
  EXPECT_EQ(Device().block_size_bytes, 0u);
  EXPECT_EQ(Device().bus_number, 0u);
  EXPECT_EQ(GenericAffinity().node, 0u);
  EXPECT_EQ(CxlWindow().size_bytes, 0u);
  EXPECT_EQ(SgxSection().node, 0u);
}

TEST(NodeSizeTest, IsThatOfMemOrOfTheBackend) {
  MachineOptions machine = TwoNodes();
  machine.backends[1].size_bytes = 7;
  EXPECT_EQ(NodeSizeBytes(machine, machine.numa_nodes[1]), 7u);
  EXPECT_EQ(NodeSizeBytes(machine, NumaNode{.mem_bytes = 9}), 9u);
  EXPECT_EQ(NodeSizeBytes(machine, NumaNode{}), 0u);
  EXPECT_EQ(NodeSizeBytes(machine, NumaNode{.memdev = "c"}), 0u);
}

TEST(KindTest, LatenciesAreNoBandwidths) {
  using DataType = HmatValue::DataType;
  for (const DataType type : {DataType::kAccessLatency, DataType::kReadLatency,
                              DataType::kWriteLatency}) {
    EXPECT_TRUE(IsLatency(type));
  }
  for (const DataType type :
       {DataType::kAccessBandwidth, DataType::kReadBandwidth,
        DataType::kWriteBandwidth}) {
    EXPECT_FALSE(IsLatency(type));
  }
}

TEST(KindTest, MemoryDevicesAreThoseWithMemory) {
  using Kind = Device::Kind;
  for (const Kind kind : {Kind::kPcDimm, Kind::kNvdimm, Kind::kVirtioMem,
                          Kind::kVirtioPmem, Kind::kSpMem}) {
    EXPECT_TRUE(IsMemoryDevice(kind));
  }
  EXPECT_FALSE(IsMemoryDevice(Kind::kOther));
  EXPECT_FALSE(IsMemoryDevice(Kind::kPxbCxl));
}

TEST(NamesTest, AreThoseOfTheOptions) {
  EXPECT_EQ(ToString(MemmapType::kNormal), "normal");
  EXPECT_EQ(ToString(MemmapType::kSpm), "spm");
  EXPECT_EQ(ToString(MemmapType::kReserved), "reserved");
  EXPECT_EQ(ToString(Dialect::kStock), "stock");
  EXPECT_EQ(ToString(Dialect::kMemmapType), "memmap-type");
  EXPECT_EQ(ToString(QemuVersion::k7_2), "7.2");
  EXPECT_EQ(ToString(QemuVersion::k10_0), "10.0");
  EXPECT_EQ(ToString(QemuVersion::k11_1), "11.1");
  const MachineVersion version = {.major = 4, .minor = 0, .micro = 1};
  EXPECT_EQ(ToString(MachineType{MachineFamily::kQ35, version}),
            "pc-q35-4.0.1");
  EXPECT_EQ(ToString(MachineType{MachineFamily::kI440fx, {7, 2}}),
            "pc-i440fx-7.2");
  EXPECT_EQ(ToString(MachineType{MachineFamily::kIsapc, version}), "isapc");
  EXPECT_EQ(ToString(MachineType{MachineFamily::kMicrovm, version}), "microvm");
  EXPECT_EQ(ToString(MachineType{MachineFamily::kNone, version}), "none");
}

}  // namespace
}  // namespace e820check
