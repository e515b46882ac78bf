// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <variant>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "properties/table_laws.h"

namespace e820check {
namespace {

absl::Status HmatIsWellFormed(const Evidence& evidence) {
  const bool due = evidence.options.hmat && !evidence.layout.srat.empty();
  const bool present = !evidence.layout.hmat.empty();
  if (present != due) {
    return Broken(present ? "a table nobody asked for" : "no table");
  }
  if (!present) return absl::OkStatus();
  if (!evidence.hmat.ok()) {
    return Broken(std::string(evidence.hmat.status().message()));
  }
  if (EncodeHmat(*evidence.hmat) != evidence.layout.hmat) {
    return Broken("encode(decode(bytes)) is other bytes");
  }
  return absl::OkStatus();
}

// The domains from which SRAT says that requests come.
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

absl::Status HmatNamesMemory(const Evidence& evidence) {
  if (!evidence.hmat.ok()) return absl::OkStatus();
  const std::set<uint32_t> initiators = InitiatorsInSrat(evidence);
  std::set<uint32_t> listed;
  for (const HmatStructure& structure : evidence.hmat->structures) {
    const auto* domain = std::get_if<MemoryProximityDomain>(&structure);
    if (domain == nullptr) continue;
    if (!listed.insert(domain->memory).second) {
      return Broken(absl::StrCat("domain ", domain->memory, " is there twice"));
    }
    const bool valid =
        (domain->flags & MemoryProximityDomain::kInitiatorValid) != 0;
    if (valid && initiators.count(domain->initiator) == 0) {
      return Broken(absl::StrCat("domain ", domain->memory,
                                 " is next to domain ", domain->initiator,
                                 ", which has no initiator"));
    }
  }
  for (const OwnedRange& run : evidence.owned) {
    if (run.wanted == MemmapType::kReserved) continue;
    if (listed.count(run.node_id) == 0) {
      return Broken(absl::StrCat("nothing about memory of node ", run.node_id));
    }
  }
  return absl::OkStatus();
}

absl::Status HmatListsInitiatorsOnce(const Evidence& evidence) {
  if (!evidence.hmat.ok()) return absl::OkStatus();
  const std::set<uint32_t> initiators = InitiatorsInSrat(evidence);
  for (const HmatStructure& structure : evidence.hmat->structures) {
    const auto* list = std::get_if<LatencyBandwidth>(&structure);
    if (list == nullptr) continue;
    const std::set<uint32_t> from(list->initiators.begin(),
                                  list->initiators.end());
    const std::set<uint32_t> to(list->targets.begin(), list->targets.end());
    if (from.size() != list->initiators.size() ||
        to.size() != list->targets.size() ||
        (!to.empty() && *to.rbegin() >= evidence.node_count)) {
      return Broken("a list has a domain twice, or one that is not there");
    }
    for (const uint32_t domain : from) {
      if (initiators.count(domain) == 0) {
        return Broken(
            absl::StrCat("domain ", domain, " is listed without an initiator"));
      }
    }
  }
  return absl::OkStatus();
}

// What an entry says, in nanoseconds or bytes a second.
absl::uint128 ValueAt(const LatencyBandwidth& list, const HmatValue& value) {
  const auto index_of = [](const std::vector<uint32_t>& domains, uint32_t id) {
    return std::find(domains.begin(), domains.end(), id) - domains.begin();
  };
  const size_t from = index_of(list.initiators, value.initiator);
  const size_t to = index_of(list.targets, value.target);
  if (from == list.initiators.size() || to == list.targets.size()) return 0;
  const absl::uint128 units =
      absl::uint128(list.entries[from * list.targets.size() + to]) *
      list.base_unit;
  return IsLatency(value.data_type) ? units / 1000 : units * kMiB;
}

// Every value that was typed can be read back.
absl::Status HmatFollowsOptions(const Evidence& evidence) {
  if (!evidence.hmat.ok()) return absl::OkStatus();
  for (const HmatValue& value : evidence.options.hmat_values) {
    absl::uint128 found = 0;
    for (const HmatStructure& structure : evidence.hmat->structures) {
      const auto* list = std::get_if<LatencyBandwidth>(&structure);
      if (list != nullptr &&
          list->flags == static_cast<uint8_t>(value.hierarchy) &&
          list->data_type == static_cast<uint8_t>(value.data_type)) {
        found = ValueAt(*list, value);
      }
    }
    if (found != value.value) {
      return Broken(
          absl::StrCat(IsLatency(value.data_type) ? "latency" : "bandwidth",
                       " from ", value.initiator, " to ", value.target, " is ",
                       absl::Uint128Low64(found), ", not ", value.value));
    }
  }
  return absl::OkStatus();
}

absl::Status HmatListsCaches(const Evidence& evidence) {
  if (!evidence.hmat.ok()) return absl::OkStatus();
  size_t count = 0;
  for (const HmatStructure& structure : evidence.hmat->structures) {
    const auto* cache = std::get_if<MemorySideCache>(&structure);
    if (cache == nullptr) continue;
    ++count;
    const auto typed = std::find_if(
        evidence.options.hmat_caches.begin(),
        evidence.options.hmat_caches.end(), [&](const HmatCache& c) {
          return c.node == cache->memory &&
                 c.level == (cache->attributes >> 4 & 0xf);
        });
    if (typed == evidence.options.hmat_caches.end() ||
        typed->size_bytes != cache->size_bytes ||
        typed->line_bytes != cache->attributes >> 16 ||
        typed->level > (cache->attributes & 0xf)) {
      return Broken(absl::StrCat("a cache of domain ", cache->memory,
                                 " that nobody asked for"));
    }
  }
  const size_t wanted = evidence.options.hmat_caches.size();
  if (count == wanted) return absl::OkStatus();
  return Broken(absl::StrCat(count, " caches, not ", wanted));
}

constexpr Law kLaws[] = {
    {"hmat.well-formed", "H04", "Linux stops at the first bad structure",
     HmatIsWellFormed},
    {"hmat.names-memory", "H01", "Linux ignores the memory's performance",
     HmatNamesMemory},
    {"hmat.lists-initiators-once", "H02 H05", "Linux ignores the list",
     HmatListsInitiatorsOnce},
    {"hmat.follows-options", "H02", "the kernel ranks memory in another order",
     HmatFollowsOptions},
    {"hmat.lists-caches", "H03", "the kernel sees other caches",
     HmatListsCaches},
};

}  // namespace

absl::Span<const Law> HmatLaws() { return kLaws; }

}  // namespace e820check
