// SPDX-License-Identifier: Apache-2.0

#include "properties/shrink/shrink_machine.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "machine/address_range.h"

namespace e820check {
namespace {

constexpr uint64_t kStepBytes = 8 * kKiB;  // QEMU rounds -m to this

MemoryBackend* BackendOf(MachineOptions& machine, const std::string& id) {
  for (MemoryBackend& backend : machine.backends) {
    if (backend.id == id) return &backend;
  }
  return nullptr;
}

// RAM, and with it the end of hot-pluggable memory, gets smaller.
void TakeRam(MachineOptions& machine, uint64_t size_bytes) {
  machine.memory.ram_size_bytes -= size_bytes;
  if (!machine.memory.ram_size_from_backend) {
    machine.memory.maxram_size_bytes -= size_bytes;
  }
}

// The machine without one node and its memory; later ids close up.
MachineOptions WithoutNode(const MachineOptions& machine, size_t index) {
  MachineOptions smaller = machine;
  const NumaNode gone = machine.numa_nodes[index];
  const uint64_t size_bytes = NodeSizeBytes(machine, gone);
  TakeRam(smaller, std::min(size_bytes, machine.memory.ram_size_bytes));
  smaller.numa_nodes.erase(smaller.numa_nodes.begin() +
                           static_cast<ptrdiff_t>(index));
  if (gone.memdev) {
    const auto same = [&](const MemoryBackend& b) {
      return b.id == *gone.memdev;
    };
    smaller.backends.erase(absl::c_find_if(smaller.backends, same));
  }
  const auto close_up = [&](uint32_t& id) {
    if (id > gone.id) --id;
  };
  smaller.numa_cpus.erase(
      std::remove_if(smaller.numa_cpus.begin(), smaller.numa_cpus.end(),
                     [&](const NumaCpu& b) { return b.node_id == gone.id; }),
      smaller.numa_cpus.end());
  smaller.numa_distances.erase(std::remove_if(smaller.numa_distances.begin(),
                                              smaller.numa_distances.end(),
                                              [&](const NumaDistance& d) {
                                                return d.from == gone.id ||
                                                       d.to == gone.id;
                                              }),
                               smaller.numa_distances.end());
  for (NumaNode& node : smaller.numa_nodes) close_up(node.id);
  for (NumaCpu& binding : smaller.numa_cpus) close_up(binding.node_id);
  for (NumaDistance& distance : smaller.numa_distances) {
    close_up(distance.from);
    close_up(distance.to);
  }
  return smaller;
}

// The machine without one node, whose memory goes to another one, so that RAM
// keeps its size. nullopt if that one has no memory to add to.
std::optional<MachineOptions> Merged(const MachineOptions& machine,
                                     size_t index, uint32_t into_id) {
  const NumaNode& gone = machine.numa_nodes[index];
  MachineOptions merged = WithoutNode(machine, index);
  merged.memory = machine.memory;
  const uint32_t id = into_id > gone.id ? into_id - 1 : into_id;
  const auto into = absl::c_find_if(
      merged.numa_nodes, [id](const NumaNode& n) { return n.id == id; });
  if (into == merged.numa_nodes.end()) return std::nullopt;
  const uint64_t size_bytes = NodeSizeBytes(machine, gone);
  if (into->mem_bytes) {
    *into->mem_bytes += size_bytes;
  } else if (into->memdev && BackendOf(merged, *into->memdev) != nullptr) {
    BackendOf(merged, *into->memdev)->size_bytes += size_bytes;
  } else {
    return std::nullopt;
  }
  return merged;
}

class MachineShrinker {
 public:
  MachineShrinker(const std::function<bool(const MachineOptions&)>& test,
                  int most_runs)
      : still_fails_(test), runs_left_(most_runs) {}

  bool DropNodes(MachineOptions& machine) {
    bool shrunk = false;
    for (size_t i = machine.numa_nodes.size(); i-- > 0;) {
      shrunk |= Adopt(WithoutNode(machine, i), machine);
    }
    return shrunk;
  }

  // Into the node below or above, where dropping it breaks a sum.
  bool MergeNodes(MachineOptions& machine) {
    bool shrunk = false;
    for (size_t i = machine.numa_nodes.size(); i-- > 0;) {
      const uint32_t id = machine.numa_nodes[i].id;
      for (const uint32_t into : {id - 1, id + 1}) {
        std::optional<MachineOptions> merged = Merged(machine, i, into);
        if (!merged || !Adopt(*std::move(merged), machine)) continue;
        shrunk = true;
        break;
      }
    }
    return shrunk;
  }

  // First, as they name nodes and backends.
  bool DropExtras(MachineOptions& machine) {
    bool shrunk = DropEach(machine, &MachineOptions::devices);
    shrunk |= DropEach(machine, &MachineOptions::hmat_caches);
    shrunk |= DropAll(machine, &MachineOptions::hmat_values);
    shrunk |= DropEach(machine, &MachineOptions::hmat_values);
    shrunk |= DropEach(machine, &MachineOptions::cxl_windows);
    shrunk |= DropAll(machine, &MachineOptions::generic_affinities);
    shrunk |= DropEach(machine, &MachineOptions::generic_affinities);
    shrunk |= DropAll(machine, &MachineOptions::numa_distances);
    shrunk |= DropAll(machine, &MachineOptions::numa_cpus);
    return shrunk;
  }

  bool LowerMemory(MachineOptions& machine) {
    bool shrunk = false;
    for (size_t i = 0; i < machine.numa_nodes.size(); ++i) {
      const NumaNode& node = machine.numa_nodes[i];
      shrunk |= Lower(NodeSizeBytes(machine, node), machine,
                      [i](MachineOptions& m, uint64_t size_bytes) {
                        NumaNode& n = m.numa_nodes[i];
                        if (n.mem_bytes) {
                          n.mem_bytes = size_bytes;
                        } else if (n.memdev) {
                          BackendOf(m, *n.memdev)->size_bytes = size_bytes;
                        }
                      });
    }
    if (machine.numa_nodes.empty()) {
      shrunk |= Lower(machine.memory.ram_size_bytes, machine,
                      [](MachineOptions& m, uint64_t size_bytes) {
                        if (MemoryBackend* b = BackendOf(m, m.memory_backend)) {
                          b->size_bytes = size_bytes;
                        }
                      });
    }
    return shrunk;
  }

  // What is hot-pluggable beyond RAM.
  bool LowerMaxMemory(MachineOptions& machine) {
    const MemoryOptions& memory = machine.memory;
    if (memory.maxram_size_bytes <= memory.ram_size_bytes) return false;
    MachineOptions none = machine;
    none.memory.maxram_size_bytes = memory.ram_size_bytes;
    none.memory.slots = 0;
    return Adopt(std::move(none), machine);
  }

 private:
  template <typename List>
  bool DropAll(MachineOptions& machine, List MachineOptions::*list) {
    if ((machine.*list).empty()) return false;
    MachineOptions smaller = machine;
    (smaller.*list).clear();
    return Adopt(std::move(smaller), machine);
  }

  template <typename List>
  bool DropEach(MachineOptions& machine, List MachineOptions::*list) {
    bool shrunk = false;
    for (size_t i = (machine.*list).size(); i-- > 0;) {
      MachineOptions smaller = machine;
      (smaller.*list).erase((smaller.*list).begin() + i);
      shrunk |= Adopt(std::move(smaller), machine);
    }
    return shrunk;
  }

  // Bisects in steps of 8 KiB; `set` writes the new size where it is kept.
  template <typename Set>
  bool Lower(uint64_t size_bytes, MachineOptions& machine, Set set) {
    const uint64_t original_bytes = size_bytes;
    const MachineOptions start = machine;
    const auto adopt = [&](uint64_t steps) {
      const uint64_t cut_bytes = steps * kStepBytes;
      MachineOptions smaller = start;
      TakeRam(smaller, cut_bytes);
      set(smaller, original_bytes - cut_bytes);
      return Adopt(std::move(smaller), machine);
    };
    uint64_t fails = 0;  // steps taken off that still fail
    uint64_t passes =
        std::min(size_bytes, start.memory.ram_size_bytes) / kStepBytes + 1;
    while (passes - fails > 1) {
      const uint64_t middle = fails + (passes - fails) / 2;
      (adopt(middle) ? fails : passes) = middle;
    }
    return fails > 0;
  }

  bool Adopt(MachineOptions candidate, MachineOptions& machine) {
    if (runs_left_ == 0 || !Validate(candidate).ok()) return false;
    --runs_left_;
    if (!still_fails_(candidate)) return false;
    machine = std::move(candidate);
    return true;
  }

  const std::function<bool(const MachineOptions&)>& still_fails_;
  int runs_left_;
};

}  // namespace

MachineOptions ShrinkMachine(
    MachineOptions machine,
    const std::function<bool(const MachineOptions&)>& still_fails,
    int most_runs) {
  MachineShrinker shrinker(still_fails, most_runs);
  bool shrunk = true;
  while (shrunk) {
    shrunk = shrinker.DropExtras(machine);
    shrunk |= shrinker.DropNodes(machine);
    shrunk |= shrinker.MergeNodes(machine);
    shrunk |= shrinker.LowerMaxMemory(machine);
    shrunk |= shrinker.LowerMemory(machine);
  }
  return machine;
}

}  // namespace e820check
