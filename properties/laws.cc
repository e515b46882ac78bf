// SPDX-License-Identifier: Apache-2.0

#include "properties/laws.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <variant>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "machine/describe.h"
#include "properties/quirks.h"

namespace e820check {
namespace {

// Firmware keeps legacy video memory and ROMs here; SRAT leaves it out.
const AddressRange kLegacyHole = *AddressRange::Create(
    AddressRange::FirstAndLast{.first = 640 * kKiB, .last = kMiB - 1});

absl::Status Broken(const std::string& detail) {
  return absl::FailedPreconditionError(detail);
}

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

absl::Status E820RowsAreRanges(const Evidence& evidence) {
  for (const E820Row& row : evidence.layout.e820) {
    if (row.length_bytes == 0) return Broken("empty: " + Describe(row));
    if (!RangeOf(row)) return Broken("wraps: " + Describe(row));
  }
  return absl::OkStatus();
}

template <typename Row>
absl::Status RowsDoNotOverlap(const std::vector<Row>& rows) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::optional<AddressRange> a = RangeOf(rows[i]);
    for (size_t j = 0; a && j < i; ++j) {
      const std::optional<AddressRange> b = RangeOf(rows[j]);
      if (b && a->Overlaps(*b)) {
        return Broken(Describe(rows[j]) + " overlaps " + Describe(rows[i]));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status E820RowsDoNotOverlap(const Evidence& evidence) {
  return RowsDoNotOverlap(evidence.layout.e820);
}

absl::Status E820HoldsAllRam(const Evidence& evidence) {
  absl::uint128 total = 0;
  for (const E820Row& row : evidence.ram_rows) total += row.length_bytes;
  const absl::uint128 wanted =
      evidence.options.type.family == MachineFamily::kNone
          ? 0
          : evidence.options.memory.ram_size_bytes;
  if (total == wanted) return absl::OkStatus();
  return Broken(absl::StrCat("RAM rows hold ", absl::Uint128Low64(total),
                             " bytes, not ", absl::Uint128Low64(wanted)));
}

absl::Status E820TypesFollowOwners(const Evidence& evidence) {
  for (const OwnedRange& run : evidence.owned) {
    MemoryType wanted = MemoryType::kRam;
    if (run.wanted == MemmapType::kSpm) wanted = MemoryType::kSoftReserved;
    if (run.wanted == MemmapType::kReserved) wanted = MemoryType::kReserved;
    if (run.found != wanted) {
      return Broken(absl::StrCat(run.range.ToString(), " of node ", run.node_id,
                                 " is ", ToString(run.found), ", not ",
                                 ToString(wanted)));
    }
  }
  return absl::OkStatus();
}

absl::Status E820RoundTrips(const Evidence& evidence) {
  const absl::StatusOr<E820Table> again =
      DecodeE820(EncodeE820(evidence.layout.e820));
  if (again.ok() && *again == evidence.layout.e820) return absl::OkStatus();
  return Broken("decode(encode(table)) is another table");
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
  for (const auto& rows : {evidence.memory_rows, evidence.hot_plug_rows}) {
    for (const MemoryAffinity& row : rows) {
      if (!RangeOf(row)) return Broken("empty or wraps: " + Describe(row));
    }
  }
  return absl::OkStatus();
}

absl::Status SratRowsDoNotOverlap(const Evidence& evidence) {
  std::vector<MemoryAffinity> rows = evidence.memory_rows;
  rows.insert(rows.end(), evidence.hot_plug_rows.begin(),
              evidence.hot_plug_rows.end());
  return RowsDoNotOverlap(rows);
}

// Every byte of an enabled, not hot-pluggable row is RAM of that row's node.
absl::Status SratRowsLieInRam(const Evidence& evidence) {
  for (const MemoryAffinity& row : evidence.memory_rows) {
    const std::optional<AddressRange> range = RangeOf(row);
    if (!range) continue;
    uint64_t backed_bytes = 0;
    for (const OwnedRange& run : evidence.owned) {
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

// Every byte of RAM outside 640K..1M is in a row, except what memmap-type took
// away from the kernel for good.
absl::Status SratCoversRam(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  for (const OwnedRange& run : evidence.owned) {
    if (run.wanted == MemmapType::kReserved) continue;
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
      if (row.proximity_domain == run.node_id) {
        return Broken("a row of a reserved node: " + Describe(row));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status SratHotPlugAreaIsAboveRam(const Evidence& evidence) {
  const MemoryOptions& memory = evidence.options.memory;
  const bool due = evidence.srat.ok() &&
                   memory.maxram_size_bytes > memory.ram_size_bytes &&
                   evidence.options.type.version >= MachineVersion{2, 1};
  if (evidence.hot_plug_rows.size() != (due ? 1 : 0)) {
    return Broken(absl::StrCat(evidence.hot_plug_rows.size(),
                               " hot-plug rows, not ", due ? 1 : 0));
  }
  if (!due) return absl::OkStatus();
  const MemoryAffinity& area = evidence.hot_plug_rows.front();
  const uint64_t least = memory.maxram_size_bytes - memory.ram_size_bytes;
  const uint64_t ram_last =
      evidence.owned.empty() ? 0 : evidence.owned.back().range.last();
  if (area.base <= ram_last || area.base % kGiB != 0 ||
      area.length_bytes < least ||
      area.proximity_domain != evidence.node_count - 1) {
    return Broken(absl::StrCat(Describe(area), ": not above RAM at a GiB, of ",
                               "the last node, with room for ",
                               DescribeSize(least)));
  }
  return absl::OkStatus();
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

absl::Status SlitIsWellFormed(const Evidence& evidence) {
  const bool asked = !evidence.options.numa_distances.empty();
  const bool present = !evidence.layout.slit.empty();
  if (present != (asked && !evidence.layout.srat.empty())) {
    return Broken(present ? "a table nobody asked for" : "no table");
  }
  if (!present) return absl::OkStatus();
  if (!evidence.slit.ok()) {
    return Broken(std::string(evidence.slit.status().message()));
  }
  if (EncodeSlit(*evidence.slit) != evidence.layout.slit) {
    return Broken("encode(decode(bytes)) is other bytes");
  }
  if (evidence.slit->locality_count != evidence.node_count) {
    return Broken(absl::StrCat(evidence.slit->locality_count,
                               " localities for ", evidence.node_count,
                               " nodes"));
  }
  return absl::OkStatus();
}

absl::Status SlitDiagonalIsLocal(const Evidence& evidence) {
  if (!evidence.slit.ok()) return absl::OkStatus();
  const uint64_t count = evidence.slit->locality_count;
  for (uint64_t i = 0; i < count; ++i) {
    if (evidence.slit->distances[i * count + i] != 10) {
      return Broken(
          absl::StrCat("node ", i, " is not at distance 10 of itself"));
    }
  }
  return absl::OkStatus();
}

absl::Status SlitNodesAreApart(const Evidence& evidence) {
  if (!evidence.slit.ok()) return absl::OkStatus();
  const uint64_t count = evidence.slit->locality_count;
  for (uint64_t i = 0; i < count * count; ++i) {
    if (i / count != i % count && evidence.slit->distances[i] <= 10) {
      return Broken(absl::StrCat("node ", i % count, " is as near to node ",
                                 i / count, " as that itself"));
    }
  }
  return absl::OkStatus();
}

absl::Status SlitFollowsOptions(const Evidence& evidence) {
  if (!evidence.slit.ok()) return absl::OkStatus();
  const uint64_t count = evidence.slit->locality_count;
  std::map<std::pair<uint32_t, uint32_t>, uint8_t> wanted;
  for (const NumaDistance& d : evidence.options.numa_distances) {
    wanted[{d.from, d.to}] = d.value;
  }
  for (uint32_t from = 0; from < count; ++from) {
    for (uint32_t to = 0; to < count; ++to) {
      if (from == to) continue;
      auto typed = wanted.find({from, to});
      if (typed == wanted.end()) typed = wanted.find({to, from});
      const uint8_t actual = evidence.slit->distances[from * count + to];
      if (typed == wanted.end() || typed->second != actual) {
        return Broken(absl::StrCat("distance from ", from, " to ", to, " is ",
                                   actual, ", which nobody typed"));
      }
    }
  }
  return absl::OkStatus();
}

constexpr Law kLaws[] = {
    {"e820.rows-are-ranges", "E02 E03",
     "Linux refuses the whole map at a row that wraps", E820RowsAreRanges},
    {"e820.no-overlap", "E04",
     "OVMF builds conflicting HOBs; Linux lets the highest type value win",
     E820RowsDoNotOverlap},
    {"e820.holds-all-ram", "E13", "the guest loses memory or uses none",
     E820HoldsAllRam},
    {"e820.types-follow-owners", "E08 E17 X01",
     "device memory is handed to the allocator, or RAM is not",
     E820TypesFollowOwners},
    {"e820.round-trip", "E01", "firmware reads another map", E820RoundTrips},
    {"srat.well-formed", "S01 S16", "Linux stops at the first bad row",
     SratIsWellFormed},
    {"srat.exists-where-nodes-do", "S04", "the guest boots without NUMA",
     SratExistsWhereNodesDo},
    {"srat.rows-are-ranges", "S06", "Linux prints [0, 2^64-1] and drops NUMA",
     SratRowsAreRanges},
    {"srat.no-overlap", "S02 S03", "Linux refuses the table; FreeBSD too",
     SratRowsDoNotOverlap},
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
    {"srat.each-cpu-once", "S13 S10", "FreeBSD refuses a repeated APIC id",
     SratListsEachCpuOnce},
    {"srat.follows-cpu-bindings", "X03", "threads run far from their memory",
     SratFollowsCpuBindings},
    {"slit.well-formed", "L01", "Linux ignores the table", SlitIsWellFormed},
    {"slit.diagonal-is-local", "L02", "Linux and Xen ignore the table",
     SlitDiagonalIsLocal},
    {"slit.nodes-are-apart", "L03", "Linux ignores the table",
     SlitNodesAreApart},
    {"slit.follows-options", "L06 L04", "the scheduler sees other distances",
     SlitFollowsOptions},
};

}  // namespace

absl::Span<const Law> Laws() { return kLaws; }

std::vector<Breach> FindBreaches(const MachineOptions& options,
                                 const GuestLayout& layout) {
  const Evidence evidence = Gather(options, layout);
  std::vector<Breach> breaches;
  for (const Law& law : kLaws) {
    const absl::Status status = law.check(evidence);
    if (status.ok()) continue;
    breaches.push_back(
        {&law, std::string(status.message()), FindExcuse(law.id, options)});
  }
  return breaches;
}

absl::Status CheckLaws(const MachineOptions& options,
                       const GuestLayout& layout) {
  for (const Breach& breach : FindBreaches(options, layout)) {
    if (breach.excuse != nullptr) continue;
    return Broken(absl::StrCat(breach.law->id, ": ", breach.detail));
  }
  return absl::OkStatus();
}

}  // namespace e820check
