// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "properties/laws/table_laws.h"

namespace e820check {

absl::Status HmatIsWellFormed(const Evidence& evidence) {
  const bool due = evidence.options.hmat && !evidence.layout.srat.empty();
  const bool present = !evidence.layout.hmat.empty();
  if (present != due) {
    return Broken(evidence, present ? "a table nobody asked for" : "no table");
  }
  if (!present) return absl::OkStatus();
  if (!evidence.hmat.ok()) {
    return Broken(evidence, std::string(evidence.hmat.status().message()));
  }
  if (evidence.hmat->header.revision != 2) {
    return Broken(evidence, "not of revision 2");
  }
  if (EncodeHmat(*evidence.hmat) != evidence.layout.hmat) {
    return Broken(evidence, "encode(decode(bytes)) is other bytes");
  }
  return absl::OkStatus();
}

absl::Status HmatNamesMemory(const Evidence& evidence) {
  if (!evidence.hmat.ok()) return absl::OkStatus();
  const std::set<uint32_t> initiators = InitiatorsInSrat(evidence);
  std::set<uint32_t> memories;
  for (const MemoryAffinity& row : EnabledMemoryRows(evidence)) {
    memories.insert(row.proximity_domain);
  }
  std::set<uint32_t> listed;
  for (const HmatStructure& structure : evidence.hmat->structures) {
    const auto* domain = std::get_if<MemoryProximityDomain>(&structure);
    if (domain == nullptr) continue;
    if (!listed.insert(domain->memory).second) {
      return Broken(evidence,
                    absl::StrCat("domain ", domain->memory, " is there twice"));
    }
    if (memories.count(domain->memory) == 0) {
      return Broken(evidence, absl::StrCat("domain ", domain->memory,
                                           " has no memory in SRAT"));
    }
    const bool valid =
        (domain->flags & MemoryProximityDomain::kInitiatorValid) != 0;
    if (valid && initiators.count(domain->initiator) == 0) {
      return Broken(
          evidence,
          absl::StrCat("domain ", domain->memory, " is next to domain ",
                       domain->initiator, ", which has no initiator"));
    }
  }
  for (const OwnedRange& run : evidence.owned) {
    if (run.wanted == MemmapType::kReserved) continue;
    if (listed.count(run.node_id) == 0) {
      return Broken(evidence,
                    absl::StrCat("nothing about memory of node ", run.node_id));
    }
  }
  return absl::OkStatus();
}

namespace {

// All domains that an enabled row of SRAT names.
std::set<uint32_t> DomainsInSrat(const Evidence& evidence) {
  std::set<uint32_t> domains = InitiatorsInSrat(evidence);
  for (const MemoryAffinity& row : EnabledMemoryRows(evidence)) {
    domains.insert(row.proximity_domain);
  }
  if (!evidence.srat.ok()) return domains;
  for (const SratRow& row : evidence.srat->rows) {
    if (const auto* generic = std::get_if<GenericDeviceAffinity>(&row)) {
      domains.insert(generic->proximity_domain);
    }
  }
  return domains;
}

// The first domain of `list` that is not in `known` or that is there twice.
std::optional<uint32_t> FindWrongDomain(const std::vector<uint32_t>& list,
                                        const std::set<uint32_t>& known) {
  std::set<uint32_t> seen;
  for (const uint32_t domain : list) {
    if (known.count(domain) == 0 || !seen.insert(domain).second) return domain;
  }
  return std::nullopt;
}

}  // namespace

absl::Status HmatListsAreSound(const Evidence& evidence) {
  constexpr uint16_t kUnreachable = 0xFFFF;
  if (!evidence.hmat.ok()) return absl::OkStatus();
  const std::set<uint32_t> domains = DomainsInSrat(evidence);
  for (const HmatStructure& structure : evidence.hmat->structures) {
    const auto* list = std::get_if<LatencyBandwidth>(&structure);
    if (list == nullptr) continue;
    for (const auto* side : {&list->initiators, &list->targets}) {
      if (const auto wrong = FindWrongDomain(*side, domains)) {
        return Broken(evidence, absl::StrCat("a list has domain ", *wrong,
                                             " twice, or SRAT has not"));
      }
    }
    for (const uint16_t entry : list->entries) {
      if (entry != kUnreachable && entry != 0 &&
          list->base_unit > UINT64_MAX / entry) {
        return Broken(evidence,
                      absl::StrCat(entry, " units of ", list->base_unit,
                                   " are more than 2^64"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status HmatInitiatorsExist(const Evidence& evidence) {
  if (!evidence.hmat.ok()) return absl::OkStatus();
  const std::set<uint32_t> initiators = InitiatorsInSrat(evidence);
  for (const HmatStructure& structure : evidence.hmat->structures) {
    const auto* list = std::get_if<LatencyBandwidth>(&structure);
    if (list == nullptr) continue;
    for (const uint32_t domain : list->initiators) {
      if (initiators.count(domain) == 0) {
        return Broken(evidence, absl::StrCat("domain ", domain,
                                             " is listed without an "
                                             "initiator"));
      }
    }
  }
  return absl::OkStatus();
}

namespace {

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

}  // namespace

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
          evidence,
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
      return Broken(evidence, absl::StrCat("a cache of domain ", cache->memory,
                                           " that nobody asked for"));
    }
  }
  const size_t wanted = evidence.options.hmat_caches.size();
  if (count == wanted) return absl::OkStatus();
  return Broken(evidence, absl::StrCat(count, " caches, not ", wanted));
}

// Levels 1 to n of n, each larger than the one before, and n at most 3.
absl::Status HmatCacheLevelsNest(const Evidence& evidence) {
  if (!evidence.hmat.ok()) return absl::OkStatus();
  struct Level {
    uint64_t size_bytes;
    uint32_t of;
  };
  std::map<uint32_t, std::map<uint32_t, Level>> caches;  // by domain, by level
  for (const HmatStructure& structure : evidence.hmat->structures) {
    const auto* cache = std::get_if<MemorySideCache>(&structure);
    if (cache == nullptr) continue;
    const uint32_t level = cache->attributes >> 4 & 0xf;
    if (!caches[cache->memory]
             .insert({level, {cache->size_bytes, cache->attributes & 0xf}})
             .second) {
      return Broken(evidence,
                    absl::StrCat("domain ", cache->memory, " has cache level ",
                                 level, " twice"));
    }
  }
  for (const auto& [domain, levels] : caches) {
    uint32_t expected = 1;
    uint64_t size_bytes = 0;
    for (const auto& [level, cache] : levels) {
      if (level != expected || level > kMaxHmatCacheLevel ||
          cache.of != levels.size() ||
          (level > 1 && cache.size_bytes <= size_bytes)) {
        return Broken(
            evidence,
            absl::StrCat("cache level ", level, " of ", cache.of, " of domain ",
                         domain, " does not follow the one before"));
      }
      ++expected;
      size_bytes = cache.size_bytes;
    }
  }
  return absl::OkStatus();
}

namespace {

constexpr Law kLaws[] = {
    {"hmat.names-memory", "H01", Severity::kError,
     "Linux ignores the memory's performance", HmatNamesMemory},
    {"hmat.lists-initiators-once", "H02", Severity::kError,
     "Linux ignores the list, or reads other values", HmatListsAreSound},
    {"hmat.cache-levels-nest", "H03", Severity::kError,
     "Linux shows caches in a wrong order, or none", HmatCacheLevelsNest},
    {"hmat.well-formed", "H04", Severity::kError,
     "Linux stops at the first bad structure", HmatIsWellFormed},
    {"hmat.initiators-exist", "H05", Severity::kWarning,
     "Linux finds no CPU at the start of the list's row", HmatInitiatorsExist},
    {"hmat.follows-options", "", Severity::kError,
     "the kernel ranks memory in another order", HmatFollowsOptions},
    {"hmat.lists-caches", "", Severity::kError, "the kernel sees other caches",
     HmatListsCaches},
};

}  // namespace

absl::Span<const Law> HmatLaws() { return kLaws; }

}  // namespace e820check
