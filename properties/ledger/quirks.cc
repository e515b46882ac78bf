// SPDX-License-Identifier: Apache-2.0

#include "properties/ledger/quirks.h"

#include <algorithm>
#include <bit>

#include "absl/algorithm/container.h"
#include "absl/numeric/int128.h"
#include "machine/address_range.h"

namespace e820check {
namespace {

absl::uint128 SumOfNodes(const MachineOptions& options) {
  absl::uint128 sum = 0;
  for (const NumaNode& node : options.numa_nodes) {
    sum += NodeSizeBytes(options, node);
  }
  return sum;
}

bool NodeEndsInLegacyHole(const MachineOptions& options) {
  for (const NumaNode& last : options.numa_nodes) {
    absl::uint128 end = 0;
    for (const NumaNode& node : options.numa_nodes) {
      if (node.id <= last.id) end += NodeSizeBytes(options, node);
    }
    if (end > 640 * kKiB && end < kMiB && end < SumOfNodes(options)) {
      return true;
    }
  }
  return false;
}

// RAM below 4 GiB, at most.
uint64_t LowMemoryBytes(const MachineOptions& options) {
  const uint64_t ram = options.memory.ram_size_bytes;
  const uint64_t limit = options.max_ram_below_4g_bytes;
  return limit == 0 ? ram : std::min(ram, limit);
}

bool LowMemoryEndsByOneMiB(const MachineOptions& options) {
  return LowMemoryBytes(options) <= kMiB;
}

bool TypedNodeStartsAtOneMiB(const MachineOptions& options) {
  return absl::c_any_of(options.numa_nodes, [&](const NumaNode& node) {
    absl::uint128 start = 0;
    for (const NumaNode& lower : options.numa_nodes) {
      if (lower.id < node.id) start += NodeSizeBytes(options, lower);
    }
    return node.memmap_type != MemmapType::kNormal && start == kMiB;
  });
}

bool LowMemoryEndsBelowOneMiB(const MachineOptions& options) {
  return options.max_ram_below_4g_bytes != 0 &&
         options.max_ram_below_4g_bytes < kMiB &&
         options.memory.ram_size_bytes > options.max_ram_below_4g_bytes;
}

bool NodesAreAsNearAsOne(const MachineOptions& options) {
  return absl::c_any_of(options.numa_distances, [](const NumaDistance& d) {
    return d.from != d.to && d.value == 10;
  });
}

// A node whose RAM, if any, has no row: it is all in 640K..1M, or reserved.
bool NodeHasNoRow(const MachineOptions& options, const NumaNode& node) {
  absl::uint128 start = 0;
  for (const NumaNode& lower : options.numa_nodes) {
    if (lower.id < node.id) start += NodeSizeBytes(options, lower);
  }
  const absl::uint128 end = start + NodeSizeBytes(options, node);
  return start == end || node.memmap_type == MemmapType::kReserved ||
         (start >= 640 * kKiB && end <= kMiB);
}

bool HmatListsNodeWithoutRow(const MachineOptions& options) {
  return options.hmat &&
         absl::c_any_of(options.numa_nodes, [&](const NumaNode& node) {
           return NodeHasNoRow(options, node);
         });
}

// Each typed node makes two pieces at most and cuts one in two.
bool MayHaveMoreThan128Rows(const MachineOptions& options) {
  constexpr size_t kOtherRows = 5;
  size_t count = kOtherRows;
  for (const NumaNode& node : options.numa_nodes) {
    if (node.memmap_type != MemmapType::kNormal) count += 3;
  }
  for (const Device& device : options.devices) {
    if (device.kind == Device::Kind::kSpMem) ++count;
  }
  return count > 128;
}

bool HasNvdimm(const MachineOptions& options) {
  return absl::c_any_of(options.devices, [](const Device& device) {
    return device.kind == Device::Kind::kNvdimm;
  });
}

// maxmem stays what it was where RAM has the size of its backend.
bool MaxmemIsBelowRam(const MachineOptions& options) {
  return options.memory.maxram_size_bytes < options.memory.ram_size_bytes;
}

bool SameList(const HmatValue& a, const HmatValue& b) {
  return a.hierarchy == b.hierarchy && a.data_type == b.data_type;
}

// A value that has no 16-bit entry in the unit of its list, or a unit that has
// no 32-bit number of picoseconds or MiB/s.
bool HmatValueDoesNotFit(const MachineOptions& options) {
  return absl::c_any_of(options.hmat_values, [&](const HmatValue& value) {
    const bool latency = IsLatency(value.data_type);
    uint64_t unit = 1;
    for (const uint64_t next = latency ? 10 : 2; unit < uint64_t{1} << 59;) {
      const bool divides =
          absl::c_all_of(options.hmat_values, [&](const HmatValue& other) {
            return !SameList(value, other) || other.value % (unit * next) == 0;
          });
      if (!divides) break;
      unit *= next;
    }
    return value.value != 0 &&
           (value.value / unit > UINT16_MAX ||
            (latency ? unit > UINT32_MAX / 1000 : unit / kMiB > UINT32_MAX));
  });
}

bool SumOfNodesWraps(const MachineOptions& options) {
  return SumOfNodes(options) > UINT64_MAX;
}

bool RamIsEmpty(const MachineOptions& options) {
  return options.memory.ram_size_bytes == 0;
}

bool HotPlugAreaWraps(const MachineOptions& options) {
  return options.memory.maxram_size_bytes > UINT64_MAX - 4 * kTiB;
}

// Each level of the topology takes whole bits of an APIC id.
bool StartedCpuNeedsX2Apic(const MachineOptions& options) {
  if (options.cpu.x2apic) return false;
  uint64_t index = options.smp.cpus - 1;
  uint64_t id = 0;
  int shift = 0;
  for (const uint64_t count : {options.smp.threads, options.smp.cores,
                               options.smp.modules, options.smp.dies}) {
    id |= index % count << shift;
    index /= count;
    shift += static_cast<int>(std::bit_width(count - 1));
  }
  return (id | index << shift) >= 255;
}

bool LowMemoryReachesKvmPages(const MachineOptions& options) {
  return options.accelerator == Accelerator::kKvm &&
         options.max_ram_below_4g_bytes > 0xfeffc000;
}

// A bound of all that lies below the 64-bit PCI hole, give or take what it is
// aligned to.
absl::uint128 EndOfMemoryAtMost(const MachineOptions& options) {
  const MemoryOptions& memory = options.memory;
  absl::uint128 end =
      absl::uint128(std::max(memory.ram_size_bytes, memory.maxram_size_bytes)) +
      absl::uint128(memory.slots) * kGiB + 8 * kGiB;
  for (const SgxSection& section : options.sgx_sections) {
    end += section.size_bytes;
  }
  for (const CxlWindow& window : options.cxl_windows) end += window.size_bytes;
  return end;
}

bool MovesRamOffEnclaves(const MachineOptions& options) {
  if (options.sgx_sections.empty() || options.cpu.vendor != "AuthenticAMD") {
    return false;
  }
  return EndOfMemoryAtMost(options) +
             options.pci_hole64_size_bytes.value_or(32 * kGiB) >=
         0xfd00000000;
}

// RAM moved to 1 TiB included.
bool PciHoleWraps(const MachineOptions& options) {
  return EndOfMemoryAtMost(options) + kTiB +
             options.pci_hole64_size_bytes.value_or(0) >
         UINT64_MAX;
}

bool AddressLimitIsTheCpusOwn(const MachineOptions& options) {
  if (options.type.family == MachineFamily::kMicrovm) return true;
  return Before(options.qemu_version, QemuVersion::k10_0)
             ? options.cpu.phys_bits <= 32
             : !options.cpu.long_mode &&
                   options.type.version < MachineVersion{8, 2};
}

bool PciHoleStartsInDeviceMemory(const MachineOptions& options) {
  return options.type.version < MachineVersion{2, 5} && !options.cxl &&
         options.memory.maxram_size_bytes > options.memory.ram_size_bytes;
}

bool HotPlugAreaWrapsToNothing(const MachineOptions& options) {
  const MemoryOptions& memory = options.memory;
  return memory.maxram_size_bytes > memory.ram_size_bytes &&
         memory.maxram_size_bytes - memory.ram_size_bytes +
                 memory.slots * kGiB ==
             0;
}

bool RamEndWraps(const MachineOptions& options) {
  return options.memory.ram_size_bytes > UINT64_MAX - 2 * kTiB;
}

bool Q35HasNoRam(const MachineOptions& options) {
  return RamIsEmpty(options) && options.type.family == MachineFamily::kQ35;
}

bool LowMemoryIsOneByte(const MachineOptions& options) {
  return options.max_ram_below_4g_bytes == 1 ||
         options.memory.ram_size_bytes == 1;
}

bool BackendFillsTheAddressSpace(const MachineOptions& options) {
  return absl::c_any_of(options.backends, [](const MemoryBackend& backend) {
    return backend.size_bytes > UINT64_MAX - kGiB;
  });
}

// With RAM from a backend and no size typed, maxmem below it passes, and so do
// more slots than the tables can name.
bool SlotsEscapeTheirLimit(const MachineOptions& options) {
  return options.memory.slots > 256 && options.memory.ram_size_from_backend;
}

// i440fx keeps the addresses from low RAM to the I/O APIC for PCI.
bool LowMemoryReachesIoApic(const MachineOptions& options) {
  constexpr uint64_t kIoApic = 0xfec00000;
  const uint64_t limit = options.max_ram_below_4g_bytes;
  const uint64_t ram = options.memory.ram_size_bytes;
  const bool clamped =
      options.type.version >= MachineVersion{2, 0} && ram >= limit;
  return options.type.family == MachineFamily::kI440fx && limit >= kIoApic &&
         ram >= kIoApic && !clamped;
}

// RAM over the chips below 4 GiB, on boards that may have so much of it there.
bool LowMemoryLiesOverChips(const MachineOptions& options) {
  return options.max_ram_below_4g_bytes != 0 &&
         LowMemoryBytes(options) > 0xfec00000 &&
         (options.type.family == MachineFamily::kI440fx ||
          options.type.family == MachineFamily::kIsapc);
}

// What goes wrong where SRAT's walk over nodes loses its place.
std::vector<absl::string_view> LawsOfMisplacedNodes() {
  return {"srat.rows-lie-in-ram",
          "srat.covers-ram",
          "srat.covers-ram-without-hot-plug",
          "srat.covers-soft-reserved",
          "srat.sums-to-node-sizes",
          "srat.no-overlap",
          "srat.hot-plug-area",
          "e820.within-cpu-reach"};
}

std::vector<absl::string_view> LawsOfMisplacedNodesAnd(
    std::vector<absl::string_view> others) {
  const std::vector<absl::string_view> laws = LawsOfMisplacedNodes();
  others.insert(others.begin(), laws.begin(), laws.end());
  return others;
}

const std::vector<Quirk>& Ledger() {
  static const auto& ledger = *new std::vector<Quirk>{
      {"srat-node-ends-in-legacy-hole",
       "a node that ends between 640K and 1M moves all later nodes up, so that "
       "the last one claims RAM that does not exist",
       "doc/spec/bug-zoo.md Z69, doc/spec/qemu-layout.md 6.3",
       {},
       LawsOfMisplacedNodes(),
       NodeEndsInLegacyHole},
      {"srat-low-memory-ends-below-1M",
       "with max-ram-below-4g under 1M the walk over nodes misses the split, "
       "and RAM above 4G is listed from 1M on",
       "doc/spec/qemu-layout.md 6.3",
       {},
       LawsOfMisplacedNodes(),
       LowMemoryEndsBelowOneMiB},
      {"nvdimm-in-hot-plug-area",
       "the row of an NVDIMM lies in the hot-plug area, which has a row of its "
       "own over all of it",
       "doc/spec/audit-rules.md S02, doc/spec/qemu-layout.md 6.4",
       {},
       {"srat.non-volatile-apart"},
       HasNvdimm},
      {"cxl-starts-too-low",
       "with CXL and RAM of its backend's size, more than maxmem, the end of "
       "device memory wraps, so RAM does not move away from HyperTransport",
       "doc/spec/qemu-layout.md 2.2, 2.4",
       {.until = QemuVersion::k7_2},
       {"e820.no-overlap", "e820.avoids-hyper-transport",
        "e820.within-cpu-reach"},
       [](const MachineOptions& options) {
         return options.cxl && MaxmemIsBelowRam(options);
       }},
      {"hmat-value-does-not-fit",
       "the first latency of a list is not held against its own unit, nor any "
       "latency against a unit that a later one makes smaller, and the unit "
       "itself is cut to 32 bits, so the table says something else",
       "doc/spec/qemu-layout.md 8.2",
       {},
       {"hmat.follows-options"},
       HmatValueDoesNotFit},
      {"enclave-in-hyper-transport",
       "enclave memory stays where it was placed when RAM moves out of the way "
       "of AMD's HyperTransport, and may lie there or in RAM; no such host has "
       "SGX",
       "doc/spec/qemu-layout.md 3",
       {},
       LawsOfMisplacedNodesAnd(
           {"e820.no-overlap", "e820.avoids-hyper-transport",
            "e820.windows-are-apart", "srat.omits-reserved-nodes"}),
       MovesRamOffEnclaves},
      {"kvm-pages-in-ram",
       "max-ram-below-4g can put RAM where KVM keeps its own pages",
       "doc/spec/qemu-layout.md 3",
       {},
       {"e820.no-overlap"},
       LowMemoryReachesKvmPages},
      {"slit-distance-10",
       "distance 10 is accepted between different nodes",
       "doc/spec/qemu-options.md 7.3",
       {},
       {"slit.nodes-are-apart"},
       NodesAreAsNearAsOne},
      {"node-sizes-wrap",
       "node sizes are summed modulo 2^64 before the comparison with -m",
       "doc/spec/bug-zoo.md Z36, doc/spec/qemu-options.md 13",
       {},
       LawsOfMisplacedNodesAnd({"srat.rows-are-ranges"}),
       SumOfNodesWraps},
      {"hot-plug-area-wraps",
       "with maxmem just under 2^64 and slots, the size of the hot-plug area "
       "wraps to a small one, which passes for the address space limit",
       "doc/spec/qemu-layout.md 2.4",
       {},
       {"srat.hot-plug-area", "srat.rows-are-ranges", "srat.no-overlap",
        "e820.windows-are-apart", "e820.within-cpu-reach"},
       HotPlugAreaWraps},
      {"ram-end-wraps",
       "the end of RAM just under 2^64 wraps when it moves above 4G or 1T, so "
       "the address space limit does not see it; no host has that much",
       "doc/spec/qemu-layout.md 2.3",
       {},
       LawsOfMisplacedNodesAnd(
           {"e820.rows-do-not-wrap", "e820.holds-all-ram", "e820.no-overlap",
            "e820.avoids-hyper-transport", "e820.windows-are-apart",
            "e820.leaves-pci-a-gap", "srat.rows-are-ranges"}),
       RamEndWraps},
      {"no-ram-at-all",
       "a RAM size just under 2^64 is rounded up to 0 and accepted; the map "
       "has one empty row",
       "doc/spec/qemu-options.md 13",
       {},
       {"e820.rows-are-not-empty"},
       RamIsEmpty},
      {"low-memory-ends-by-1M",
       "RAM, or RAM below 4G, that ends at 1M or lower is accepted, though no "
       "firmware can start in it",
       "doc/spec/qemu-layout.md 2.1",
       {},
       {"e820.ram-for-firmware"},
       LowMemoryEndsByOneMiB},
      {"memmap-type-at-1M",
       "a node with memmap-type may start at 1M: only what lies below is "
       "refused",
       "doc/spec/memmap-type.md 5",
       {},
       {"e820.ram-for-firmware"},
       TypedNodeStartsAtOneMiB},
      {"low-memory-over-chips",
       "max-ram-below-4g up to 4G lets RAM lie over the I/O APIC, the local "
       "APICs and the firmware, and leaves PCI no addresses",
       "doc/spec/qemu-layout.md 2.1",
       {},
       {"e820.windows-are-apart", "e820.leaves-pci-a-gap"},
       LowMemoryLiesOverChips},
      {"address-limit-is-the-cpus-own",
       "of CPUs with up to 32 address bits, later of those without long mode, "
       "QEMU holds the limit against itself, and microvm against nothing, so "
       "no memory is too much",
       "doc/spec/qemu-layout.md 2.3",
       {},
       {"e820.within-cpu-reach", "e820.avoids-hyper-transport",
        "e820.windows-are-apart"},
       AddressLimitIsTheCpusOwn},
      {"pci-hole-starts-in-device-memory",
       "up to 2.4 the PCI hole starts where device memory does, so the address "
       "space limit does not see device memory that is larger",
       "doc/spec/qemu-layout.md 2.4",
       {.until = QemuVersion::k10_0},
       {"e820.within-cpu-reach"},
       PciHoleStartsInDeviceMemory},
      {"pci-hole-wraps",
       "a pci-hole64-size just under 2^64 makes the last address used wrap, so "
       "the address space limit does not see it, nor RAM move",
       "doc/spec/qemu-layout.md 2.3",
       {},
       {"e820.within-cpu-reach", "e820.avoids-hyper-transport",
        "e820.no-overlap", "e820.windows-are-apart"},
       PciHoleWraps},
      {"more-than-128-rows",
       "nothing counts the rows that sp-mem devices and memmap-type add",
       "doc/spec/qemu-layout.md 3, doc/spec/memmap-type.md 5",
       {},
       {"e820.at-most-128-rows"},
       MayHaveMoreThan128Rows},
      {"hmat-lists-nodes-without-rows",
       "the targets of a list are all nodes, and in 7.2 so are the memories, "
       "though SRAT may have no row of one: no memory, or all of it in 640K to "
       "1M",
       "doc/spec/qemu-layout.md 8",
       {},
       {"hmat.names-memory", "hmat.lists-initiators-once"},
       HmatListsNodeWithoutRow},
      {"low-memory-of-one-byte-aborts",
       "smbios_build_type_19_table: Assertion `end > start' failed",
       kNotReported,
       {},
       {kCrash},
       LowMemoryIsOneByte},
      {"backend-near-2^64-aborts",
       "a backend just under 2^64, whose allocation wraps to a small one, "
       "leaves no room for other blocks: Failed to find gap of requested size",
       kNotReported,
       {},
       {kCrash},
       BackendFillsTheAddressSpace},
      {"empty-pci-hole-aborts",
       "max-ram-below-4g may leave i440fx no addresses for PCI: "
       "range_set_bounds: Assertion `!range_is_empty(range)' failed",
       kNotReported,
       {},
       {kCrash},
       LowMemoryReachesIoApic},
      {"empty-hot-plug-area-aborts",
       "with slots, maxmem just under 2^64 can make the size of the hot-plug "
       "area wrap to 0: machine_memory_devices_init: assertion failed: (size)",
       kNotReported,
       {.since = QemuVersion::k10_0},
       {kCrash},
       HotPlugAreaWrapsToNothing},
      {"x2apic-missing-aborts",
       "a started CPU with an APIC id of 255 or more and without x2APIC: "
       "Unexpected error in apic_common_set_id()",
       kNotReported,
       {QemuVersion::k10_0, QemuVersion::k10_0},
       {kCrash},
       StartedCpuNeedsX2Apic},
      {"slots-beyond-limit-abort",
       "more than 256 slots abort in build_memory_hotplug_aml where maxmem is "
       "below the size of the RAM backend, as no check sees them",
       kNotReported,
       {},
       {kCrash},
       SlotsEscapeTheirLimit},
      {"q35-without-ram-aborts",
       "q35 makes an alias of RAM, and aborts where there is none: "
       "memory_region_set_alias_offset: Assertion `mr->alias' failed",
       kNotReported,
       {},
       {kCrash},
       Q35HasNoRam},
  };
  return ledger;
}

}  // namespace

absl::Span<const Quirk> Quirks() { return Ledger(); }

bool Matches(const Quirk& quirk, const MachineOptions& options) {
  return Has(quirk.releases, options.qemu_version) && quirk.applies(options);
}

const Quirk* FindExcuse(absl::string_view law_id,
                        const MachineOptions& options) {
  for (const Quirk& quirk : Ledger()) {
    if (absl::c_linear_search(quirk.excused_laws, law_id) &&
        Matches(quirk, options)) {
      return &quirk;
    }
  }
  return nullptr;
}

}  // namespace e820check
