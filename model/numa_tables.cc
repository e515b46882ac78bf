// SPDX-License-Identifier: Apache-2.0

#include "model/numa_tables.h"

#include <map>

#include "machine/slit_table.h"
#include "model/cpu_topology.h"
#include "model/qom_order.h"

namespace e820check::model {
namespace {

constexpr uint32_t kCpuEnabled = 1;

// 6.2: one row for each possible CPU, started or not.
void AppendCpuRows(const MachineOptions& options, const NumaTopology& numa,
                   std::vector<SratRow>& rows, Journal& journal) {
  for (uint32_t cpu = 0; cpu < options.smp.maxcpus; ++cpu) {
    const uint64_t apic_id = ApicIdOf(options.smp, cpu);
    const uint32_t node = numa.node_of_cpu[cpu];
    if (apic_id < kFirstX2ApicId) {
      journal.Reach(Rule::kCpuRowLocalApic);
      // QEMU writes the low byte of the node only; all nodes fit in it.
      rows.push_back(LocalApicAffinity{.proximity_domain = node & 0xff,
                                       .apic_id = static_cast<uint8_t>(apic_id),
                                       .flags = kCpuEnabled});
    } else {
      journal.Reach(Rule::kCpuRowX2Apic);
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
                                      uint64_t above_base, Journal& journal) {
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
      journal.Reach(Rule::kNodeCrossesLegacyHole);
      emit(base, length - (next - kLegacyHoleStart));
      if (next <= kLegacyHoleEnd) {
        // QEMU's error, kept: the walk moves on to 1 MiB although the node's
        // RAM ends before, so all later nodes are reported too high.
        journal.Reach(Rule::kNodeEndsInLegacyHole);
        next = kLegacyHoleEnd;
        continue;
      }
      base = kLegacyHoleEnd;
      length = next - kLegacyHoleEnd;
    }
    // Step B: go on above 4 GiB where low RAM ends.
    if (base <= below && next > below) {
      journal.Reach(Rule::kNodeCrossesLowRamEnd);
      emit(base, length - (next - below));
      base = above_base;
      length = next - below;
      next = base + length;
    }
    // Step C.
    journal.Reach(Rule::kNodeRow);
    emit(base, length);
  }
  return rows;
}

namespace {

// 6.4 item 1; the order is that of 6.7.
void AppendNvdimmRows(const MachineOptions& options,
                      const std::vector<PluggedDevice>& devices,
                      std::vector<MemoryAffinity>& rows, Journal& journal) {
  if (!options.nvdimm) return;
  size_t last = 0;
  for (const size_t index : DevicesInVisitOrder(options.devices)) {
    for (const PluggedDevice& plugged : devices) {
      const Device& device = options.devices[index];
      if (plugged.device != index ||
          plugged.contents != PluggedDevice::Contents::kNonVolatile) {
        continue;
      }
      journal.Reach(Rule::kNvdimmRow);
      if (index < last) journal.Reach(Rule::kNvdimmRowsInHashOrder);
      last = index;
      rows.push_back(
          {.proximity_domain = device.node,
           .base = plugged.address,
           .length_bytes = plugged.size_bytes,
           .flags = MemoryAffinity::kEnabled | MemoryAffinity::kNonVolatile});
    }
  }
}

// 6.4 item 2.
void AppendSgxRows(const MachineOptions& options, const AddressSpace& space,
                   std::vector<MemoryAffinity>& rows) {
  uint64_t base = space.enclave ? space.enclave->base : 0;
  for (const SgxSection& section : options.sgx_sections) {
    rows.push_back({.proximity_domain = section.node,
                    .base = base,
                    .length_bytes = section.size_bytes,
                    .flags = MemoryAffinity::kEnabled});
    base += section.size_bytes;
  }
}

// 6.4 item 5: the hot-plug area, which sp-mem devices take pieces out of. Its
// size may have wrapped to 0; QEMU leaves out an empty one.
void AppendHotplugRows(const MachineOptions& options, const NumaTopology& numa,
                       const DeviceMemory& area,
                       const std::vector<PluggedDevice>& devices,
                       std::vector<MemoryAffinity>& rows, Journal& journal) {
  std::map<uint64_t, const PluggedDevice*> soft_reserved;
  for (const PluggedDevice& plugged : devices) {
    if (plugged.contents == PluggedDevice::Contents::kSoftReserved) {
      journal.Reach(Rule::kHotplugRowSplit);
      soft_reserved[plugged.address] = &plugged;
    }
  }
  const auto append_gap = [&](uint64_t base, uint64_t end) {
    if (base == end) return;
    journal.Reach(Rule::kHotplugRow);
    rows.push_back(
        {.proximity_domain = static_cast<uint32_t>(numa.nodes.size() - 1),
         .base = base,
         .length_bytes = end - base,
         .flags = MemoryAffinity::kEnabled | MemoryAffinity::kHotPluggable});
  };
  uint64_t base = area.base;
  for (const auto& [address, plugged] : soft_reserved) {
    append_gap(base, address);
    rows.push_back({.proximity_domain = options.devices[plugged->device].node,
                    .base = address,
                    .length_bytes = plugged->size_bytes,
                    .flags = MemoryAffinity::kEnabled});
    base = address + plugged->size_bytes;
  }
  append_gap(base, area.base + area.size_bytes);
}

}  // namespace

std::string BuildSrat(const MachineOptions& options, const NumaTopology& numa,
                      const RamSplit& split, const AddressSpace& space,
                      const std::vector<PluggedDevice>& devices,
                      const std::vector<SratRow>& generic_rows,
                      Journal& journal) {
  SratTable table;
  table.header.oem = options.oem;
  AppendCpuRows(options, numa, table.rows, journal);

  std::vector<MemoryAffinity> memory =
      WalkNodes(numa, split, space.above_base, journal);
  AppendNvdimmRows(options, devices, memory, journal);
  AppendSgxRows(options, space, memory);
  while (memory.size() < numa.nodes.size() + kSpareMemoryRows) {  // item 3
    journal.Reach(Rule::kPaddingRow);
    memory.push_back({});
  }
  table.rows.insert(table.rows.end(), memory.begin(), memory.end());

  table.rows.insert(table.rows.end(), generic_rows.begin(),
                    generic_rows.end());  // item 4
  if (space.device_memory) {
    memory.clear();
    AppendHotplugRows(options, numa, *space.device_memory, devices, memory,
                      journal);
    table.rows.insert(table.rows.end(), memory.begin(), memory.end());
  }
  return EncodeSrat(table);
}

std::string BuildSlit(const MachineOptions& options, const NumaTopology& numa,
                      Journal& journal) {
  if (numa.distances.empty()) return "";
  journal.Reach(Rule::kSlit);
  SlitTable table;
  table.header.oem = options.oem;
  table.locality_count = numa.nodes.size();
  table.distances = numa.distances;
  return EncodeSlit(table);
}

}  // namespace e820check::model
