// SPDX-License-Identifier: Apache-2.0

#include "machine/machine_options.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace e820check {
namespace {

absl::Status Breach(const std::string& what) {
  return absl::InvalidArgumentError(what);
}

const NumaNode* FindNode(const MachineOptions& options, uint32_t id) {
  for (const NumaNode& node : options.numa_nodes) {
    if (node.id == id) return &node;
  }
  return nullptr;
}

absl::Status ValidateTopology(const SmpTopology& smp) {
  if (smp.maxcpus > kMaxPossibleCpus) return Breach("smp: too many CPUs");
  uint64_t product = 1;
  for (const uint32_t level :
       {smp.sockets, smp.dies, smp.modules, smp.cores, smp.threads}) {
    product *= level;
    if (product == 0 || product > smp.maxcpus) {
      return Breach("smp: the levels' product is not maxcpus");
    }
  }
  if (product != smp.maxcpus) {
    return Breach("smp: the levels' product is not maxcpus");
  }
  if (smp.cpus < 1 || smp.cpus > smp.maxcpus) {
    return Breach("smp: cpus is not in 1..maxcpus");
  }
  return absl::OkStatus();
}

absl::Status ValidateMemory(const MachineOptions& options) {
  const MemoryOptions& memory = options.memory;
  if (memory.ram_size_from_backend) {
    const MemoryBackend* backend = FindBackend(options, options.memory_backend);
    if (backend == nullptr || backend->size_bytes != memory.ram_size_bytes) {
      return Breach("memory: RAM size is not that of memory-backend");
    }
    return absl::OkStatus();
  }
  if (memory.ram_size_bytes % 8192 != 0) {
    return Breach("memory: RAM size is no multiple of 8 KiB");
  }
  if (memory.maxram_size_bytes < memory.ram_size_bytes) {
    return Breach("memory: maxmem is below the RAM size");
  }
  if (memory.slots != 0 && memory.maxram_size_bytes == memory.ram_size_bytes) {
    return Breach("memory: slots without hot-pluggable memory");
  }
  return absl::OkStatus();
}

absl::Status ValidateBackends(const MachineOptions& options) {
  std::set<std::string> ids;
  for (const MemoryBackend& backend : options.backends) {
    if (!ids.insert(backend.id).second) {
      return Breach(absl::StrCat("backend ", backend.id, " is there twice"));
    }
    if (backend.size_bytes == 0) {
      return Breach(absl::StrCat("backend ", backend.id, " has size 0"));
    }
  }
  if (!options.memory_backend.empty() &&
      ids.count(options.memory_backend) == 0) {
    return Breach("memory-backend names no backend");
  }
  return absl::OkStatus();
}

absl::Status ValidateNodes(const MachineOptions& options) {
  std::set<uint32_t> ids;
  bool any_mem = false;
  bool any_memdev = false;
  for (const NumaNode& node : options.numa_nodes) {
    const std::string name = absl::StrCat("node ", node.id);
    if (node.id >= kMaxNumaNodes) return Breach(name + ": id is too high");
    if (!ids.insert(node.id).second) return Breach(name + " is there twice");
    any_mem |= node.mem_bytes.has_value();
    any_memdev |= node.memdev.has_value();
    if (node.memdev && FindBackend(options, *node.memdev) == nullptr) {
      return Breach(name + ": memdev names no backend");
    }
  }
  if (any_mem && any_memdev) return Breach("mem= and memdev= are mixed");
  return absl::OkStatus();
}

// Whether CPU `index` has all the ids that `binding` names.
bool Matches(const SmpTopology& smp, const NumaCpu& binding, uint32_t index) {
  const auto take = [&index](uint32_t count) {
    const uint32_t id = index % count;
    index /= count;
    return id;
  };
  const auto agrees = [](const std::optional<uint32_t>& wanted, uint32_t id) {
    return !wanted || *wanted == id;
  };
  return agrees(binding.thread_id, take(smp.threads)) &&
         agrees(binding.core_id, take(smp.cores)) &&
         agrees(binding.module_id, take(smp.modules)) &&
         agrees(binding.die_id, take(smp.dies)) &&
         agrees(binding.socket_id, index);
}

absl::Status ValidateCpuBindings(const MachineOptions& options) {
  std::vector<std::optional<uint32_t>> node_of_cpu(options.smp.maxcpus);
  bool conflict = false;
  const auto bind = [&](uint32_t cpu, uint32_t node) {
    conflict |= node_of_cpu[cpu].value_or(node) != node;
    node_of_cpu[cpu] = node;
  };
  for (const NumaNode& node : options.numa_nodes) {
    for (const CpuIndexRange& range : node.cpus) {
      if (range.first > range.last || range.last >= options.smp.maxcpus) {
        return Breach(absl::StrCat("node ", node.id, ": cpus out of range"));
      }
      for (uint32_t cpu = range.first; cpu <= range.last; ++cpu) {
        bind(cpu, node.id);
      }
    }
  }
  for (const NumaCpu& binding : options.numa_cpus) {
    if (FindNode(options, binding.node_id) == nullptr) {
      return Breach(absl::StrCat("cpu: no node ", binding.node_id));
    }
    bool matched = false;
    for (uint32_t cpu = 0; cpu < options.smp.maxcpus; ++cpu) {
      if (!Matches(options.smp, binding, cpu)) continue;
      matched = true;
      bind(cpu, binding.node_id);
    }
    if (!matched) return Breach("cpu: the ids match no CPU");
  }
  if (conflict) return Breach("a CPU is in two nodes");
  return absl::OkStatus();
}

absl::Status ValidateDistances(const MachineOptions& options) {
  for (const NumaDistance& distance : options.numa_distances) {
    if (FindNode(options, distance.from) == nullptr ||
        FindNode(options, distance.to) == nullptr) {
      return Breach("dist: names no node");
    }
    if (distance.value < 10 ||
        (distance.from == distance.to && distance.value != 10)) {
      return Breach("dist: value is below 10, or not 10 on the diagonal");
    }
  }
  return absl::OkStatus();
}

// An initiator is a declared node, or one that a generic initiator names: such
// need not exist.
bool MayInitiate(const MachineOptions& options, uint32_t node) {
  return FindNode(options, node) != nullptr ||
         std::any_of(options.generic_affinities.begin(),
                     options.generic_affinities.end(),
                     [node](const GenericAffinity& generic) {
                       return generic.kind ==
                                  GenericAffinity::Kind::kInitiator &&
                              generic.node == node;
                     });
}

// Latencies and bandwidths: each pair once in each list.
absl::Status ValidateHmatValues(const MachineOptions& options) {
  std::set<
      std::tuple<HmatValue::Hierarchy, HmatValue::DataType, uint32_t, uint32_t>>
      given;
  for (const HmatValue& value : options.hmat_values) {
    if (!options.hmat) return Breach("hmat-lb: without hmat=on");
    if (!MayInitiate(options, value.initiator) ||
        FindNode(options, value.target) == nullptr) {
      return Breach("hmat-lb: names no node");
    }
    if (!IsLatency(value.data_type) && value.value % (1 << 20) != 0) {
      return Breach("hmat-lb: bandwidth is no multiple of 1 MiB");
    }
    if (!given
             .insert({value.hierarchy, value.data_type, value.initiator,
                      value.target})
             .second) {
      return Breach("hmat-lb: a value is there twice");
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateHmatCaches(const MachineOptions& options) {
  std::map<uint32_t, std::vector<uint64_t>> sizes_of_node;
  for (const HmatCache& cache : options.hmat_caches) {
    if (!options.hmat) return Breach("hmat-cache: without hmat=on");
    if (FindNode(options, cache.node) == nullptr) {
      return Breach("hmat-cache: names no node");
    }
    std::vector<uint64_t>& sizes = sizes_of_node[cache.node];
    if (cache.level < 1 || cache.level > kMaxHmatCacheLevel ||
        cache.level != sizes.size() + 1) {
      return Breach("hmat-cache: a level is missing or there twice");
    }
    if (!sizes.empty() && cache.size_bytes <= sizes.back()) {
      return Breach("hmat-cache: a level is not larger than the one below");
    }
    sizes.push_back(cache.size_bytes);
  }
  return absl::OkStatus();
}

absl::Status ValidateObjects(const MachineOptions& options) {
  std::set<std::string> ids;
  for (const MemoryBackend& backend : options.backends) ids.insert(backend.id);
  for (const std::string& id : options.other_object_ids) {
    if (!ids.insert(id).second) {
      return Breach(absl::StrCat("object ", id, " is there twice"));
    }
  }
  for (const GenericAffinity& generic : options.generic_affinities) {
    if (std::count(options.other_object_ids.begin(),
                   options.other_object_ids.end(), generic.id) == 0) {
      return Breach(
          absl::StrCat("generic affinity ", generic.id, " is no object"));
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateDevices(const MachineOptions& options) {
  for (const Device& device : options.devices) {
    if (!device.memdev.empty() &&
        FindBackend(options, device.memdev) == nullptr) {
      return Breach("device: memdev names no backend");
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool IsLatency(HmatValue::DataType type) {
  return type == HmatValue::DataType::kAccessLatency ||
         type == HmatValue::DataType::kReadLatency ||
         type == HmatValue::DataType::kWriteLatency;
}

bool IsMemoryDevice(Device::Kind kind) {
  return kind != Device::Kind::kOther && kind != Device::Kind::kPxbCxl;
}

std::string ToString(MemmapType type) {
  switch (type) {
    case MemmapType::kNormal:
      return "normal";
    case MemmapType::kSpm:
      return "spm";
    case MemmapType::kReserved:
      return "reserved";
  }
  return "";
}

const MemoryBackend* FindBackend(const MachineOptions& options,
                                 const std::string& id) {
  const auto found =
      std::find_if(options.backends.begin(), options.backends.end(),
                   [&](const MemoryBackend& b) { return b.id == id; });
  return found == options.backends.end() ? nullptr : &*found;
}

uint64_t NodeSizeBytes(const MachineOptions& options, const NumaNode& node) {
  if (node.mem_bytes) return *node.mem_bytes;
  if (!node.memdev) return 0;
  const MemoryBackend* backend = FindBackend(options, *node.memdev);
  return backend == nullptr ? 0 : backend->size_bytes;
}

absl::Status Validate(const MachineOptions& options) {
  if (absl::Status s = ValidateTopology(options.smp); !s.ok()) return s;
  if (absl::Status s = ValidateBackends(options); !s.ok()) return s;
  if (absl::Status s = ValidateMemory(options); !s.ok()) return s;
  if (absl::Status s = ValidateNodes(options); !s.ok()) return s;
  if (absl::Status s = ValidateCpuBindings(options); !s.ok()) return s;
  if (absl::Status s = ValidateDistances(options); !s.ok()) return s;
  if (absl::Status s = ValidateHmatValues(options); !s.ok()) return s;
  if (absl::Status s = ValidateHmatCaches(options); !s.ok()) return s;
  if (absl::Status s = ValidateObjects(options); !s.ok()) return s;
  return ValidateDevices(options);
}

}  // namespace e820check
