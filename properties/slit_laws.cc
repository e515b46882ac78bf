// SPDX-License-Identifier: Apache-2.0

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "properties/table_laws.h"

namespace e820check {
namespace {

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
    {"slit.well-formed", "L01", "Linux ignores the table", SlitIsWellFormed},
    {"slit.diagonal-is-local", "L02", "Linux and Xen ignore the table",
     SlitDiagonalIsLocal},
    {"slit.nodes-are-apart", "L03", "Linux ignores the table",
     SlitNodesAreApart},
    {"slit.follows-options", "L06 L04", "the scheduler sees other distances",
     SlitFollowsOptions},
};

}  // namespace

absl::Span<const Law> SlitLaws() { return kLaws; }

}  // namespace e820check
