// SPDX-License-Identifier: Apache-2.0

#include "rangetree/hmat.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "machine/address_range.h"
#include "machine/hmat_table.h"

namespace e820check {
namespace {

constexpr size_t kDataTypes = 6;

// The processor domain nearest to each node, doc/spec/qemu-layout.md 8.1: the
// node itself if it has CPUs, else what initiator= says, else kMaxNumaNodes.
std::vector<uint32_t> NearestInitiators(const MachineOptions& options,
                                        const NumaPlan& plan) {
  std::vector<uint32_t> initiators(plan.nodes.size(), kMaxNumaNodes);
  for (const NumaNode& node : options.numa_nodes) {
    initiators[node.id] = node.initiator.value_or(kMaxNumaNodes);
  }
  for (const uint32_t node : plan.node_of_cpu) initiators[node] = node;
  return initiators;
}

void AddDomains(const MachineOptions& options, const BoardPolicy& policy,
                const NumaPlan& plan, HmatTable& table) {
  const std::vector<uint32_t> nearest = NearestInitiators(options, plan);
  for (uint32_t id = 0; id < plan.nodes.size(); ++id) {
    const NumaPlan::Node& node = plan.nodes[id];
    const bool has_memory =
        node.size_bytes > 0 && node.memmap_type != MemmapType::kReserved;
    if (!has_memory && policy.release.hmat_skips_empty_nodes) continue;
    table.structures.emplace_back(MemoryProximityDomain{
        .flags = static_cast<uint16_t>(nearest[id] != kMaxNumaNodes),
        .initiator = nearest[id],
        .memory = id});
  }
}

// The rows and columns of every list.
struct Axes {
  std::vector<uint32_t> initiators;
  std::vector<uint32_t> targets;
  std::vector<size_t> row_of;  // by node; initiators.size() if it has none
};

Axes AxesOf(const MachineOptions& options, const NumaPlan& plan) {
  std::vector<bool> initiates(plan.nodes.size());
  for (const uint32_t node : plan.node_of_cpu) initiates[node] = true;
  for (const GenericAffinity& generic : options.generic_affinities) {
    if (generic.kind == GenericAffinity::Kind::kInitiator &&
        generic.node < initiates.size()) {
      initiates[generic.node] = true;
    }
  }
  Axes axes;
  for (uint32_t id = 0; id < plan.nodes.size(); ++id) {
    axes.targets.push_back(id);
    axes.row_of.push_back(axes.initiators.size());
    if (initiates[id]) {
      axes.initiators.push_back(id);
    } else {
      axes.row_of.back() = SIZE_MAX;
    }
  }
  return axes;
}

// The values of one list, and the unit they have in common.
class List {
 public:
  void Add(const HmatValue& value) {
    values_.push_back(&value);
    if (value.value == 0) return;
    any_ = true;
    bits_ |= value.value;
    while (value.value % power_of_ten_ != 0) power_of_ten_ /= 10;
  }

  bool empty() const { return values_.empty(); }

  LatencyBandwidth Structure(const Axes& axes) const {
    const HmatValue& first = *values_.front();
    const bool latency = IsLatency(first.data_type);
    // A list of zeros has whatever unit QEMU's search starts with.
    const uint64_t unit = latency ? (any_ ? power_of_ten_ : UINT64_MAX)
                                  : uint64_t{1} << LowestBit();
    LatencyBandwidth list;
    list.flags = static_cast<uint8_t>(first.hierarchy);
    list.data_type = static_cast<uint8_t>(first.data_type);
    // QEMU writes 32 bits of the unit, in picoseconds or MiB/s.
    list.base_unit =
        static_cast<uint32_t>(latency ? unit * 1000 : unit >> kMiBShift);
    list.initiators = axes.initiators;
    list.targets = axes.targets;
    list.entries.resize(axes.initiators.size() * axes.targets.size());
    for (const HmatValue* value : values_) {
      const size_t row = value->initiator < axes.row_of.size()
                             ? axes.row_of[value->initiator]
                             : SIZE_MAX;
      if (row == SIZE_MAX) continue;
      list.entries[row * axes.targets.size() + value->target] =
          static_cast<uint16_t>(value->value / unit);
    }
    return list;
  }

 private:
  static constexpr int kMiBShift = 20;

  int LowestBit() const { return bits_ == 0 ? 0 : std::countr_zero(bits_); }

  std::vector<const HmatValue*> values_;
  bool any_ = false;  // other than 0
  uint64_t bits_ = 0;
  uint64_t power_of_ten_ = 10'000'000'000'000'000'000u;
};

void AddLists(const MachineOptions& options, const NumaPlan& plan,
              HmatTable& table) {
  if (options.hmat_values.empty()) return;
  std::array<List, (kMaxHmatCacheLevel + 1) * kDataTypes> lists;
  for (const HmatValue& value : options.hmat_values) {
    lists[static_cast<size_t>(value.hierarchy) * kDataTypes +
          static_cast<size_t>(value.data_type)]
        .Add(value);
  }
  const Axes axes = AxesOf(options, plan);
  for (const List& list : lists) {
    if (!list.empty()) table.structures.emplace_back(list.Structure(axes));
  }
}

void AddCaches(const MachineOptions& options, const NumaPlan& plan,
               HmatTable& table) {
  std::vector<const HmatCache*> caches;
  std::vector<uint32_t> levels(plan.nodes.size());
  for (const HmatCache& cache : options.hmat_caches) {
    caches.push_back(&cache);
    ++levels[cache.node];
  }
  std::sort(
      caches.begin(), caches.end(), [](const HmatCache* a, const HmatCache* b) {
        return a->node != b->node ? a->node < b->node : a->level < b->level;
      });
  for (const HmatCache* cache : caches) {
    uint32_t attributes = cache->line_bytes;
    for (const auto field : {static_cast<uint32_t>(cache->write_policy),
                             static_cast<uint32_t>(cache->associativity),
                             uint32_t{cache->level}, levels[cache->node]}) {
      attributes = attributes << 4 | field;
    }
    table.structures.emplace_back(
        MemorySideCache{.memory = cache->node,
                        .size_bytes = cache->size_bytes,
                        .attributes = attributes});
  }
}

}  // namespace

std::string BuildHmat(const MachineOptions& options, const BoardPolicy& policy,
                      const NumaPlan& plan) {
  HmatTable table;
  table.header.oem = options.oem;
  AddDomains(options, policy, plan, table);
  AddLists(options, plan, table);
  AddCaches(options, plan, table);
  return EncodeHmat(table);
}

}  // namespace e820check
