// SPDX-License-Identifier: Apache-2.0

// Layouts that misunderstand the machine: what the board is to look like is
// read wrongly, and all tables follow from that.

#include <algorithm>
#include <utility>

#include "machine/address_range.h"
#include "properties/zoo/mutant.h"

namespace e820check {
namespace {

using Machine = MachineOptions;

constexpr LayoutFault Misreads(void (*misread)(Machine&)) {
  return {.misread = misread};
}

void SwapNodeSizes(Machine& m) {
  if (m.numa_nodes.size() < 2) return;
  std::swap(m.numa_nodes[0].memdev, m.numa_nodes[1].memdev);
  std::swap(m.numa_nodes[0].mem_bytes, m.numa_nodes[1].mem_bytes);
}

void DropMemorylessNodes(Machine& m) {
  // Only a last one, so that the ids stay dense and nothing else names it.
  if (m.numa_nodes.size() < 2 || !m.numa_distances.empty() ||
      !m.hmat_values.empty() || !m.numa_cpus.empty()) {
    return;
  }
  const auto highest = std::max_element(
      m.numa_nodes.begin(), m.numa_nodes.end(),
      [](const NumaNode& a, const NumaNode& b) { return a.id < b.id; });
  if (NodeSizeBytes(m, *highest) == 0) m.numa_nodes.erase(highest);
}

void RetypeNodes(Machine& m, MemmapType from, MemmapType to) {
  for (NumaNode& node : m.numa_nodes) {
    if (node.memmap_type == from) node.memmap_type = to;
  }
}

constexpr Mutant kMutants[] = {
    {"layout-ignores-relocation", "HOLE", "Z02 Z41 Z42",
     Misreads([](Machine& m) { m.cpu.vendor = "GenuineIntel"; })},
    {"layout-relocates-for-everybody", "HOLE", "Z41",
     Misreads([](Machine& m) { m.cpu.vendor = "AuthenticAMD"; })},
    {"layout-has-36-bits", "OVF", "Z18",
     Misreads([](Machine& m) { m.cpu.phys_bits = 36; })},
    {"layout-has-52-bits", "OVF HOLE", "Z11 Z41",
     Misreads([](Machine& m) { m.cpu.phys_bits = 52; })},
    {"layout-ignores-low-memory-limit", "HOLE", "Z46 Z51",
     Misreads([](Machine& m) { m.max_ram_below_4g_bytes = 0; })},
    {"layout-ignores-pci-hole", "HOLE", "Z12",
     Misreads([](Machine& m) { m.pci_hole64_size_bytes.reset(); })},
    {"layout-ignores-cxl-windows", "HOLE", "Z24",
     Misreads([](Machine& m) { m.cxl_windows.clear(); })},
    {"layout-ignores-enclaves", "TYP GAP", "Z68",
     Misreads([](Machine& m) { m.sgx_sections.clear(); })},
    {"layout-takes-kvm-for-tcg", "TYP", "Z68",
     Misreads([](Machine& m) { m.accelerator = Accelerator::kTcg; })},
    {"layout-swaps-node-sizes", "PXM", "Z30 Z44", Misreads(SwapNodeSizes)},
    {"layout-drops-memoryless-node", "MLS", "Z25 Z26",
     Misreads(DropMemorylessNodes)},
    {"layout-counts-mem-in-KiB", "OVF PAR", "Z48", Misreads([](Machine& m) {
       for (NumaNode& node : m.numa_nodes) {
         if (node.mem_bytes) *node.mem_bytes /= 1024;
       }
     })},
    {"layout-loses-last-cpu-of-a-range", "INC PAR", "Z33",
     Misreads([](Machine& m) {
       for (NumaNode& node : m.numa_nodes) {
         for (CpuIndexRange& cpus : node.cpus) {
           if (cpus.last > cpus.first) --cpus.last;
         }
       }
     })},
    {"layout-ignores-numa-cpu", "PXM", "Z44",
     Misreads([](Machine& m) { m.numa_cpus.clear(); })},
    {"layout-swaps-threads-of-a-core", "PXM", "Z33", Misreads([](Machine& m) {
       for (NumaCpu& cpu : m.numa_cpus) {
         if (cpu.thread_id) *cpu.thread_id ^= 1;
       }
     })},
    {"layout-swaps-sockets-and-cores", "PXM", "Z58",
     Misreads([](Machine& m) { std::swap(m.smp.sockets, m.smp.cores); })},
    {"layout-reverses-distances", "XRF", "Z39", Misreads([](Machine& m) {
       for (NumaDistance& d : m.numa_distances) std::swap(d.from, d.to);
     })},
    {"layout-takes-first-distance", "PAR ORD", "Z65", Misreads([](Machine& m) {
       std::reverse(m.numa_distances.begin(), m.numa_distances.end());
     })},
    {"layout-drops-last-distance", "CAP", "Z53", Misreads([](Machine& m) {
       if (!m.numa_distances.empty()) m.numa_distances.pop_back();
     })},
    {"layout-ignores-initiators", "XRF", "Z38 Z40", Misreads([](Machine& m) {
       for (NumaNode& node : m.numa_nodes) node.initiator.reset();
     })},
    {"layout-swaps-initiator-and-target", "XRF", "Z39 Z61",
     Misreads([](Machine& m) {
       for (HmatValue& v : m.hmat_values) std::swap(v.initiator, v.target);
     })},
    {"layout-takes-read-for-write", "XRF", "Z61", Misreads([](Machine& m) {
       for (HmatValue& v : m.hmat_values) {
         if (v.data_type == HmatValue::DataType::kReadLatency) {
           v.data_type = HmatValue::DataType::kWriteLatency;
         }
       }
     })},
    {"layout-ignores-caches", "XRF", "Z40",
     Misreads([](Machine& m) { m.hmat_caches.clear(); })},
    {"layout-ignores-slots", "HP", "Z27",
     Misreads([](Machine& m) { m.memory.slots = 0; })},
    {"layout-ignores-maxmem", "HP", "Z27 Z57", Misreads([](Machine& m) {
       m.memory.maxram_size_bytes = m.memory.ram_size_bytes;
     })},
    {"layout-puts-devices-on-node-0", "PXM", "Z37 Z44",
     Misreads([](Machine& m) {
       for (Device& device : m.devices) device.node = 0;
     })},
    {"layout-ignores-device-addresses", "HP OVL", "Z46",
     Misreads([](Machine& m) {
       for (Device& device : m.devices) device.address = 0;
     })},
    {"layout-plugs-last-device-first", "LIF ORD", "Z23",
     Misreads(
         [](Machine& m) { std::reverse(m.devices.begin(), m.devices.end()); })},
    {"layout-forgets-nvdimm-label", "HP", "Z70", Misreads([](Machine& m) {
       for (Device& device : m.devices) device.label_size_bytes = 0;
     })},
    {"layout-forgets-generic-affinities", "XRF", "Z44",
     Misreads([](Machine& m) { m.generic_affinities.clear(); })},
    {"layout-loses-soft-reserved", "SPM TYP", "Z02 Z08 Z62",
     Misreads([](Machine& m) {
       RetypeNodes(m, MemmapType::kSpm, MemmapType::kNormal);
     })},
    {"layout-reserves-soft-reserved", "SPM TYP", "Z04",
     Misreads([](Machine& m) {
       RetypeNodes(m, MemmapType::kSpm, MemmapType::kReserved);
     })},
    {"layout-takes-reserved-for-ram", "SPM TYP", "Z06",
     Misreads([](Machine& m) {
       RetypeNodes(m, MemmapType::kReserved, MemmapType::kNormal);
     })},
    {"layout-publishes-without-acpi", "LIF", "Z16",
     Misreads([](Machine& m) { m.acpi = true; })},
    {"layout-keeps-its-own-oem-names", "ENC", "Z21",
     Misreads([](Machine& m) { m.oem = OemNames(); })},
};

}  // namespace

absl::Span<const Mutant> LayoutMutants() { return kMutants; }

}  // namespace e820check
