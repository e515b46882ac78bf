// SPDX-License-Identifier: Apache-2.0

#include "model/numa_tables.h"

#include "machine/acpi_header.h"
#include "machine/slit_table.h"
#include "machine/wire.h"
#include "model/cpu_topology.h"

namespace e820check::model {
namespace {

constexpr uint32_t kCpuEnabled = 1;

// 6.2: one row for each possible CPU, started or not.
void AppendCpuRows(const MachineOptions& options, const NumaTopology& numa,
                   std::vector<SratRow>& rows) {
  for (uint32_t cpu = 0; cpu < options.smp.maxcpus; ++cpu) {
    const uint64_t apic_id = ApicIdOf(options.smp, cpu);
    const uint32_t node = numa.node_of_cpu[cpu];
    if (apic_id < kFirstX2ApicId) {
      // QEMU writes the low byte of the node only; all nodes fit in it.
      rows.push_back(LocalApicAffinity{.proximity_domain = node & 0xff,
                                       .apic_id = static_cast<uint8_t>(apic_id),
                                       .flags = kCpuEnabled});
    } else {
      rows.push_back(X2ApicAffinity{.proximity_domain = node,
                                    .x2apic_id = static_cast<uint32_t>(apic_id),
                                    .flags = kCpuEnabled});
    }
  }
}

}  // namespace

// Sums wrap at 2^64 where the sizes of nodes do, as in QEMU.
std::vector<MemoryAffinity> WalkNodes(const NumaTopology& numa,
                                      const RamSplit& split,
                                      uint64_t above_base) {
  const uint64_t below = split.below_bytes;
  std::vector<MemoryAffinity> rows;
  uint64_t next = 0;
  for (uint32_t id = 0; id < numa.nodes.size(); ++id) {
    const NumaTopology::Node& node = numa.nodes[id];
    const auto emit = [&](uint64_t base, uint64_t length_bytes) {
      if (length_bytes == 0) return;
      // memmap-type.md 5: a reserved node takes its place but has no row.
      if (node.memmap_type == MemmapType::kReserved) return;
      rows.push_back({.proximity_domain = id,
                      .base = base,
                      .length_bytes = length_bytes,
                      .flags = MemoryAffinity::kEnabled});
    };
    uint64_t base = next;
    uint64_t length = node.size_bytes;
    next = base + length;
    // Step A: leave out 640 KiB to 1 MiB.
    if (base <= kLegacyHoleStart && next > kLegacyHoleStart) {
      emit(base, length - (next - kLegacyHoleStart));
      if (next <= kLegacyHoleEnd) {
        // QEMU's error, kept: the walk moves on to 1 MiB although the node's
        // RAM ends before, so all later nodes are reported too high.
        next = kLegacyHoleEnd;
        continue;
      }
      base = kLegacyHoleEnd;
      length = next - kLegacyHoleEnd;
    }
    // Step B: go on above 4 GiB where low RAM ends.
    if (base <= below && next > below) {
      emit(base, length - (next - below));
      base = above_base;
      length = next - below;
      next = base + length;
    }
    // Step C.
    emit(base, length);
  }
  return rows;
}

std::string BuildSrat(const MachineOptions& options, const NumaTopology& numa,
                      const RamSplit& split, const AddressSpace& space) {
  SratTable table;
  table.header.oem = options.oem;
  AppendCpuRows(options, numa, table.rows);

  std::vector<MemoryAffinity> memory = WalkNodes(numa, split, space.above_base);
  // 6.4 item 3: padding.
  while (memory.size() < numa.nodes.size() + kSpareMemoryRows) {
    memory.push_back({});
  }
  // 6.4 item 5: the hot-plug area. Its size may have wrapped to 0; QEMU leaves
  // out an empty one.
  if (space.device_memory && space.device_memory->size_bytes != 0) {
    memory.push_back(
        {.proximity_domain = static_cast<uint32_t>(numa.nodes.size() - 1),
         .base = space.device_memory->base,
         .length_bytes = space.device_memory->size_bytes,
         .flags = MemoryAffinity::kEnabled | MemoryAffinity::kHotPluggable});
  }
  table.rows.insert(table.rows.end(), memory.begin(), memory.end());
  return EncodeSrat(table);
}

std::string BuildSlit(const MachineOptions& options, const NumaTopology& numa) {
  if (numa.distances.empty()) return "";
  SlitTable table;
  table.header.oem = options.oem;
  table.locality_count = numa.nodes.size();
  table.distances = numa.distances;
  return EncodeSlit(table);
}

std::string BuildHmat(const MachineOptions& options, const LayoutPolicy& policy,
                      const NumaTopology& numa) {
  if (!options.hmat) return "";
  std::string body;
  AppendLittleEndian<uint32_t>(0, body);
  for (uint32_t id = 0; id < numa.nodes.size(); ++id) {
    const NumaTopology::Node& node = numa.nodes[id];
    const bool memoryless =
        node.size_bytes == 0 || node.memmap_type == MemmapType::kReserved;
    if (policy.hmat_skips_memoryless_nodes && memoryless) continue;
    AppendLittleEndian<uint16_t>(0, body);   // type
    AppendLittleEndian<uint16_t>(0, body);   // reserved
    AppendLittleEndian<uint32_t>(40, body);  // length
    AppendLittleEndian<uint16_t>(node.initiator.has_value() ? 1 : 0, body);
    AppendLittleEndian<uint16_t>(0, body);  // reserved
    AppendLittleEndian<uint32_t>(node.initiator.value_or(kMaxNumaNodes), body);
    AppendLittleEndian<uint32_t>(id, body);
    AppendLittleEndian<uint32_t>(0, body);  // reserved
    AppendLittleEndian<uint64_t>(0, body);  // reserved
    AppendLittleEndian<uint64_t>(0, body);  // reserved
  }
  return EncodeAcpiTable(
      {.signature = {'H', 'M', 'A', 'T'}, .revision = 2, .oem = options.oem},
      body);
}

}  // namespace e820check::model
