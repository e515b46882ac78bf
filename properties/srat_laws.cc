// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "machine/describe.h"
#include "properties/table_laws.h"

namespace e820check {
namespace {

// Firmware keeps legacy video memory and ROMs here; SRAT leaves it out.
const AddressRange kLegacyHole = *AddressRange::Create(
    AddressRange::FirstAndLast{.first = 640 * kKiB, .last = kMiB - 1});

// The up to two parts of a range outside the legacy hole.
std::vector<AddressRange> OutsideLegacyHole(const AddressRange& range) {
  std::vector<AddressRange> parts;
  for (const auto& allowed :
       {AddressRange::FirstAndLast{.first = 0, .last = kLegacyHole.first() - 1},
        AddressRange::FirstAndLast{.first = kLegacyHole.last() + 1,
        .last = UINT64_MAX}}) {
    if (auto part = range.Intersection(*AddressRange::Create(allowed))) {
      parts.push_back(*part);
    }
  }
  return parts;
}

absl::Status SratIsWellFormed(const Evidence& evidence) {
  if (evidence.layout.srat.empty()) return absl::OkStatus();
  if (!evidence.srat.ok()) {
    return Broken(std::string(evidence.srat.status().message()));
  }
  if (EncodeSrat(*evidence.srat) != evidence.layout.srat) {
    return Broken("encode(decode(bytes)) is other bytes");
  }
  return absl::OkStatus();
}

absl::Status SratExistsWhereNodesDo(const Evidence& evidence) {
  const MachineOptions& options = evidence.options;
  // Before 1.7 the firmware made the tables.
  const bool pc = (options.type.family == MachineFamily::kI440fx &&
                   options.type.version >= MachineVersion{1, 7}) ||
                  options.type.family == MachineFamily::kQ35;
  const bool possible = pc && options.acpi;
  const bool present = !evidence.layout.srat.empty();
  if (present && !possible) return Broken("a table without ACPI");
  if (!present && possible && !options.numa_nodes.empty()) {
    return Broken("no table, though there are NUMA nodes");
  }
  return absl::OkStatus();
}

absl::Status SratRowsAreRanges(const Evidence& evidence) {
  for (const auto& rows : {evidence.memory_rows, evidence.non_volatile_rows,
                           evidence.hot_plug_rows}) {
    for (const MemoryAffinity& row : rows) {
      if (!RangeOf(row)) return Broken("empty or wraps: " + Describe(row));
    }
  }
  return absl::OkStatus();
}

std::vector<MemoryAffinity> Joined(const std::vector<MemoryAffinity>& a,
                                   const std::vector<MemoryAffinity>& b) {
  std::vector<MemoryAffinity> rows = a;
  rows.insert(rows.end(), b.begin(), b.end());
  return rows;
}

absl::Status SratRowsDoNotOverlap(const Evidence& evidence) {
  const absl::Status plugged = RowsDoNotOverlap(
      Joined(evidence.memory_rows, evidence.non_volatile_rows));
  if (!plugged.ok()) return plugged;
  return RowsDoNotOverlap(Joined(evidence.memory_rows, evidence.hot_plug_rows));
}

absl::Status SratKeepsNonVolatileApart(const Evidence& evidence) {
  return RowsDoNotOverlap(
      Joined(evidence.non_volatile_rows, evidence.hot_plug_rows));
}

// Whether a row may be that of an NVDIMM. What the guest sees is the backend
// without its label, in whole pages.
bool MayBe(const MemoryAffinity& row, const Device& device,
           const MachineOptions& options) {
  const MemoryBackend* backend = FindBackend(options, device.memdev);
  if (backend == nullptr || backend->size_bytes < device.label_size_bytes) {
    return false;
  }
  const uint64_t most = backend->size_bytes - device.label_size_bytes;
  const uint64_t page_bytes =
      backend->kind == MemoryBackend::Kind::kRam ? 2 * kMiB : 4 * kKiB;
  return device.node == row.proximity_domain &&
         row.length_bytes == most / page_bytes * page_bytes &&
         (device.address == 0 || device.address == row.base);
}

absl::Status SratListsNvdimms(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  std::vector<const Device*> devices;
  for (const Device& device : evidence.options.devices) {
    if (device.kind == Device::Kind::kNvdimm) devices.push_back(&device);
  }
  std::stable_partition(devices.begin(), devices.end(),
                        [](const Device* d) { return d->address != 0; });
  for (const MemoryAffinity& row : evidence.non_volatile_rows) {
    const auto device = std::find_if(
        devices.begin(), devices.end(),
        [&](const Device* d) { return MayBe(row, *d, evidence.options); });
    if (device == devices.end()) {
      return Broken(Describe(row) + ": there is no such NVDIMM");
    }
    devices.erase(device);
  }
  if (devices.empty()) return absl::OkStatus();
  return Broken(absl::StrCat(devices.size(), " NVDIMMs without a row"));
}

// Every byte of an enabled row for what is there now is memory of that row's
// node.
absl::Status SratRowsLieInRam(const Evidence& evidence) {
  std::vector<OwnedRange> runs = evidence.owned;
  runs.insert(runs.end(), evidence.beside_ram.begin(),
              evidence.beside_ram.end());
  for (const MemoryAffinity& row : evidence.memory_rows) {
    const std::optional<AddressRange> range = RangeOf(row);
    if (!range) continue;
    uint64_t backed_bytes = 0;
    for (const OwnedRange& run : runs) {
      const std::optional<AddressRange> part = range->Intersection(run.range);
      if (!part) continue;
      if (run.node_id != row.proximity_domain) {
        return Broken(absl::StrCat(Describe(row), ": ", part->ToString(),
                                   " belongs to node ", run.node_id));
      }
      backed_bytes += *part->size_bytes();
    }
    if (backed_bytes != row.length_bytes) {
      return Broken(absl::StrCat(Describe(row), ": ",
                                 row.length_bytes - backed_bytes,
                                 " bytes are not RAM"));
    }
  }
  return absl::OkStatus();
}

// Every byte of RAM outside 640K..1M, of sp-mem and of enclaves is in a row,
// except what memmap-type took away from the kernel for good.
absl::Status SratCoversRam(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  std::vector<OwnedRange> runs = evidence.beside_ram;
  for (const OwnedRange& run : evidence.owned) {
    if (run.wanted != MemmapType::kReserved) runs.push_back(run);
  }
  for (const OwnedRange& run : runs) {
    for (const AddressRange& part : OutsideLegacyHole(run.range)) {
      absl::uint128 covered_bytes = 0;
      for (const MemoryAffinity& row : evidence.memory_rows) {
        const std::optional<AddressRange> range = RangeOf(row);
        if (!range) continue;
        if (auto common = range->Intersection(part)) {
          covered_bytes += *common->size_bytes();
        }
      }
      if (covered_bytes != *part.size_bytes()) {
        return Broken(absl::StrCat(part.ToString(), " of node ", run.node_id,
                                   ": ", absl::Uint128Low64(covered_bytes),
                                   " bytes are in a row"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status SratOmitsReservedNodes(const Evidence& evidence) {
  for (const OwnedRange& run : evidence.owned) {
    if (run.wanted != MemmapType::kReserved) continue;
    for (const MemoryAffinity& row : evidence.memory_rows) {
      const std::optional<AddressRange> range = RangeOf(row);
      if (row.proximity_domain == run.node_id && range &&
          range->Overlaps(run.range)) {
        return Broken("a row of a reserved node: " + Describe(row));
      }
    }
  }
  return absl::OkStatus();
}

// With sp-mem devices, their rows and the hot-plug rows make up the area.
absl::Status SratHotPlugAreaIsAboveRam(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  const MemoryOptions& memory = evidence.options.memory;
  const bool due = memory.maxram_size_bytes > memory.ram_size_bytes &&
                   evidence.options.type.version >= MachineVersion{2, 1};
  struct Part {
    uint64_t size_bytes;
    bool hot_plug;
  };
  std::map<uint64_t, Part> parts;  // by base
  for (const MemoryAffinity& row : evidence.hot_plug_rows) {
    if (row.proximity_domain != evidence.node_count - 1) {
      return Broken(Describe(row) + ": not of the last node");
    }
    parts[row.base] = {row.length_bytes, true};
  }
  for (const OwnedRange& part : evidence.beside_ram) {
    if (part.wanted != MemmapType::kSpm) continue;
    parts[part.range.first()] = {part.range.size_bytes().value_or(0), false};
  }
  if (parts.empty() && !due) return absl::OkStatus();
  if (parts.empty() || !due) {
    return Broken(due ? "no hot-plug area" : "a hot-plug area without maxmem");
  }
  const uint64_t base = parts.begin()->first;
  uint64_t end = base;
  bool after_hot_plug = false;
  for (const auto& [start, part] : parts) {
    if (start != end) return Broken("the hot-plug area has gaps");
    if (part.hot_plug && after_hot_plug) {
      return Broken("two hot-plug rows with nothing between them");
    }
    after_hot_plug = part.hot_plug;
    end += part.size_bytes;
  }
  const uint64_t least = memory.maxram_size_bytes - memory.ram_size_bytes;
  const uint64_t ram_last =
      evidence.owned.empty() ? 0 : evidence.owned.back().range.last();
  if (base <= ram_last || base % kGiB != 0 || end - base < least) {
    return Broken(absl::StrCat("hot-plug area at 0x", absl::Hex(base), " of ",
                               DescribeSize(end - base),
                               ": not above RAM at a GiB with room for ",
                               DescribeSize(least)));
  }
  return absl::OkStatus();
}

// One enabled row for each such object, of its node.
absl::Status SratListsGenericDevices(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  std::multiset<std::pair<bool, uint32_t>> due;  // is a port, node
  for (const GenericAffinity& generic : evidence.options.generic_affinities) {
    due.emplace(generic.kind == GenericAffinity::Kind::kPort, generic.node);
  }
  for (const SratRow& row : evidence.srat->rows) {
    const auto* generic = std::get_if<GenericDeviceAffinity>(&row);
    if (generic == nullptr) continue;
    const auto object =
        due.find({generic->kind == GenericDeviceAffinity::Kind::kPort,
                  generic->proximity_domain});
    if (object == due.end() || generic->flags != 1 ||
        generic->proximity_domain >= evidence.node_count) {
      return Broken(absl::StrCat("a generic row of domain ",
                                 generic->proximity_domain,
                                 ", which nobody asked for"));
    }
    due.erase(object);
  }
  if (due.empty()) return absl::OkStatus();
  return Broken(absl::StrCat(due.size(), " generic objects without a row"));
}

struct CpuRow {
  uint32_t node;
  uint32_t apic_id;
  uint32_t flags;
  bool x2apic;
};

std::vector<CpuRow> CpuRows(const SratTable& srat) {
  std::vector<CpuRow> rows;
  for (const SratRow& row : srat.rows) {
    if (const auto* apic = std::get_if<LocalApicAffinity>(&row)) {
      rows.push_back(
          {apic->proximity_domain, apic->apic_id, apic->flags, false});
    } else if (const auto* x2apic = std::get_if<X2ApicAffinity>(&row)) {
      rows.push_back(
          {x2apic->proximity_domain, x2apic->x2apic_id, x2apic->flags, true});
    }
  }
  return rows;
}

absl::Status SratListsEachCpuOnce(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  const std::vector<CpuRow> rows = CpuRows(*evidence.srat);
  if (rows.size() != evidence.options.smp.maxcpus) {
    return Broken(absl::StrCat(rows.size(), " CPU rows for ",
                               evidence.options.smp.maxcpus, " CPUs"));
  }
  std::set<uint32_t> apic_ids;
  for (const CpuRow& row : rows) {
    if (!apic_ids.insert(row.apic_id).second) {
      return Broken(absl::StrCat("APIC id ", row.apic_id, " is there twice"));
    }
    if (row.flags != 1 || row.node >= evidence.node_count ||
        row.x2apic != (row.apic_id >= 255)) {
      return Broken(absl::StrCat("APIC id ", row.apic_id,
                                 ": disabled, in no node, or of a wrong kind"));
    }
  }
  return absl::OkStatus();
}

// cpus= names CPUs by index, and APIC ids ascend with the index.
absl::Status SratFollowsCpuBindings(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  std::map<uint32_t, uint32_t> node_by_apic_id;
  for (const CpuRow& row : CpuRows(*evidence.srat)) {
    node_by_apic_id[row.apic_id] = row.node;
  }
  std::vector<uint32_t> node_by_index;
  for (const auto& [apic_id, node] : node_by_apic_id) {
    node_by_index.push_back(node);
  }
  for (const NumaNode& node : evidence.options.numa_nodes) {
    for (const CpuIndexRange& range : node.cpus) {
      for (size_t i = range.first; i <= range.last; ++i) {
        if (i < node_by_index.size() && node_by_index[i] == node.id) continue;
        return Broken(absl::StrCat("CPU ", i, " is not in node ", node.id));
      }
    }
  }
  return absl::OkStatus();
}

constexpr Law kLaws[] = {
    {"srat.well-formed", "S01 S16", "Linux stops at the first bad row",
     SratIsWellFormed},
    {"srat.exists-where-nodes-do", "S04", "the guest boots without NUMA",
     SratExistsWhereNodesDo},
    {"srat.rows-are-ranges", "S06", "Linux prints [0, 2^64-1] and drops NUMA",
     SratRowsAreRanges},
    {"srat.no-overlap", "S02 S03", "Linux refuses the table; FreeBSD too",
     SratRowsDoNotOverlap},
    {"srat.non-volatile-apart", "S02",
     "FreeBSD refuses the table; Linux sees persistent memory as hot-plugged",
     SratKeepsNonVolatileApart},
    {"srat.lists-nvdimms", "S04", "persistent memory has no node",
     SratListsNvdimms},
    {"srat.rows-lie-in-ram", "S07 X01 X02",
     "a node owns memory that is not there or not its own", SratRowsLieInRam},
    {"srat.covers-ram", "S04 S05 S08",
     "Linux ignores the table if a MiB or more is in no node; Xen refuses it",
     SratCoversRam},
    {"srat.omits-reserved-nodes", "S09",
     "the kernel counts on a node's memory that it may not touch",
     SratOmitsReservedNodes},
    {"srat.hot-plug-area", "S11 S12",
     "Windows does not online hot-added memory", SratHotPlugAreaIsAboveRam},
    {"srat.lists-generic-devices", "S19",
     "the kernel finds no distance to the device", SratListsGenericDevices},
    {"srat.each-cpu-once", "S13 S10", "FreeBSD refuses a repeated APIC id",
     SratListsEachCpuOnce},
    {"srat.follows-cpu-bindings", "X03", "threads run far from their memory",
     SratFollowsCpuBindings},
};

}  // namespace

absl::Span<const Law> SratLaws() { return kLaws; }

}  // namespace e820check
