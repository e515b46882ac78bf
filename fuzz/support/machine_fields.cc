// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/machine_fields.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace e820check {
namespace {

constexpr MachineFamily kFamilies[] = {MachineFamily::kI440fx,
                                       MachineFamily::kQ35};
constexpr MemoryBackend::Kind kBackendKinds[] = {MemoryBackend::Kind::kRam,
                                                 MemoryBackend::Kind::kFile};
constexpr MemmapType kMemmapTypes[] = {MemmapType::kNormal, MemmapType::kSpm};
constexpr HmatValue::Hierarchy kHierarchies[] = {HmatValue::Hierarchy::kMemory,
                                                 HmatValue::Hierarchy::kLevel1};
constexpr HmatValue::DataType kDataTypes[] = {
    HmatValue::DataType::kReadBandwidth, HmatValue::DataType::kAccessLatency};
constexpr HmatCache::Associativity kAssociativities[] = {
    HmatCache::Associativity::kNone, HmatCache::Associativity::kDirect};
constexpr HmatCache::WritePolicy kWritePolicies[] = {
    HmatCache::WritePolicy::kNone, HmatCache::WritePolicy::kWriteBack};
constexpr GenericAffinity::Kind kGenericKinds[] = {
    GenericAffinity::Kind::kInitiator, GenericAffinity::Kind::kPort};
constexpr Device::Kind kDeviceKinds[] = {Device::Kind::kOther,
                                         Device::Kind::kPcDimm};

// The first of `values` that is another.
template <typename Value, size_t kSize>
Value Other(const Value& value, const Value (&values)[kSize]) {
  return values[0] == value ? values[1] : values[0];
}

template <typename Item>
Item& Some(std::vector<Item>& items, Choices& choices) {
  if (items.empty()) items.emplace_back();
  return items[choices.Below(items.size())];
}

constexpr FieldChange<MachineOptions> kMachineFields[] = {
    {"qemu version",
     [](MachineOptions& m, Choices&) {
     m.qemu_version = Other(m.qemu_version, kReleases);
     }},
    {"machine family",
     [](MachineOptions& m, Choices&) {
     m.type.family = Other(m.type.family, kFamilies);
     }},
    {"machine version",
     [](MachineOptions& m, Choices&) {
     m.type.version.minor += 1;
     }},
    {"accelerator",
     [](MachineOptions& m, Choices&) {
     m.accelerator = m.accelerator == Accelerator::kTcg ? Accelerator::kKvm
                                                                    : Accelerator::kTcg;
     }},
    {"acpi",
     [](MachineOptions& m, Choices&) {
     m.acpi = !m.acpi;
     }},
    {"hmat",
     [](MachineOptions& m, Choices&) {
     m.hmat = !m.hmat;
     }},
    {"nvdimm",
     [](MachineOptions& m, Choices&) {
     m.nvdimm = !m.nvdimm;
     }},
    {"cxl",
     [](MachineOptions& m, Choices&) {
     m.cxl = !m.cxl;
     }},
    {"OEM id",
     [](MachineOptions& m, Choices& c) {
     m.oem.id[c.Below(6)] ^= 1;
     }},
    {"OEM table id",
     [](MachineOptions& m, Choices& c) {
     m.oem.table_id[c.Below(8)] ^= 1;
     }},
    {"SMBIOS entry point",
     [](MachineOptions& m, Choices&) {
     m.smbios_entry_point = m.smbios_entry_point ? std::nullopt : std::optional(SmbiosEntryPoint::kAuto);
     }},
    {"low memory end",
     [](MachineOptions& m, Choices& c) {
     m.max_ram_below_4g_bytes += 1 + c.Below(255);
     }},
    {"memory-backend",
     [](MachineOptions& m, Choices&) {
     m.memory_backend += 'x';
     }},
    {"pci-hole64-size",
     [](MachineOptions& m, Choices&) {
     m.pci_hole64_size_bytes = m.pci_hole64_size_bytes.value_or(0) + 1;
     }},
    {"refusal of pci-hole64-size",
     [](MachineOptions& m, Choices&) {
     m.pci_hole64_refusal += 'x';
     }},
    {"cpu model",
     [](MachineOptions& m, Choices&) {
     m.cpu.model += 'x';
     }},
    {"cpu vendor",
     [](MachineOptions& m, Choices&) {
     m.cpu.vendor += 'x';
     }},
    {"cpu refusal",
     [](MachineOptions& m, Choices&) {
     m.cpu.refusal += 'x';
     }},
    {"cpu long mode",
     [](MachineOptions& m, Choices&) {
     m.cpu.long_mode = !m.cpu.long_mode;
     }},
    {"cpu pse36",
     [](MachineOptions& m, Choices&) {
     m.cpu.pse36 = !m.cpu.pse36;
     }},
    {"cpu pae",
     [](MachineOptions& m, Choices&) {
     m.cpu.pae = !m.cpu.pae;
     }},
    {"cpu x2apic",
     [](MachineOptions& m, Choices&) {
     m.cpu.x2apic = !m.cpu.x2apic;
     }},
    {"cpu refused after threads",
     [](MachineOptions& m, Choices&) {
     m.cpu.refused_after_threads = !m.cpu.refused_after_threads;
     }},
    {"cpu phys-bits",
     [](MachineOptions& m, Choices& c) {
     m.cpu.phys_bits += 1 + c.Below(255);
     }},
    {"smp cpus",
     [](MachineOptions& m, Choices& c) {
     m.smp.cpus += 1 + c.Below(255);
     }},
    {"smp maxcpus",
     [](MachineOptions& m, Choices& c) {
     m.smp.maxcpus += 1 + c.Below(255);
     }},
    {"smp sockets",
     [](MachineOptions& m, Choices& c) {
     m.smp.sockets += 1 + c.Below(255);
     }},
    {"smp dies",
     [](MachineOptions& m, Choices& c) {
     m.smp.dies += 1 + c.Below(255);
     }},
    {"smp modules",
     [](MachineOptions& m, Choices& c) {
     m.smp.modules += 1 + c.Below(255);
     }},
    {"smp cores",
     [](MachineOptions& m, Choices& c) {
     m.smp.cores += 1 + c.Below(255);
     }},
    {"smp threads",
     [](MachineOptions& m, Choices& c) {
     m.smp.threads += 1 + c.Below(255);
     }},
    {"RAM size",
     [](MachineOptions& m, Choices& c) {
     m.memory.ram_size_bytes += 1 + c.Below(255);
     }},
    {"RAM size from the backend",
     [](MachineOptions& m, Choices&) {
     m.memory.ram_size_from_backend = !m.memory.ram_size_from_backend;
     }},
    {"maxmem",
     [](MachineOptions& m, Choices& c) {
     m.memory.maxram_size_bytes -= 1 + c.Below(m.memory.maxram_size_bytes);
     }},
    {"slots",
     [](MachineOptions& m, Choices& c) {
     m.memory.slots += 1 + c.Below(255);
     }},
    {"backends id",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.backends, c);
     e.id += 'x';
     }},
    {"backends kind",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.backends, c);
     e.kind = Other(e.kind, kBackendKinds);
     }},
    {"backends size",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.backends, c);
     e.size_bytes += 1;
     }},
    {"backends share",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.backends, c);
     e.share = !e.share;
     }},
    {"backends reserve",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.backends, c);
     e.reserve = !e.reserve;
     }},
    {"backends path",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.backends, c);
     e.mem_path += 'x';
     }},
    {"backends twice",
     [](MachineOptions& m, Choices& c) {
     m.backends.push_back(Some(m.backends, c));
     }},
    {"numa nodes id",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_nodes, c);
     e.id += 1 + c.Below(130);
     }},
    {"numa nodes cpus",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_nodes, c);
     e.cpus.push_back({0, static_cast<uint16_t>(c.Below(5000))});
     }},
    {"numa nodes mem",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_nodes, c);
     e.mem_bytes = e.mem_bytes.value_or(0) + 1;
     }},
    {"numa nodes memdev",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_nodes, c);
     e.memdev = e.memdev.value_or("") + "x";
     }},
    {"numa nodes initiator",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_nodes, c);
     e.initiator = e.initiator.value_or(0) + 1;
     }},
    {"numa nodes memmap type",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_nodes, c);
     e.memmap_type = Other(e.memmap_type, kMemmapTypes);
     }},
    {"numa cpus node",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_cpus, c);
     e.node_id += 1 + c.Below(130);
     }},
    {"numa cpus socket",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_cpus, c);
     e.socket_id = e.socket_id.value_or(0) + 1;
     }},
    {"numa cpus die",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_cpus, c);
     e.die_id = e.die_id.value_or(0) + 1;
     }},
    {"numa cpus module",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_cpus, c);
     e.module_id = e.module_id.value_or(0) + 1;
     }},
    {"numa cpus core",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_cpus, c);
     e.core_id = e.core_id.value_or(0) + 1;
     }},
    {"numa cpus thread",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_cpus, c);
     e.thread_id = e.thread_id.value_or(0) + 1;
     }},
    {"numa distances from",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_distances, c);
     e.from += 1 + c.Below(130);
     }},
    {"numa distances to",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_distances, c);
     e.to += 1 + c.Below(130);
     }},
    {"numa distances value",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.numa_distances, c);
     e.value += 1 + c.Below(254);
     }},
    {"hmat values initiator",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.hmat_values, c);
     e.initiator += 1 + c.Below(130);
     }},
    {"hmat values target",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.hmat_values, c);
     e.target += 1 + c.Below(130);
     }},
    {"hmat values hierarchy",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.hmat_values, c);
     e.hierarchy = Other(e.hierarchy, kHierarchies);
     }},
    {"hmat values type",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.hmat_values, c);
     e.data_type = Other(e.data_type, kDataTypes);
     }},
    {"hmat values value",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.hmat_values, c);
     e.value += 1;
     }},
    {"hmat values twice",
     [](MachineOptions& m, Choices& c) {
     m.hmat_values.push_back(Some(m.hmat_values, c));
     }},
    {"hmat caches node",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.hmat_caches, c);
     e.node += 1 + c.Below(130);
     }},
    {"hmat caches size",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.hmat_caches, c);
     e.size_bytes += 1;
     }},
    {"hmat caches level",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.hmat_caches, c);
     e.level += 1;
     }},
    {"hmat caches associativity",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.hmat_caches, c);
     e.associativity = Other(e.associativity, kAssociativities);
     }},
    {"hmat caches policy",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.hmat_caches, c);
     e.write_policy = Other(e.write_policy, kWritePolicies);
     }},
    {"hmat caches line",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.hmat_caches, c);
     e.line_bytes += 1;
     }},
    {"hmat caches of a smaller level",
     [](MachineOptions& m, Choices& c) {
     HmatCache smaller = Some(m.hmat_caches, c);
     ++smaller.level;
     smaller.size_bytes /= 2;
     m.hmat_caches.push_back(smaller);
     }},
    {"cxl windows size",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.cxl_windows, c);
     e.size_bytes += 1;
     }},
    {"cxl windows target",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.cxl_windows, c);
     e.targets.push_back("x");
     }},
    {"sgx sections size",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.sgx_sections, c);
     e.size_bytes += 1;
     }},
    {"sgx sections node",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.sgx_sections, c);
     e.node += 1;
     }},
    {"generic affinities kind",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.generic_affinities, c);
     e.kind = Other(e.kind, kGenericKinds);
     }},
    {"generic affinities id",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.generic_affinities, c);
     e.id += 'x';
     }},
    {"generic affinities device",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.generic_affinities, c);
     e.device += 'x';
     }},
    {"generic affinities node",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.generic_affinities, c);
     e.node += 1;
     }},
    {"other objects",
     [](MachineOptions& m, Choices&) {
     m.other_object_ids.push_back("x");
     }},
    {"other objects twice",
     [](MachineOptions& m, Choices&) {
     m.other_object_ids.insert(m.other_object_ids.end(), 2, "x");
     }},
    {"devices kind",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.kind = Other(e.kind, kDeviceKinds);
     }},
    {"devices driver",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.driver += 'x';
     }},
    {"devices id",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.id += 'x';
     }},
    {"devices refusal",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.refusal += 'x';
     }},
    {"devices bus refusal",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.bus_refusal += 'x';
     }},
    {"devices memdev",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.memdev += 'x';
     }},
    {"devices address",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.address += 1;
     }},
    {"devices label size bytes",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.label_size_bytes += 1;
     }},
    {"devices requested size bytes",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.requested_size_bytes += 1;
     }},
    {"devices block size bytes",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.block_size_bytes += 1;
     }},
    {"devices node",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.node += 1;
     }},
    {"devices bus number",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.bus_number += 1;
     }},
    {"devices slot",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.slot = e.slot.value_or(0) + 1;
     }},
    {"devices devfn",
     [](MachineOptions& m, Choices& c) {
     auto& e = Some(m.devices, c);
     e.devfn = static_cast<uint8_t>(e.devfn.value_or(0) + 1);
     }},
};

}  // namespace

absl::Span<const FieldChange<MachineOptions>> MachineFields() {
  return kMachineFields;
}

}  // namespace e820check
