// SPDX-License-Identifier: Apache-2.0

#include "rangetree/numa_plan.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rangetree/machine_refusal.h"

namespace e820check {
namespace {

struct CpuPlace {
  uint32_t socket;
  uint32_t die;
  uint32_t module;
  uint32_t core;
  uint32_t thread;
};

CpuPlace PlaceOf(const SmpTopology& smp, uint32_t cpu) {
  CpuPlace place;
  place.thread = cpu % smp.threads;
  cpu /= smp.threads;
  place.core = cpu % smp.cores;
  cpu /= smp.cores;
  place.module = cpu % smp.modules;
  cpu /= smp.modules;
  place.die = cpu % smp.dies;
  place.socket = cpu / smp.dies;
  return place;
}

// "CPU 2 [socket-id: 0, core-id: 1, thread-id: 0]"; a die or module is named
// only where there is more than one.
std::string DescribeCpu(const SmpTopology& smp, uint32_t cpu) {
  const CpuPlace place = PlaceOf(smp, cpu);
  std::string text =
      absl::StrCat("CPU ", cpu, " [socket-id: ", place.socket, ", ");
  if (smp.dies > 1) absl::StrAppend(&text, "die-id: ", place.die, ", ");
  if (smp.modules > 1) {
    absl::StrAppend(&text, "module-id: ", place.module, ", ");
  }
  absl::StrAppend(&text, "core-id: ", place.core, ", thread-id: ", place.thread,
                  "]");
  return text;
}

bool Matches(const NumaCpu& binding, const CpuPlace& place) {
  return binding.socket_id.value_or(place.socket) == place.socket &&
         binding.die_id.value_or(place.die) == place.die &&
         binding.module_id.value_or(place.module) == place.module &&
         binding.core_id.value_or(place.core) == place.core &&
         binding.thread_id.value_or(place.thread) == place.thread;
}

// Nodes by id, null where one is missing.
using NodesById = std::vector<const NumaNode*>;

NodesById SortNodes(const MachineOptions& options) {
  NodesById nodes;
  for (const NumaNode& node : options.numa_nodes) {
    if (nodes.size() <= node.id) nodes.resize(node.id + 1, nullptr);
    nodes[node.id] = &node;
  }
  return nodes;
}

absl::Status CheckNodes(const MachineOptions& options, const NodesById& nodes) {
  for (size_t id = nodes.size(); id-- > 0;) {
    if (nodes[id] == nullptr) {
      return RefuseMachine(absl::StrCat("numa: Node ID missing: ", id));
    }
  }
  uint64_t total_bytes = 0;  // QEMU's sum, too, is modulo 2^64
  bool any_memdev = false;
  for (const NumaNode* node : nodes) {
    total_bytes += NodeSizeBytes(options, *node);
    any_memdev |= node->memdev.has_value();
  }
  if (total_bytes != options.memory.ram_size_bytes) {
    return RefuseMachine(
        absl::StrCat("total memory for NUMA nodes (0x", absl::Hex(total_bytes),
                     ") should equal RAM size (0x",
                     absl::Hex(options.memory.ram_size_bytes), ")"));
  }
  if (any_memdev && !options.memory_backend.empty()) {
    return RefuseMachine(
        "'-machine memory-backend' and '-numa memdev' properties are mutually "
        "exclusive");
  }
  for (auto node = nodes.begin(); node != nodes.end(); ++node) {
    const auto& memdev = (*node)->memdev;
    const auto same = [&](const NumaNode* other) {
      return other->memdev == memdev;
    };
    if (memdev && std::any_of(nodes.begin(), node, same)) {
      return RefuseMachine(absl::StrCat("memory backend ", *memdev,
                                        " can't be used multiple times."));
    }
  }
  return absl::OkStatus();
}

// doc/spec/qemu-layout.md 5.3.
absl::StatusOr<std::vector<uint8_t>> CompleteDistances(
    const MachineOptions& options, size_t nodes) {
  if (options.numa_distances.empty()) return std::vector<uint8_t>();
  std::vector<uint8_t> given(nodes * nodes, 0);
  for (const NumaDistance& distance : options.numa_distances) {
    given[distance.from * nodes + distance.to] = distance.value;
  }
  std::vector<uint8_t> complete = given;
  bool any_missing = false;
  bool any_asymmetric = false;
  for (size_t from = 0; from < nodes; ++from) {
    complete[from * nodes + from] = kLocalDistance;
    for (size_t to = from + 1; to < nodes; ++to) {
      const uint8_t there = given[from * nodes + to];
      const uint8_t back = given[to * nodes + from];
      if (there == 0 && back == 0) {
        return RefuseMachine(absl::StrCat(
            "The distance between node ", from, " and ", to,
            " is missing, at least one distance value between each nodes "
            "should be provided."));
      }
      any_missing |= there == 0 || back == 0;
      any_asymmetric |= there != 0 && back != 0 && there != back;
      if (there == 0) complete[from * nodes + to] = back;
      if (back == 0) complete[to * nodes + from] = there;
    }
  }
  if (any_asymmetric && any_missing) {
    return RefuseMachine(
        "At least one asymmetrical pair of distances is given, please provide "
        "distances for both directions of all node pairs.");
  }
  return complete;
}

// Which node each CPU was given explicitly.
std::vector<std::optional<uint32_t>> ExplicitNodes(
    const MachineOptions& options) {
  std::vector<std::optional<uint32_t>> node_of_cpu(options.smp.maxcpus);
  for (const NumaNode& node : options.numa_nodes) {
    for (const CpuIndexRange& range : node.cpus) {
      std::fill(node_of_cpu.begin() + range.first,
                node_of_cpu.begin() + range.last + 1, node.id);
    }
  }
  for (const NumaCpu& binding : options.numa_cpus) {
    for (uint32_t cpu = 0; cpu < options.smp.maxcpus; ++cpu) {
      if (Matches(binding, PlaceOf(options.smp, cpu))) {
        node_of_cpu[cpu] = binding.node_id;
      }
    }
  }
  return node_of_cpu;
}

// With hmat=on a node's initiator must have CPUs, and a node with CPUs is its
// own (doc/spec/qemu-options.md 9.8 and 9.9).
absl::Status CheckInitiators(const NodesById& nodes,
                             const std::vector<uint32_t>& node_of_cpu) {
  std::vector<bool> has_cpu(nodes.size());
  for (const uint32_t id : node_of_cpu) {
    has_cpu[id] = true;
    const uint32_t initiator = nodes[id]->initiator.value_or(id);
    if (initiator != id) {
      return RefuseMachine(absl::StrCat("The initiator of CPU NUMA node ", id,
                                        " should be itself (got ", initiator,
                                        ")"));
    }
  }
  for (size_t id = 0; id < nodes.size(); ++id) {
    if (!nodes[id]->initiator) continue;
    const uint32_t initiator = *nodes[id]->initiator;
    if (initiator >= nodes.size()) {
      return RefuseMachine(absl::StrCat(
          "NUMA node ", initiator,
          " is missing, use '-numa node' option to declare it first"));
    }
    if (!has_cpu[initiator]) {
      return RefuseMachine(
          absl::StrCat("The initiator of NUMA node ", id, " is invalid"));
    }
  }
  return absl::OkStatus();
}

// doc/spec/qemu-layout.md 5.1.
absl::StatusOr<std::vector<uint32_t>> CompleteCpus(
    const MachineOptions& options, const NodesById& nodes,
    std::vector<std::string>& warnings) {
  const auto given = ExplicitNodes(options);
  const bool any_given =
      std::any_of(given.begin(), given.end(),
                  [](const auto& node) { return node.has_value(); });
  std::vector<uint32_t> node_of_cpu(given.size(), 0);
  std::string left_over;
  for (uint32_t cpu = 0; cpu < given.size(); ++cpu) {
    if (given[cpu]) {
      node_of_cpu[cpu] = *given[cpu];
    } else if (any_given) {
      absl::StrAppend(&left_over, left_over.empty() ? "" : ", ",
                      DescribeCpu(options.smp, cpu));
    } else {
      node_of_cpu[cpu] = PlaceOf(options.smp, cpu).socket %
                         static_cast<uint32_t>(nodes.size());
    }
  }
  if (options.hmat) {
    if (absl::Status s = CheckInitiators(nodes, node_of_cpu); !s.ok()) return s;
  }
  if (!left_over.empty()) {
    warnings.push_back(absl::StrCat(
        "warning: CPU(s) not present in any NUMA nodes: ", left_over));
    warnings.push_back(
        "warning: All CPU(s) up to maxcpus should be described in NUMA config, "
        "ability to start up with partial NUMA mappings is obsoleted and will "
        "be removed in future");
  }
  return node_of_cpu;
}

// doc/spec/qemu-layout.md 5.2.
bool ImpliesNode(const MemoryOptions& memory, const BoardPolicy& policy) {
  return (policy.implies_node_for_slots && memory.slots != 0) ||
         (policy.implies_node_for_maxmem &&
          memory.maxram_size_bytes > memory.ram_size_bytes);
}

}  // namespace

uint32_t ApicIdOf(const SmpTopology& smp, uint32_t cpu) {
  const CpuPlace place = PlaceOf(smp, cpu);
  uint64_t id = place.socket;  // wide, for topologies beyond any board's
  const auto append = [&id](uint32_t field, uint32_t values) {
    id = (id << std::bit_width(values - 1)) | field;
  };
  append(place.die, smp.dies);
  append(place.module, smp.modules);
  append(place.core, smp.cores);
  append(place.thread, smp.threads);
  return static_cast<uint32_t>(id);
}

absl::StatusOr<NumaPlan> PlanNuma(const MachineOptions& options,
                                  const BoardPolicy& policy,
                                  std::vector<std::string>& warnings) {
  NumaPlan plan;
  if (!policy.has_numa) return plan;
  if (options.numa_nodes.empty()) {
    if (ImpliesNode(options.memory, policy)) {
      plan.nodes = {{.size_bytes = options.memory.ram_size_bytes}};
      plan.node_of_cpu.assign(options.smp.maxcpus, 0);
    }
    return plan;
  }
  const NodesById nodes = SortNodes(options);
  if (absl::Status s = CheckNodes(options, nodes); !s.ok()) return s;
  auto distances = CompleteDistances(options, nodes.size());
  if (!distances.ok()) return distances.status();
  auto node_of_cpu = CompleteCpus(options, nodes, warnings);
  if (!node_of_cpu.ok()) return node_of_cpu.status();
  for (const NumaNode* node : nodes) {
    plan.nodes.push_back({.size_bytes = NodeSizeBytes(options, *node),
                          .memmap_type = node->memmap_type});
  }
  plan.distances = *std::move(distances);
  plan.node_of_cpu = *std::move(node_of_cpu);
  return plan;
}

}  // namespace e820check
