// SPDX-License-Identifier: Apache-2.0

#include "model/numa_completion.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "model/cpu_topology.h"

namespace e820check::model {
namespace {

absl::Status Refuse(const std::string& text) {
  return absl::FailedPreconditionError(text);
}

bool AnyMemdev(const MachineOptions& options) {
  for (const NumaNode& node : options.numa_nodes) {
    if (node.memdev) return true;
  }
  return false;
}

// Item 2; layout 5.2.
bool HasImplicitNode(const MachineOptions& options, const LayoutPolicy& policy,
                     Journal& journal) {
  if (!options.numa_nodes.empty()) return false;
  const MemoryOptions& memory = options.memory;
  if (policy.implicit_node_for_slots && memory.slots > 0) {
    journal.Reach(Rule::kImplicitNodeForSlots);
    return true;
  }
  if (policy.implicit_node_for_maxmem &&
      memory.maxram_size_bytes > memory.ram_size_bytes) {
    journal.Reach(Rule::kImplicitNodeForMaxmem);
    return true;
  }
  return false;
}

// Item 3: ids are dense.
absl::Status CheckNodeIds(const MachineOptions& options, Journal& journal) {
  std::set<uint32_t> ids;
  for (const NumaNode& node : options.numa_nodes) ids.insert(node.id);
  if (ids.empty()) return absl::OkStatus();
  for (uint32_t id = *ids.rbegin(); id > 0; --id) {
    if (ids.count(id - 1) == 0) {
      journal.Reach(Rule::kNodeIdMissing);
      return Refuse(absl::StrCat("numa: Node ID missing: ", id - 1));
    }
  }
  return absl::OkStatus();
}

std::vector<NumaTopology::Node> NodesById(const MachineOptions& options) {
  std::vector<NumaTopology::Node> nodes(options.numa_nodes.size());
  for (const NumaNode& node : options.numa_nodes) {
    nodes[node.id] = {.size_bytes = NodeSizeBytes(options, node),
                      .memmap_type = node.memmap_type,
                      .initiator = node.initiator};
  }
  return nodes;
}

// Item 4.
absl::Status CheckSumOfSizes(const MachineOptions& options,
                             const std::vector<NumaTopology::Node>& nodes,
                             Journal& journal) {
  uint64_t sum = 0;
  for (const NumaTopology::Node& node : nodes) {
    sum += node.size_bytes;  // QEMU's sum wraps at 2^64, so ours does
  }
  if (sum == options.memory.ram_size_bytes) return absl::OkStatus();
  journal.Reach(Rule::kNodeSizesSum);
  return Refuse(absl::StrCat("total memory for NUMA nodes (0x", absl::Hex(sum),
                             ") should equal RAM size (0x",
                             absl::Hex(options.memory.ram_size_bytes), ")"));
}

// Items 5 and 6.
absl::Status CheckMemdevs(const MachineOptions& options, Journal& journal) {
  if (AnyMemdev(options) && !options.memory_backend.empty()) {
    journal.Reach(Rule::kMemdevExcludesRamBackend);
    return Refuse(
        "'-machine memory-backend' and '-numa memdev' properties are mutually "
        "exclusive");
  }
  std::vector<std::string> memdevs(options.numa_nodes.size());
  for (const NumaNode& node : options.numa_nodes) {
    memdevs[node.id] = node.memdev.value_or("");
  }
  std::set<std::string> used;
  for (const std::string& memdev : memdevs) {
    if (!memdev.empty() && !used.insert(memdev).second) {
      journal.Reach(Rule::kMemdevTwice);
      return Refuse(absl::StrCat("memory backend ", memdev,
                                 " can't be used multiple times."));
    }
  }
  return absl::OkStatus();
}

// Item 7; layout 5.3. Until completion a missing distance is 0.
absl::Status CompleteDistances(const MachineOptions& options,
                               NumaTopology& numa, Journal& journal) {
  if (options.numa_distances.empty()) return absl::OkStatus();
  const size_t count = numa.nodes.size();
  numa.distances.assign(count * count, 0);
  const auto distance = [&](size_t from, size_t to) -> uint8_t& {
    return numa.distances[from * count + to];
  };
  for (const NumaDistance& given : options.numa_distances) {
    distance(given.from, given.to) = given.value;
  }

  bool asymmetric = false;
  for (size_t a = 0; a < count; ++a) {
    for (size_t b = a + 1; b < count; ++b) {
      if (distance(a, b) == 0 && distance(b, a) == 0) {
        journal.Reach(Rule::kDistanceMissing);
        return Refuse(absl::StrCat(
            "The distance between node ", a, " and ", b,
            " is missing, at least one distance value between each nodes "
            "should be provided."));
      }
      asymmetric |= distance(a, b) != 0 && distance(b, a) != 0 &&
                    distance(a, b) != distance(b, a);
    }
  }
  for (size_t from = 0; from < count; ++from) {
    for (size_t to = 0; to < count; ++to) {
      if (from == to) {
        distance(from, to) = 10;
        continue;
      }
      if (distance(from, to) != 0) continue;
      if (asymmetric) {
        journal.Reach(Rule::kDistanceAsymmetric);
        return Refuse(
            "At least one asymmetrical pair of distances is given, please "
            "provide distances for both directions of all node pairs.");
      }
      journal.Reach(Rule::kDistanceMirrored);
      distance(from, to) = distance(to, from);
    }
  }
  return absl::OkStatus();
}

// Layout 5.1: by CPU index the node that an option gives, if any.
std::vector<std::optional<uint32_t>> ExplicitNodes(
    const MachineOptions& options) {
  std::vector<std::optional<uint32_t>> node_of_cpu(options.smp.maxcpus);
  for (const NumaNode& node : options.numa_nodes) {
    for (const CpuIndexRange& range : node.cpus) {
      for (uint32_t cpu = range.first; cpu <= range.last; ++cpu) {
        node_of_cpu[cpu] = node.id;
      }
    }
  }
  for (const NumaCpu& option : options.numa_cpus) {
    for (uint32_t cpu = 0; cpu < options.smp.maxcpus; ++cpu) {
      if (Matches(option, CpuIdsOf(options.smp, cpu))) {
        node_of_cpu[cpu] = option.node_id;
      }
    }
  }
  return node_of_cpu;
}

// Item 8, first part: every CPU gets a node. Returns the names of those that
// should have had one from an option.
absl::StatusOr<std::vector<std::string>> CompleteCpus(
    const MachineOptions& options, NumaTopology& numa, Journal& journal) {
  const auto explicit_nodes = ExplicitNodes(options);
  bool any_explicit = false;
  for (const auto& node : explicit_nodes) any_explicit |= node.has_value();

  std::vector<std::string> left_over;
  for (uint32_t cpu = 0; cpu < options.smp.maxcpus; ++cpu) {
    uint32_t node = 0;
    if (explicit_nodes[cpu]) {
      journal.Reach(Rule::kCpuNodeExplicit);
      node = *explicit_nodes[cpu];
    } else {
      if (any_explicit) {
        journal.Reach(Rule::kCpuNodeLeftOver);
        left_over.push_back(CpuName(options.smp, cpu));
      } else {
        journal.Reach(Rule::kCpuNodeBySocket);
        node = CpuIdsOf(options.smp, cpu).socket %
               static_cast<uint32_t>(numa.nodes.size());
      }
      const auto& initiator = numa.nodes[node].initiator;
      if (options.hmat && initiator.value_or(node) != node) {
        journal.Reach(Rule::kInitiatorNotItself);
        return Refuse(absl::StrCat("The initiator of CPU NUMA node ", node,
                                   " should be itself (got ", *initiator, ")"));
      }
    }
    numa.node_of_cpu.push_back(node);
  }
  return left_over;
}

// Item 9; layout 8.1.
absl::Status CompleteInitiators(const MachineOptions& options,
                                NumaTopology& numa, Journal& journal) {
  if (!options.hmat) return absl::OkStatus();
  for (const uint32_t node : numa.node_of_cpu) {
    numa.nodes[node].is_initiator = true;
    numa.nodes[node].initiator = node;
  }
  for (size_t id = 0; id < numa.nodes.size(); ++id) {
    const std::optional<uint32_t>& initiator = numa.nodes[id].initiator;
    if (!initiator) continue;
    if (*initiator >= numa.nodes.size()) {
      journal.Reach(Rule::kInitiatorUndeclared);
      return Refuse(absl::StrCat(
          "NUMA node ", *initiator,
          " is missing, use '-numa node' option to declare it first"));
    }
    if (!numa.nodes[*initiator].is_initiator) {
      journal.Reach(Rule::kInitiatorWithoutCpu);
      return Refuse(
          absl::StrCat("The initiator of NUMA node ", id, " is invalid"));
    }
  }
  // doc/spec/qemu-layout.md 6.6: a generic initiator counts for latencies and
  // bandwidths only, not for initiator=.
  for (const GenericAffinity& generic : options.generic_affinities) {
    if (generic.kind != GenericAffinity::Kind::kInitiator) continue;
    if (generic.node >= numa.nodes.size()) continue;  // refused later
    journal.Reach(Rule::kInitiatorIsGeneric);
    numa.nodes[generic.node].is_initiator = true;
  }
  return absl::OkStatus();
}

// Item 8, last part: QEMU prints these after item 9.
void WarnOfLeftOverCpus(const std::vector<std::string>& names,
                        Journal& journal) {
  if (names.empty()) return;
  journal.Warn(absl::StrCat("warning: CPU(s) not present in any NUMA nodes: ",
                            absl::StrJoin(names, ", ")));
  journal.Warn(
      "warning: All CPU(s) up to maxcpus should be described in NUMA config, "
      "ability to start up with partial NUMA mappings is obsoleted and will be "
      "removed in future");
}

}  // namespace

absl::Status CheckRamBackend(const MachineOptions& options,
                             const LayoutPolicy& policy, Journal& journal) {
  const uint64_t ram_size = options.memory.ram_size_bytes;
  if (!options.memory_backend.empty()) {
    const MemoryBackend* backend = FindBackend(options, options.memory_backend);
    if (backend != nullptr && backend->size_bytes == ram_size) {
      return absl::OkStatus();
    }
    journal.Reach(Rule::kRamBackendSize);
    return Refuse(
        "Machine memory size does not match the size of the memory backend");
  }
  const std::string id(policy.default_ram_id);
  if (AnyMemdev(options) || ram_size == 0 ||
      FindBackend(options, id) == nullptr) {
    return absl::OkStatus();
  }
  journal.Reach(Rule::kRamIdReserved);
  if (!policy.release.default_ram_id_text_has_hint) {
    return Refuse(absl::StrCat(
        "object name '", id,
        "' is reserved for the default RAM backend, it can't be used for any "
        "other purposes. Change the object's 'id' to something else"));
  }
  return Refuse(absl::StrCat(
      "object's id '", id,
      "' is reserved for the default RAM backend, it can't be used for any "
      "other purposes\nChange the object's 'id' to something else or disable "
      "automatic creation of the default RAM backend by setting "
      "'memory-backend=",
      id, "' with '-machine'."));
}

absl::StatusOr<NumaTopology> CompleteNuma(const MachineOptions& options,
                                          const LayoutPolicy& policy,
                                          Journal& journal) {
  NumaTopology numa;
  if (!policy.has_numa) return numa;
  if (HasImplicitNode(options, policy, journal)) {
    numa.nodes = {{.size_bytes = options.memory.ram_size_bytes}};
  } else {
    if (absl::Status s = CheckNodeIds(options, journal); !s.ok()) return s;
    numa.nodes = NodesById(options);
  }
  if (numa.nodes.empty()) return numa;
  if (absl::Status s = CheckSumOfSizes(options, numa.nodes, journal); !s.ok())
    return s;
  if (absl::Status s = CheckMemdevs(options, journal); !s.ok()) return s;
  if (absl::Status s = CompleteDistances(options, numa, journal); !s.ok())
    return s;

  const auto left_over_cpus = CompleteCpus(options, numa, journal);
  if (!left_over_cpus.ok()) return left_over_cpus.status();
  if (absl::Status s = CompleteInitiators(options, numa, journal); !s.ok())
    return s;
  WarnOfLeftOverCpus(*left_over_cpus, journal);
  return numa;
}

}  // namespace e820check::model
