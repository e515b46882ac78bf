// SPDX-License-Identifier: Apache-2.0

#include "properties/laws/table_laws.h"

#include <variant>

namespace e820check {

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

std::vector<MemoryAffinity> EnabledMemoryRows(const Evidence& evidence) {
  std::vector<MemoryAffinity> rows = evidence.memory_rows;
  for (const auto* others :
       {&evidence.non_volatile_rows, &evidence.hot_plug_rows}) {
    rows.insert(rows.end(), others->begin(), others->end());
  }
  return rows;
}

std::set<uint32_t> InitiatorsInSrat(const Evidence& evidence) {
  std::set<uint32_t> domains;
  if (!evidence.srat.ok()) return domains;
  for (const SratRow& row : evidence.srat->rows) {
    if (const auto* apic = std::get_if<LocalApicAffinity>(&row)) {
      domains.insert(apic->proximity_domain);
    } else if (const auto* x2apic = std::get_if<X2ApicAffinity>(&row)) {
      domains.insert(x2apic->proximity_domain);
    } else if (const auto* generic = std::get_if<GenericDeviceAffinity>(&row)) {
      if (generic->kind == GenericDeviceAffinity::Kind::kInitiator) {
        domains.insert(generic->proximity_domain);
      }
    }
  }
  return domains;
}

}  // namespace e820check
