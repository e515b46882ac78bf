// SPDX-License-Identifier: Apache-2.0

// What holds of the memory rows of SRAT for the machine that it was made for.

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "machine/describe.h"
#include "properties/laws/table_laws.h"

namespace e820check {
namespace {

std::vector<MemoryAffinity> Joined(const std::vector<MemoryAffinity>& a,
                                   const std::vector<MemoryAffinity>& b) {
  std::vector<MemoryAffinity> rows = a;
  rows.insert(rows.end(), b.begin(), b.end());
  return rows;
}

bool IsHotPluggable(const MemoryAffinity& row) {
  return (row.flags & MemoryAffinity::kHotPluggable) != 0;
}

bool AreOfOneKind(const MemoryAffinity& a, const MemoryAffinity& b) {
  return a.proximity_domain == b.proximity_domain &&
         IsHotPluggable(a) == IsHotPluggable(b);
}

bool AreOfTwoKinds(const MemoryAffinity& a, const MemoryAffinity& b) {
  return !AreOfOneKind(a, b);
}

std::vector<OwnedRange> AllRuns(const Evidence& evidence) {
  std::vector<OwnedRange> runs = evidence.owned;
  runs.insert(runs.end(), evidence.beside_ram.begin(),
              evidence.beside_ram.end());
  return runs;
}

// "" if `rows` have every byte of the runs of RAM outside 640K..1M.
std::string FindUncoveredRam(const Evidence& evidence,
                             const std::vector<MemoryAffinity>& rows) {
  for (const OwnedRange& run : evidence.owned) {
    if (run.found != MemoryType::kRam) continue;
    for (const AddressRange& part : OutsideLegacyHole(run.range)) {
      if (const auto gap = FindGap(part, rows)) {
        return absl::StrCat(gap->ToString(), " of node ", run.node_id,
                            " is in no row");
      }
    }
  }
  return "";
}

}  // namespace

absl::Status SratExistsWhereNodesDo(const Evidence& evidence) {
  const MachineOptions& options = evidence.options;
  // Before 1.7 the firmware made the tables.
  const bool pc = (options.type.family == MachineFamily::kI440fx &&
                   options.type.version >= MachineVersion{1, 7}) ||
                  options.type.family == MachineFamily::kQ35;
  const bool possible = pc && options.acpi;
  const bool present = !evidence.layout.srat.empty();
  if (present && !possible) return Broken(evidence, "a table without ACPI");
  if (!present && possible && !options.numa_nodes.empty()) {
    return Broken(evidence, "no table, though there are NUMA nodes");
  }
  return absl::OkStatus();
}

// Xen refuses rows of one domain too where only one is hot-pluggable. Of
// persistent memory in the hot-plug area, SratKeepsNonVolatileApart speaks.
absl::Status SratDomainsDoNotOverlap(const Evidence& evidence) {
  for (const auto* others :
       {&evidence.non_volatile_rows, &evidence.hot_plug_rows}) {
    const std::string overlap =
        FindOverlap(Joined(evidence.memory_rows, *others), AreOfTwoKinds);
    if (!overlap.empty()) return Broken(evidence, overlap);
  }
  return absl::OkStatus();
}

absl::Status SratRowsOfADomainDoNotOverlap(const Evidence& evidence) {
  const std::string overlap =
      FindOverlap(EnabledMemoryRows(evidence), AreOfOneKind);
  if (overlap.empty()) return absl::OkStatus();
  return Broken(evidence, overlap);
}

absl::Status SratKeepsNonVolatileApart(const Evidence& evidence) {
  const std::string overlap = FindOverlap(
      Joined(evidence.non_volatile_rows, evidence.hot_plug_rows),
      [](const MemoryAffinity&, const MemoryAffinity&) { return true; });
  if (overlap.empty()) return absl::OkStatus();
  return Broken(evidence, overlap);
}

namespace {

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

}  // namespace

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
      return Broken(evidence, Describe(row) + ": there is no such NVDIMM");
    }
    devices.erase(device);
  }
  if (devices.empty()) return absl::OkStatus();
  return Broken(evidence,
                absl::StrCat(devices.size(), " NVDIMMs without a row"));
}

// Every byte of an enabled row for what is there now is memory of that row's
// node.
absl::Status SratRowsLieInRam(const Evidence& evidence) {
  const std::vector<OwnedRange> runs = AllRuns(evidence);
  for (const MemoryAffinity& row : evidence.memory_rows) {
    const std::optional<AddressRange> range = RangeOf(row);
    if (!range) continue;
    uint64_t backed_bytes = 0;
    for (const OwnedRange& run : runs) {
      const std::optional<AddressRange> part = range->Intersection(run.range);
      if (!part) continue;
      if (run.node_id != row.proximity_domain) {
        return Broken(evidence,
                      absl::StrCat(Describe(row), ": ", part->ToString(),
                                   " belongs to node ", run.node_id));
      }
      backed_bytes += *part->size_bytes();
    }
    if (backed_bytes != row.length_bytes) {
      return Broken(evidence, absl::StrCat(Describe(row), ": ",
                                           row.length_bytes - backed_bytes,
                                           " bytes are not RAM"));
    }
  }
  return absl::OkStatus();
}

// Of each node: the bytes that its rows have in common with memory are those
// of its memory, but for 640K..1M and what memmap-type took away for good.
absl::Status SratSumsToNodeSizes(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  struct Sum {
    absl::uint128 wanted = 0;
    absl::uint128 found = 0;
  };
  std::map<uint32_t, Sum> sums;
  const std::vector<OwnedRange> runs = AllRuns(evidence);
  for (const OwnedRange& run : evidence.owned) {
    if (run.wanted == MemmapType::kReserved) continue;
    for (const AddressRange& part : OutsideLegacyHole(run.range)) {
      sums[run.node_id].wanted += *part.size_bytes();
    }
  }
  for (const OwnedRange& run : evidence.beside_ram) {
    sums[run.node_id].wanted += run.range.size_bytes().value_or(0);
  }
  for (const MemoryAffinity& row : evidence.memory_rows) {
    const std::optional<AddressRange> range = RangeOf(row);
    for (const OwnedRange& run : runs) {
      if (!range) continue;
      const auto common = range->Intersection(run.range);
      if (!common) continue;
      for (const AddressRange& part : OutsideLegacyHole(*common)) {
        sums[row.proximity_domain].found += *part.size_bytes();
      }
    }
  }
  for (const auto& [node, sum] : sums) {
    if (sum.wanted == sum.found) continue;
    return Broken(evidence,
                  absl::StrCat("rows of node ", node, " have ",
                               absl::Uint128Low64(sum.found), " bytes, not ",
                               absl::Uint128Low64(sum.wanted)));
  }
  return absl::OkStatus();
}

absl::Status SratCoversRam(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  const std::string gap =
      FindUncoveredRam(evidence, EnabledMemoryRows(evidence));
  if (gap.empty()) return absl::OkStatus();
  return Broken(evidence, gap);
}

absl::Status SratCoversRamWithoutHotPlug(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  const std::string gap = FindUncoveredRam(evidence, evidence.memory_rows);
  if (gap.empty()) return absl::OkStatus();
  return Broken(evidence, gap);
}

// sp-mem devices and nodes alike.
absl::Status SratGivesSoftReservedOneNode(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  for (const E820Row& row : evidence.layout.e820) {
    const std::optional<AddressRange> range = RangeOf(row);
    if (row.type != MemoryType::kSoftReserved || !range) continue;
    if (const auto gap = FindGap(*range, evidence.memory_rows)) {
      return Broken(evidence,
                    gap->ToString() + " is in no enabled row without hot-plug");
    }
    std::vector<MemoryAffinity> over;
    for (const MemoryAffinity& affinity : EnabledMemoryRows(evidence)) {
      const std::optional<AddressRange> r = RangeOf(affinity);
      if (r && r->Overlaps(*range)) over.push_back(affinity);
    }
    const std::string overlap = FindOverlap(over, AreOfTwoKinds);
    if (!overlap.empty()) return Broken(evidence, overlap);
  }
  return absl::OkStatus();
}

absl::Status SratListsEnclaves(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  for (const OwnedRange& run : evidence.beside_ram) {
    if (run.wanted != MemmapType::kReserved) continue;
    if (const auto gap = FindGap(run.range, evidence.memory_rows)) {
      return Broken(evidence,
                    absl::StrCat(gap->ToString(), " of an enclave of node ",
                                 run.node_id, " is in no row"));
    }
  }
  return absl::OkStatus();
}

absl::Status SratRowsDescribeMemory(const Evidence& evidence) {
  for (const MemoryAffinity& row : evidence.memory_rows) {
    const std::optional<AddressRange> range = RangeOf(row);
    const bool used =
        std::any_of(evidence.layout.e820.begin(), evidence.layout.e820.end(),
                    [&](const E820Row& e820) {
                      const std::optional<AddressRange> r = RangeOf(e820);
                      return range && r && r->Overlaps(*range) &&
                             (e820.type == MemoryType::kRam ||
                              e820.type == MemoryType::kSoftReserved);
                    });
    if (!used) return Broken(evidence, Describe(row) + ": a hole");
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
        return Broken(evidence, "a row of a reserved node: " + Describe(row));
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
      return Broken(evidence, Describe(row) + ": not of the last node");
    }
    parts[row.base] = {row.length_bytes, true};
  }
  for (const OwnedRange& part : evidence.beside_ram) {
    if (part.wanted != MemmapType::kSpm) continue;
    parts[part.range.first()] = {part.range.size_bytes().value_or(0), false};
  }
  if (parts.empty() && !due) return absl::OkStatus();
  if (parts.empty() || !due) {
    return Broken(evidence,
                  due ? "no hot-plug area" : "a hot-plug area without maxmem");
  }
  const uint64_t base = parts.begin()->first;
  uint64_t end = base;
  bool after_hot_plug = false;
  for (const auto& [start, part] : parts) {
    if (start != end) return Broken(evidence, "the hot-plug area has gaps");
    if (part.hot_plug && after_hot_plug) {
      return Broken(evidence, "two hot-plug rows with nothing between them");
    }
    after_hot_plug = part.hot_plug;
    end += part.size_bytes;
  }
  const uint64_t least = memory.maxram_size_bytes - memory.ram_size_bytes;
  const uint64_t ram_last =
      evidence.owned.empty() ? 0 : evidence.owned.back().range.last();
  if (base <= ram_last || base % kGiB != 0 || end - base < least) {
    return Broken(evidence,
                  absl::StrCat("hot-plug area at 0x", absl::Hex(base), " of ",
                               DescribeSize(end - base),
                               ": not above RAM at a GiB with room for ",
                               DescribeSize(least)));
  }
  return absl::OkStatus();
}

// Nodes that share a section of memory have one set of page flags: Linux's
// node_map_pfn_alignment().
absl::Status SratNodesAreSectionAligned(const Evidence& evidence) {
  constexpr uint64_t kSectionBytes = 128 * kMiB;
  std::vector<MemoryAffinity> rows = EnabledMemoryRows(evidence);
  std::sort(rows.begin(), rows.end(),
            [](const MemoryAffinity& a, const MemoryAffinity& b) {
              return a.base < b.base;
            });
  for (size_t i = 1; i < rows.size(); ++i) {
    const std::optional<AddressRange> before = RangeOf(rows[i - 1]);
    if (before && rows[i - 1].proximity_domain != rows[i].proximity_domain &&
        before->last() / kSectionBytes >= rows[i].base / kSectionBytes) {
      return Broken(evidence,
                    absl::StrCat(Describe(rows[i]), " shares a section with ",
                                 Describe(rows[i - 1])));
    }
  }
  return absl::OkStatus();
}

absl::Status SratLeavesOutLegacyHole(const Evidence& evidence) {
  for (const MemoryAffinity& row : EnabledMemoryRows(evidence)) {
    const std::optional<AddressRange> range = RangeOf(row);
    if (range && range->Overlaps(kLegacyHole)) {
      return Broken(evidence, Describe(row) + " has bytes of 640K to 1M");
    }
  }
  return absl::OkStatus();
}

namespace {

constexpr Law kLaws[] = {
    {"srat.no-overlap", "S02", Severity::kError,
     "Linux refuses the table; FreeBSD too", SratDomainsDoNotOverlap},
    {"srat.no-overlap-in-a-domain", "S03", Severity::kWarning,
     "FreeBSD refuses the table; Linux says so and goes on",
     SratRowsOfADomainDoNotOverlap},
    {"srat.covers-ram", "S04", Severity::kError,
     "Linux ignores the table if a MiB or more is in no node; Xen refuses it",
     SratCoversRam},
    {"srat.covers-ram-without-hot-plug", "S05", Severity::kError,
     "Xen refuses the table: RAM of its own may not be hot-pluggable",
     SratCoversRamWithoutHotPlug},
    {"srat.rows-describe-memory", "S07", Severity::kWarning,
     "Linux keeps the range in numa_reserved_meminfo: a node without pages",
     SratRowsDescribeMemory},
    {"srat.covers-soft-reserved", "S08", Severity::kError,
     "Linux's hmem finds no target node, or the wrong one, for the dax device",
     SratGivesSoftReservedOneNode},
    {"srat.omits-reserved-nodes", "S09", Severity::kError,
     "the kernel counts on a node's memory that it may not touch",
     SratOmitsReservedNodes},
    {"srat.hot-plug-area", "S11", Severity::kError,
     "Windows does not online hot-added memory", SratHotPlugAreaIsAboveRam},
    {"srat.nodes-are-section-aligned", "S17", Severity::kWarning,
     "Linux without node ids in page flags rejects NUMA",
     SratNodesAreSectionAligned},
    {"srat.leaves-out-legacy-hole", "S18", Severity::kWarning,
     "Windows wants no row over 0xA0000 to 0xFFFFF", SratLeavesOutLegacyHole},
    {"srat.rows-lie-in-ram", "X01", Severity::kError,
     "a node owns memory that is not there or not its own", SratRowsLieInRam},
    {"srat.sums-to-node-sizes", "X02", Severity::kError,
     "the kernel sizes a node wrongly", SratSumsToNodeSizes},
    {"srat.exists-where-nodes-do", "", Severity::kError,
     "the guest boots without NUMA", SratExistsWhereNodesDo},
    {"srat.non-volatile-apart", "", Severity::kError,
     "FreeBSD refuses the table; Linux sees persistent memory as hot-plugged",
     SratKeepsNonVolatileApart},
    {"srat.lists-nvdimms", "", Severity::kError,
     "persistent memory has no node", SratListsNvdimms},
    {"srat.lists-enclaves", "", Severity::kError, "enclave memory has no node",
     SratListsEnclaves},
};

}  // namespace

absl::Span<const Law> SratMemoryLaws() { return kLaws; }

}  // namespace e820check
