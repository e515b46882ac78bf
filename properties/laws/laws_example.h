// SPDX-License-Identifier: Apache-2.0

// A layout that keeps every law, for tests to damage.

#ifndef E820CHECK_PROPERTIES_LAWS_LAWS_EXAMPLE_H_
#define E820CHECK_PROPERTIES_LAWS_LAWS_EXAMPLE_H_

#include <string>
#include <variant>
#include <vector>

#include "machine/address_range.h"
#include "machine/guest_layout.h"
#include "machine/hmat_table.h"
#include "machine/machine_options.h"
#include "machine/slit_table.h"
#include "machine/srat_table.h"
#include "properties/laws/laws.h"

namespace e820check {

// Where Example's SRAT has what.
enum Row : size_t {
  kCpu0,
  kCpu1,
  kLow,   // node 0 up to 640K
  kMain,  // node 0 from 1M
  kNvdimm,
  kNode1,
  kInitiator,
  kSpMem,  // node 0
  kHotPlug
};

// q35 of QEMU 11.1 with two nodes of 2 GiB: node 0 below 4 GiB, node 1 above;
// an area for hot-plug, which begins with an sp-mem device; an NVDIMM; a
// generic initiator; HMAT with one latency, one bandwidth and a cache. Unlike
// QEMU's, its tables are in order of address, and the NVDIMM lies outside of
// the area, so that not even a note is due.
struct Example {
  MachineOptions options;
  E820Table e820;
  SratTable srat;
  SlitTable slit;
  HmatTable hmat;

  Example() {
    options.qemu_version = QemuVersion::k11_1;
    options.type = {.family = MachineFamily::kQ35, .version = {11, 1}};
    options.cpu.phys_bits = 39;  // too few for AMD's I/O link
    options.hmat = true;
    options.nvdimm = true;
    options.memory = {
        .ram_size_bytes = 4 * kGiB, .maxram_size_bytes = 8 * kGiB, .slots = 1};
    options.smp = {.cpus = 2, .maxcpus = 2, .sockets = 2};
    for (const char* id : {"a", "b", "s", "n"}) {
      MemoryBackend backend;
      backend.id = id;
      backend.size_bytes = *id < 'm' ? 2 * kGiB : kGiB;
      options.backends.push_back(backend);
    }
    for (const uint32_t id : {0u, 1u}) {
      NumaNode node;
      node.id = id;
      node.memdev = options.backends[id].id;
      node.cpus = {{.first = static_cast<uint16_t>(id),
                    .last = static_cast<uint16_t>(id)}};
      options.numa_nodes.push_back(node);
    }
    options.devices = {
        {.kind = Device::Kind::kSpMem, .memdev = "s", .node = 0},
        {.kind = Device::Kind::kNvdimm, .memdev = "n", .node = 1},
        {.id = "d", .devfn = 0x18}};
    options.generic_affinities = {{.id = "g", .device = "d", .node = 1}};
    options.other_object_ids = {"g"};
    options.hmat_values = {{.initiator = 0, .target = 1, .value = 20},
                           {.initiator = 0,
                            .target = 1,
                            .data_type = HmatValue::DataType::kAccessBandwidth,
                            .value = kGiB}};
    options.hmat_caches = {
        {.node = 1, .size_bytes = kMiB, .level = 1, .line_bytes = 64}};
    options.numa_distances = {{0, 1, 20}};
    e820 = {{0, 2 * kGiB, MemoryType::kRam},
            {4 * kGiB, 2 * kGiB, MemoryType::kRam},
            {6 * kGiB, kGiB, MemoryType::kSoftReserved}};
    srat.rows = {
        LocalApicAffinity{.proximity_domain = 0, .apic_id = 0, .flags = 1},
        LocalApicAffinity{.proximity_domain = 1, .apic_id = 1, .flags = 1},
        MemoryAffinity{0, 0, 640 * kKiB, MemoryAffinity::kEnabled},
        MemoryAffinity{0, kMiB, 2 * kGiB - kMiB, MemoryAffinity::kEnabled},
        MemoryAffinity{1, 3 * kGiB, kGiB,
                       MemoryAffinity::kEnabled | MemoryAffinity::kNonVolatile},
        MemoryAffinity{1, 4 * kGiB, 2 * kGiB, MemoryAffinity::kEnabled},
        GenericDeviceAffinity{.proximity_domain = 1,
                              .handle = PciDeviceHandle{.devfn = 0x18},
                              .flags = 1},
        MemoryAffinity{0, 6 * kGiB, kGiB, MemoryAffinity::kEnabled},
        MemoryAffinity{
            1, 7 * kGiB, 3 * kGiB,
            MemoryAffinity::kEnabled | MemoryAffinity::kHotPluggable}};
    hmat.structures = {
        MemoryProximityDomain{.flags = 1, .initiator = 0, .memory = 0},
        MemoryProximityDomain{.flags = 1, .initiator = 1, .memory = 1},
        LatencyBandwidth{.base_unit = 10000,
                         .initiators = {0, 1},
                         .targets = {0, 1},
                         .entries = {0, 2, 0, 0}},
        LatencyBandwidth{.data_type = 3,
                         .base_unit = 1024,
                         .initiators = {0, 1},
                         .targets = {0, 1},
                         .entries = {0, 1, 0, 0}},
        MemorySideCache{
            .memory = 1, .size_bytes = kMiB, .attributes = 64 << 16 | 0x11}};
    slit.locality_count = 2;
    slit.distances = {10, 20, 20, 10};
  }

  template <typename Structure>
  Structure& Hmat(size_t index) {
    return std::get<Structure>(hmat.structures[index]);
  }

  template <typename T = MemoryAffinity>
  T& Srat(Row row) {
    return std::get<T>(srat.rows[row]);
  }

  // Node 1 by so many bytes, in every table.
  void GrowNode1(uint64_t bytes) {
    options.memory.ram_size_bytes += bytes;
    options.memory.maxram_size_bytes += bytes;
    options.backends[1].size_bytes += bytes;
    e820[1].length_bytes += bytes;
    Srat(kNode1).length_bytes += bytes;
  }

  // RAM from 0 up and node 0, on a board that can have so much of it there, and
  // without the NVDIMM in its way.
  void GrowLowMemory(uint64_t bytes) {
    options.type.family = MachineFamily::kI440fx;
    options.memory.ram_size_bytes += bytes;
    options.memory.maxram_size_bytes += bytes;
    options.backends[0].size_bytes += bytes;
    options.devices.erase(options.devices.begin() + 1);
    e820[0].length_bytes += bytes;
    Srat(kMain).length_bytes += bytes;
    srat.rows.erase(srat.rows.begin() + kNvdimm);
  }

  // Gives part of low memory another type.
  void Retype(const AddressRange::StartAndSize& part, MemoryType type) {
    const E820Row whole = e820[0];
    e820.erase(e820.begin());
    const uint64_t end = part.start + part.size_bytes;
    e820.insert(e820.begin(), {{part.start, part.size_bytes, type},
                               {end, whole.length_bytes - end, whole.type}});
    if (part.start > 0) {
      e820.insert(e820.begin(), {0, part.start, whole.type});
    }
  }

  GuestLayout Layout() const {
    return {.e820 = e820,
            .srat = EncodeSrat(srat),
            .slit = EncodeSlit(slit),
            .hmat = EncodeHmat(hmat)};
  }
};

inline std::vector<std::string> BrokenLaws(const Example& example) {
  std::vector<std::string> ids;
  for (const Breach& breach : FindBreaches(example.options, example.Layout())) {
    ids.emplace_back(breach.law->id);
  }
  return ids;
}

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_LAWS_LAWS_EXAMPLE_H_
