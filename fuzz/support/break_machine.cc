// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/break_machine.h"

#include <iterator>
#include <string>
#include <utility>

#include "machine/address_range.h"

namespace e820check {
namespace {

constexpr char kNobody[] = "nobody";
constexpr uint32_t kNoNode = kMaxNumaNodes;

// So that the machine has a node.
uint32_t NodeOf(MachineOptions& machine) {
  if (machine.numa_nodes.empty()) machine.numa_nodes.emplace_back();
  return machine.numa_nodes.front().id;
}

HmatValue BandwidthOf(MachineOptions& machine) {
  const uint32_t node = NodeOf(machine);
  machine.hmat = true;
  machine.hmat_values.clear();
  return {.initiator = node,
          .target = node,
          .data_type = HmatValue::DataType::kAccessBandwidth,
          .value = kMiB};
}

HmatCache CacheOf(MachineOptions& machine) {
  machine.hmat = true;
  machine.hmat_caches.clear();
  return {.node = NodeOf(machine), .size_bytes = kMiB, .level = 1};
}

using Way = void (*)(MachineOptions&);
constexpr Way kWays[] = {
    [](MachineOptions& m) { m.smp.maxcpus = kMaxPossibleCpus + 1; },
    [](MachineOptions& m) { m.smp.dies = 0; },
    [](MachineOptions& m) { m.smp = {.maxcpus = 2}; },
    [](MachineOptions& m) { m.smp.cpus = m.smp.maxcpus + 1; },
    [](MachineOptions& m) {
      m.memory.ram_size_from_backend = true;
      m.memory.ram_size_bytes = 1;
    },
    [](MachineOptions& m) {
      m.memory = {.ram_size_bytes = 1, .maxram_size_bytes = 1};
    },
    [](MachineOptions& m) {
      m.memory = {.ram_size_bytes = kMiB, .maxram_size_bytes = 0};
    },
    [](MachineOptions& m) {
      m.memory = {
          .ram_size_bytes = kMiB, .maxram_size_bytes = kMiB, .slots = 1};
    },
    [](MachineOptions& m) {
      m.backends.assign(2, {.id = "twin", .size_bytes = kMiB});
    },
    [](MachineOptions& m) { m.backends.push_back({.id = "empty"}); },
    [](MachineOptions& m) { m.memory_backend = kNobody; },
    [](MachineOptions& m) { m.numa_nodes.push_back({.id = kNoNode}); },
    [](MachineOptions& m) { m.numa_nodes.push_back({.id = NodeOf(m)}); },
    [](MachineOptions& m) {
      NodeOf(m);
      m.numa_nodes.front().memdev = kNobody;
    },
    [](MachineOptions& m) {
      m.backends = {{.id = "m", .size_bytes = kMiB}};
      m.numa_nodes = {{.id = 0, .memdev = "m"}, {.id = 1, .mem_bytes = kMiB}};
    },
    [](MachineOptions& m) {
      NodeOf(m);
      m.numa_nodes.front().cpus = {{.first = 1, .last = 0}};
    },
    [](MachineOptions& m) { m.numa_cpus.push_back({.node_id = kNoNode}); },
    [](MachineOptions& m) {
      m.numa_cpus.push_back(
          {.node_id = NodeOf(m), .socket_id = kMaxPossibleCpus});
    },
    [](MachineOptions& m) {
      m.numa_nodes = {{.id = 0}, {.id = 1}};
      m.numa_cpus = {{.node_id = 0}, {.node_id = 1}};
    },
    [](MachineOptions& m) {
      m.numa_distances.push_back(
          {.from = NodeOf(m), .to = kNoNode, .value = 20});
    },
    [](MachineOptions& m) {
      const uint32_t node = NodeOf(m);
      m.numa_distances.push_back({.from = node, .to = node, .value = 11});
    },
    [](MachineOptions& m) {
      m.hmat_values.push_back(BandwidthOf(m));
      m.hmat = false;
    },
    [](MachineOptions& m) {
      HmatValue value = BandwidthOf(m);
      value.target = kNoNode;
      m.hmat_values.push_back(value);
    },
    [](MachineOptions& m) {
      HmatValue value = BandwidthOf(m);
      ++value.value;
      m.hmat_values.push_back(value);
    },
    [](MachineOptions& m) { m.hmat_values.assign(2, BandwidthOf(m)); },
    [](MachineOptions& m) {
      m.generic_affinities.push_back({.id = "g", .node = kNoNode});
      m.other_object_ids.push_back("g");
      HmatValue value = BandwidthOf(m);
      value.initiator = kNoNode + 1;
      m.hmat_values.push_back(value);
    },
    [](MachineOptions& m) {
      m.hmat_caches = {CacheOf(m)};
      m.hmat_values.clear();
      m.hmat = false;
    },
    [](MachineOptions& m) {
      m.hmat_caches = {CacheOf(m)};
      m.hmat_caches.front().node = kNoNode;
    },
    [](MachineOptions& m) { m.hmat_caches.assign(2, CacheOf(m)); },
    [](MachineOptions& m) {
      m.hmat_caches.assign(2, CacheOf(m));
      m.hmat_caches.back().level = 2;
    },
    [](MachineOptions& m) {
      m.other_object_ids = {"twin", "twin"};
    },
    [](MachineOptions& m) { m.generic_affinities.push_back({.id = kNobody}); },
    [](MachineOptions& m) {
      m.devices.push_back({.kind = Device::Kind::kPcDimm, .memdev = kNobody});
    },
};
static_assert(std::size(kWays) == kWaysToBreakAMachine);

}  // namespace

void BreakMachine(size_t way, MachineOptions& machine) { kWays[way](machine); }

}  // namespace e820check
