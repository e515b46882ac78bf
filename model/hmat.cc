// SPDX-License-Identifier: Apache-2.0

#include "model/hmat.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "machine/address_range.h"
#include "machine/hmat_table.h"

namespace e820check::model {
namespace {

using Hierarchy = HmatValue::Hierarchy;
using DataType = HmatValue::DataType;

// 8 item 1.
void AppendDomains(const LayoutPolicy& policy, const NumaTopology& numa,
                   HmatTable& table, Journal& journal) {
  for (uint32_t id = 0; id < numa.nodes.size(); ++id) {
    const NumaTopology::Node& node = numa.nodes[id];
    const bool memoryless =
        node.size_bytes == 0 || node.memmap_type == MemmapType::kReserved;
    if (policy.release.hmat_skips_memoryless_nodes && memoryless) {
      journal.Reach(Rule::kHmatMemorylessSkipped);
      continue;
    }
    MemoryProximityDomain domain = {.initiator = kMaxNumaNodes, .memory = id};
    journal.Reach(node.initiator ? Rule::kHmatInitiator
                                 : Rule::kHmatNoInitiator);
    if (node.initiator) {
      domain.flags = MemoryProximityDomain::kInitiatorValid;
      domain.initiator = *node.initiator;
    }
    table.structures.emplace_back(domain);
  }
}

// The largest power of ten that divides a latency.
uint64_t PowerOfTenIn(uint64_t latency) {
  uint64_t power = 1;
  while (latency % 10 == 0) {
    latency /= 10;
    power *= 10;
  }
  return power;
}

// Nanoseconds; 2^64 - 1 where all latencies are zero.
uint64_t BaseOfLatencies(const std::vector<HmatValue>& values) {
  uint64_t base = UINT64_MAX;
  for (const HmatValue& value : values) {
    if (value.value == 0) continue;
    base = std::min(base, PowerOfTenIn(value.value));
  }
  return base;
}

// Bytes a second: the lowest bit set in any value; 1 where all are zero.
uint64_t BaseOfBandwidths(const std::vector<HmatValue>& values) {
  uint64_t bits = 0;
  for (const HmatValue& value : values) bits |= value.value;
  uint64_t base = 1;
  while (bits != 0 && (bits & base) == 0) base *= 2;
  return base;
}

std::vector<HmatValue> ValuesOf(const MachineOptions& options,
                                Hierarchy hierarchy, DataType type) {
  std::vector<HmatValue> values;
  for (const HmatValue& value : options.hmat_values) {
    if (value.hierarchy == hierarchy && value.data_type == type) {
      values.push_back(value);
    }
  }
  return values;
}

// 8 item 2. `values` is not empty.
LatencyBandwidth BuildList(const std::vector<HmatValue>& values,
                           const NumaTopology& numa, Journal& journal) {
  LatencyBandwidth list;
  list.flags = static_cast<uint8_t>(values.front().hierarchy);
  list.data_type = static_cast<uint8_t>(values.front().data_type);
  uint64_t base = 0;
  // QEMU keeps the unit that it writes in 32 bits.
  if (IsLatency(values.front().data_type)) {
    journal.Reach(Rule::kHmatLatency);
    base = BaseOfLatencies(values);
    list.base_unit = static_cast<uint32_t>(base * 1000);
  } else {
    journal.Reach(Rule::kHmatBandwidth);
    base = BaseOfBandwidths(values);
    list.base_unit = static_cast<uint32_t>(base / kMiB);
  }
  if (std::all_of(values.begin(), values.end(),
                  [](const HmatValue& value) { return value.value == 0; })) {
    journal.Reach(Rule::kHmatAllZero);
  }
  for (uint32_t id = 0; id < numa.nodes.size(); ++id) {
    if (numa.nodes[id].is_initiator) list.initiators.push_back(id);
    list.targets.push_back(id);
  }
  list.entries.resize(list.initiators.size() * list.targets.size());
  for (const HmatValue& value : values) {
    const auto row = std::find(list.initiators.begin(), list.initiators.end(),
                               value.initiator);
    // A generic initiator's node need not exist.
    if (row == list.initiators.end()) continue;
    const size_t index =
        (row - list.initiators.begin()) * list.targets.size() + value.target;
    list.entries[index] = static_cast<uint16_t>(value.value / base);
  }
  return list;
}

void AppendLists(const MachineOptions& options, const NumaTopology& numa,
                 HmatTable& table, Journal& journal) {
  for (const Hierarchy hierarchy : {Hierarchy::kMemory, Hierarchy::kLevel1,
                                    Hierarchy::kLevel2, Hierarchy::kLevel3}) {
    for (const DataType type :
         {DataType::kAccessLatency, DataType::kReadLatency,
          DataType::kWriteLatency, DataType::kAccessBandwidth,
          DataType::kReadBandwidth, DataType::kWriteBandwidth}) {
      const std::vector<HmatValue> values = ValuesOf(options, hierarchy, type);
      if (values.empty()) continue;
      table.structures.emplace_back(BuildList(values, numa, journal));
    }
  }
}

// 8 item 3.
void AppendCaches(const MachineOptions& options, const NumaTopology& numa,
                  HmatTable& table, Journal& journal) {
  for (uint32_t id = 0; id < numa.nodes.size(); ++id) {
    std::vector<HmatCache> levels;
    for (const HmatCache& cache : options.hmat_caches) {
      if (cache.node == id) levels.push_back(cache);
    }
    std::sort(levels.begin(), levels.end(),
              [](const HmatCache& a, const HmatCache& b) {
                return a.level < b.level;
              });
    for (const HmatCache& cache : levels) {
      journal.Reach(Rule::kHmatCache);
      const uint32_t attributes =
          static_cast<uint32_t>(levels.size()) |
          static_cast<uint32_t>(cache.level) << 4 |
          static_cast<uint32_t>(cache.associativity) << 8 |
          static_cast<uint32_t>(cache.write_policy) << 12 |
          static_cast<uint32_t>(cache.line_bytes) << 16;
      table.structures.emplace_back(
          MemorySideCache{.memory = id,
                          .size_bytes = cache.size_bytes,
                          .attributes = attributes});
    }
  }
}

}  // namespace

std::string BuildHmat(const MachineOptions& options, const LayoutPolicy& policy,
                      const NumaTopology& numa, Journal& journal) {
  if (!options.hmat) return "";
  HmatTable table;
  table.header.oem = options.oem;
  AppendDomains(policy, numa, table, journal);
  AppendLists(options, numa, table, journal);
  AppendCaches(options, numa, table, journal);
  return EncodeHmat(table);
}

}  // namespace e820check::model
