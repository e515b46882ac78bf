// SPDX-License-Identifier: Apache-2.0

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "properties/laws/table_laws.h"

namespace e820check {

absl::Status SlitIsWellFormed(const Evidence& evidence) {
  const bool asked = !evidence.options.numa_distances.empty();
  const bool present = !evidence.layout.slit.empty();
  if (present != (asked && !evidence.layout.srat.empty())) {
    return Broken(evidence, present ? "a table nobody asked for" : "no table");
  }
  if (!present) return absl::OkStatus();
  if (!evidence.slit.ok()) {
    return Broken(evidence, std::string(evidence.slit.status().message()));
  }
  if (EncodeSlit(*evidence.slit) != evidence.layout.slit) {
    return Broken(evidence, "encode(decode(bytes)) is other bytes");
  }
  if (evidence.slit->locality_count != evidence.node_count) {
    return Broken(evidence, absl::StrCat(evidence.slit->locality_count,
                                         " localities for ",
                                         evidence.node_count, " nodes"));
  }
  return absl::OkStatus();
}

absl::Status SlitDiagonalIsLocal(const Evidence& evidence) {
  if (!evidence.slit.ok()) return absl::OkStatus();
  const uint64_t count = evidence.slit->locality_count;
  for (uint64_t i = 0; i < count; ++i) {
    if (evidence.slit->distances[i * count + i] != 10) {
      return Broken(evidence, absl::StrCat("node ", i,
                                           " is not at distance 10 of itself"));
    }
  }
  return absl::OkStatus();
}

absl::Status SlitNodesAreApart(const Evidence& evidence) {
  if (!evidence.slit.ok()) return absl::OkStatus();
  const uint64_t count = evidence.slit->locality_count;
  for (uint64_t i = 0; i < count * count; ++i) {
    if (i / count != i % count && evidence.slit->distances[i] <= 10) {
      return Broken(evidence,
                    absl::StrCat("node ", i % count, " is as near to node ",
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
        return Broken(evidence,
                      absl::StrCat("distance from ", from, " to ", to, " is ",
                                   actual, ", which nobody typed"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status SlitIsSymmetric(const Evidence& evidence) {
  if (!evidence.slit.ok()) return absl::OkStatus();
  const uint64_t count = evidence.slit->locality_count;
  const std::vector<uint8_t>& distances = evidence.slit->distances;
  std::set<std::pair<uint64_t, uint64_t>> typed;
  for (const NumaDistance& d : evidence.options.numa_distances) {
    if (d.from != d.to) typed.insert({d.from, d.to});
  }
  if (typed.size() == count * (count - 1)) return absl::OkStatus();
  for (uint64_t i = 0; i < count * count; ++i) {
    const uint64_t from = i / count;
    const uint64_t to = i % count;
    if (distances[i] != distances[to * count + from]) {
      return Broken(evidence, absl::StrCat("from ", from, " to ", to, " is ",
                                           distances[i], ", back ",
                                           distances[to * count + from]));
    }
  }
  return absl::OkStatus();
}

absl::Status SlitHasNoShortCuts(const Evidence& evidence) {
  if (!evidence.slit.ok()) return absl::OkStatus();
  const uint64_t count = evidence.slit->locality_count;
  const std::vector<uint8_t>& d = evidence.slit->distances;
  for (uint64_t via = 0; via < count; ++via) {
    for (uint64_t i = 0; i < count * count; ++i) {
      const uint64_t from = i / count;
      const uint64_t to = i % count;
      if (d[from * count + via] + d[via * count + to] < d[i]) {
        return Broken(evidence, absl::StrCat("from ", from, " to ", to,
                                             " is shorter by way of ", via));
      }
    }
  }
  return absl::OkStatus();
}

namespace {

constexpr Law kLaws[] = {
    {"slit.well-formed", "L01", Severity::kError, "Linux ignores the table",
     SlitIsWellFormed},
    {"slit.diagonal-is-local", "L02", Severity::kError,
     "Linux and Xen ignore the table", SlitDiagonalIsLocal},
    {"slit.nodes-are-apart", "L03", Severity::kError,
     "Linux and Xen ignore the table", SlitNodesAreApart},
    {"slit.is-symmetric", "L04", Severity::kWarning,
     "schedulers that read half of the table see other distances",
     SlitIsSymmetric},
    {"slit.has-no-short-cuts", "L05", Severity::kNote,
     "Linux warns of its scheduler topology", SlitHasNoShortCuts},
    {"slit.follows-options", "L06", Severity::kError,
     "the scheduler sees other distances", SlitFollowsOptions},
};

}  // namespace

absl::Span<const Law> SlitLaws() { return kLaws; }

}  // namespace e820check
