// SPDX-License-Identifier: Apache-2.0

// What holds of the rows of SRAT for CPUs and devices.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "properties/laws/table_laws.h"

namespace e820check {
namespace {

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

std::set<uint32_t> DomainsWithMemory(const Evidence& evidence) {
  std::set<uint32_t> domains;
  for (const MemoryAffinity& row : EnabledMemoryRows(evidence)) {
    domains.insert(row.proximity_domain);
  }
  return domains;
}

// Whether `handle` is that of a device which `generic` may name: by its id or a
// path to it; an empty name is that of the only one there is.
bool MayName(const MachineOptions& options, const GenericAffinity& generic,
             const GenericDeviceAffinity& row) {
  absl::string_view name = generic.device;
  absl::ConsumePrefix(&name, "/machine/peripheral/");
  for (const Device& device : options.devices) {
    if (!name.empty() && device.id != name) continue;
    if (generic.kind == GenericAffinity::Kind::kInitiator) {
      const auto* pci = std::get_if<PciDeviceHandle>(&row.handle);
      if (pci != nullptr && device.devfn &&
          *pci == PciDeviceHandle{.devfn = *device.devfn}) {
        return true;
      }
    } else {
      const auto* acpi = std::get_if<AcpiDeviceHandle>(&row.handle);
      if (acpi != nullptr && device.kind == Device::Kind::kPxbCxl &&
          *acpi ==
              AcpiDeviceHandle{.hid = {'A', 'C', 'P', 'I', '0', '0', '1', '6'},
                               .uid = device.bus_number}) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

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
      return Broken(evidence, absl::StrCat("a generic row of domain ",
                                           generic->proximity_domain,
                                           ", which nobody asked for"));
    }
    due.erase(object);
  }
  if (due.empty()) return absl::OkStatus();
  return Broken(evidence,
                absl::StrCat(due.size(), " generic objects without a row"));
}

// Before firmware numbers the buses all PCI devices are on bus 0.
absl::Status SratHandlesNameDevices(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  const MachineOptions& options = evidence.options;
  for (const SratRow& row : evidence.srat->rows) {
    const auto* generic = std::get_if<GenericDeviceAffinity>(&row);
    if (generic == nullptr) continue;
    const bool port = generic->kind == GenericDeviceAffinity::Kind::kPort;
    const bool named = std::any_of(
        options.generic_affinities.begin(), options.generic_affinities.end(),
        [&](const GenericAffinity& object) {
          return (object.kind == GenericAffinity::Kind::kPort) == port &&
                 object.node == generic->proximity_domain &&
                 MayName(options, object, *generic);
        });
    if (named) continue;
    return Broken(
        evidence,
        absl::StrCat("a generic row of domain ", generic->proximity_domain,
                     " has the handle of no device named for it"));
  }
  return absl::OkStatus();
}

absl::Status SratListsEachCpuOnce(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  const std::vector<CpuRow> rows = CpuRows(*evidence.srat);
  if (rows.size() != evidence.options.smp.maxcpus) {
    return Broken(evidence,
                  absl::StrCat(rows.size(), " CPU rows for ",
                               evidence.options.smp.maxcpus, " CPUs"));
  }
  std::set<uint32_t> apic_ids;
  for (const CpuRow& row : rows) {
    if (!apic_ids.insert(row.apic_id).second) {
      return Broken(evidence,
                    absl::StrCat("APIC id ", row.apic_id, " is there twice"));
    }
    if (row.flags != 1 || row.node >= evidence.node_count ||
        row.x2apic != (row.apic_id >= 255)) {
      return Broken(evidence,
                    absl::StrCat("APIC id ", row.apic_id,
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
  node_by_index.reserve(node_by_apic_id.size());
  for (const auto& [apic_id, node] : node_by_apic_id) {
    node_by_index.push_back(node);
  }
  for (const NumaNode& node : evidence.options.numa_nodes) {
    for (const CpuIndexRange& range : node.cpus) {
      for (size_t i = range.first; i <= range.last; ++i) {
        if (i < node_by_index.size() && node_by_index[i] == node.id) continue;
        return Broken(evidence,
                      absl::StrCat("CPU ", i, " is not in node ", node.id));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status SratMemoryHasInitiators(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  const std::set<uint32_t> initiators = InitiatorsInSrat(evidence);
  for (const uint32_t domain : DomainsWithMemory(evidence)) {
    if (initiators.count(domain) > 0) continue;
    return Broken(evidence,
                  absl::StrCat("domain ", domain, " has memory and no CPU"));
  }
  return absl::OkStatus();
}

absl::Status SratCpusHaveMemory(const Evidence& evidence) {
  if (!evidence.srat.ok()) return absl::OkStatus();
  const std::set<uint32_t> domains = DomainsWithMemory(evidence);
  for (const CpuRow& row : CpuRows(*evidence.srat)) {
    if (domains.count(row.node) > 0) continue;
    return Broken(evidence,
                  absl::StrCat("domain ", row.node, " has CPUs and no memory"));
  }
  return absl::OkStatus();
}

namespace {

constexpr Law kLaws[] = {
    {"srat.each-cpu-once", "S13", Severity::kError,
     "FreeBSD refuses a repeated APIC id", SratListsEachCpuOnce},
    {"srat.memory-has-initiators", "S14", Severity::kWarning,
     "old FreeBSD refuses the table: no CPU for a memory domain",
     SratMemoryHasInitiators},
    {"srat.cpus-have-memory", "S15", Severity::kWarning,
     "FreeBSD refuses the table; Linux takes memory of the nearest node",
     SratCpusHaveMemory},
    {"srat.handles-name-devices", "S19", Severity::kError,
     "the kernel gives the distance to another device", SratHandlesNameDevices},
    {"srat.lists-generic-devices", "", Severity::kError,
     "the kernel finds no distance to the device", SratListsGenericDevices},
    {"srat.follows-cpu-bindings", "", Severity::kError,
     "threads run far from their memory", SratFollowsCpuBindings},
};

}  // namespace

absl::Span<const Law> SratDeviceLaws() { return kLaws; }

}  // namespace e820check
