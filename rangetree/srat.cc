// SPDX-License-Identifier: Apache-2.0

#include "rangetree/srat.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "machine/address_range.h"
#include "machine/segment.h"
#include "rangetree/board_policy.h"
#include "rangetree/qom_order.h"
#include "rangetree/range_tree_map.h"

namespace e820check {
namespace {

using Rows = std::vector<SratRow>;

void AddCpuRows(const MachineOptions& options, const NumaPlan& plan,
                Rows& rows) {
  for (uint32_t cpu = 0; cpu < plan.node_of_cpu.size(); ++cpu) {
    const uint32_t node = plan.node_of_cpu[cpu];
    const uint32_t apic_id = ApicIdOf(options.smp, cpu);
    if (apic_id < kFirstX2ApicId) {
      rows.push_back(LocalApicAffinity{.proximity_domain = node,
                                       .apic_id = static_cast<uint8_t>(apic_id),
                                       .flags = 1});
    } else {
      rows.push_back(X2ApicAffinity{
          .proximity_domain = node, .x2apic_id = apic_id, .flags = 1});
    }
  }
}

// The devices in the order in which QEMU visits them: first those with an id,
// then the others, which it names itself.
std::vector<size_t> VisitedDevices(const std::vector<Device>& devices) {
  std::vector<std::string> ids;
  std::vector<size_t> with_id;
  std::vector<std::string> numbers;
  std::vector<size_t> without_id;
  for (size_t i = 0; i < devices.size(); ++i) {
    if (devices[i].id.empty()) {
      numbers.push_back(absl::StrCat("device[", without_id.size(), "]"));
      without_id.push_back(i);
    } else {
      ids.push_back(devices[i].id);
      with_id.push_back(i);
    }
  }
  std::vector<size_t> visited;
  visited.reserve(devices.size());
  for (const uint32_t child : VisitingOrder(ids)) {
    visited.push_back(with_id[child]);
  }
  for (const uint32_t child : VisitingOrder(numbers)) {
    visited.push_back(without_id[child]);
  }
  return visited;
}

void AddNvdimmRows(const MachineOptions& options,
                   const std::vector<DevicePlaces::Place>& places, Rows& rows) {
  std::vector<const DevicePlaces::Place*> nvdimms(options.devices.size());
  bool any = false;
  for (const DevicePlaces::Place& place : places) {
    if (place.named != DevicePlaces::Named::kPersistent) continue;
    nvdimms[place.device] = &place;
    any = true;
  }
  if (!any) return;
  for (const size_t device : VisitedDevices(options.devices)) {
    if (nvdimms[device] == nullptr) continue;
    rows.push_back(MemoryAffinity{
        .proximity_domain = options.devices[device].node,
        .base = nvdimms[device]->base,
        .length_bytes = nvdimms[device]->size_bytes,
        .flags = MemoryAffinity::kEnabled | MemoryAffinity::kNonVolatile});
  }
}

void AddEnclaveRows(const MachineOptions& options, const RamSplit& split,
                    Rows& rows) {
  uint64_t base = split.enclave_base;
  for (const SgxSection& section : options.sgx_sections) {
    rows.push_back(MemoryAffinity{.proximity_domain = section.node,
                                  .base = base,
                                  .length_bytes = section.size_bytes,
                                  .flags = MemoryAffinity::kEnabled});
    base += section.size_bytes;
  }
}

// The area as a map: it belongs to the last node, for memory yet to come, but
// where sp-mem devices lie, which belong to theirs already.
void AddAreaRows(const MachineOptions& options, const SratContents& contents,
                 Rows& rows) {
  const auto area = AddressRange::Create(
      {.start = contents.area->base, .size_bytes = contents.area->size_bytes});
  if (!area) return;  // its size wrapped to 0
  RangeTreeMap map;
  map.Assign(*area, {.type = MemoryType::kRam});
  for (uint32_t i = 0; i < contents.places.size(); ++i) {
    const DevicePlaces::Place& place = contents.places[i];
    if (place.named != DevicePlaces::Named::kSoftReserved) continue;
    map.Assign(*AddressRange::Create(
                   {.start = place.base, .size_bytes = place.size_bytes}),
               {.type = MemoryType::kSoftReserved, .owner = i});
  }
  for (const Segment& segment : map) {
    const uint32_t place = segment.attributes.owner;
    const bool plugged = place != kNoOwner;
    const uint32_t last_node =
        static_cast<uint32_t>(contents.plan.nodes.size() - 1);
    rows.push_back(MemoryAffinity{
        .proximity_domain =
            plugged ? options.devices[contents.places[place].device].node
                    : last_node,
        .base = segment.range.first(),
        .length_bytes = segment.range.last() - segment.range.first() + 1,
        .flags = MemoryAffinity::kEnabled |
                 (plugged ? 0 : MemoryAffinity::kHotPluggable)});
  }
}

}  // namespace

std::string BuildSrat(const MachineOptions& options,
                      const SratContents& contents, const Rows& generic) {
  SratTable table;
  table.header.oem = options.oem;
  Rows& rows = table.rows;
  AddCpuRows(options, contents.plan, rows);

  const size_t first_memory_row = rows.size();
  for (const MemoryAffinity& row : NodeRows(contents.plan, contents.split)) {
    rows.push_back(row);
  }
  AddNvdimmRows(options, contents.places, rows);
  AddEnclaveRows(options, contents.split, rows);
  const size_t least =
      first_memory_row + contents.plan.nodes.size() + kPaddingRowsBeyondNodes;
  if (rows.size() < least) rows.resize(least, MemoryAffinity{});

  rows.insert(rows.end(), generic.begin(), generic.end());
  if (contents.area) AddAreaRows(options, contents, rows);
  return EncodeSrat(table);
}

}  // namespace e820check
