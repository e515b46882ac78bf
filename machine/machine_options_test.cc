// SPDX-License-Identifier: Apache-2.0

#include "machine/machine_options.h"

#include <functional>
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

}  // namespace
}  // namespace e820check
