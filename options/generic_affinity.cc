// SPDX-License-Identifier: Apache-2.0

#include "options/generic_affinity.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "options/integer.h"
#include "options/json.h"
#include "options/refusal.h"

namespace e820check {
namespace {

struct Record {
  std::optional<std::string> id;
  std::optional<std::string> device;
  std::optional<uint64_t> node;
};

constexpr Member<Record> Device(absl::string_view name) {
  return {name, Presence::kRequired, AsString<Record>{&Record::device}};
}

constexpr Member<Record> kId = {"id", Presence::kRequired,
                                AsString<Record>{&Record::id}};
constexpr Member<Record> kNode = {"node", Presence::kRequired,
                                  AsUnsigned<Record>{&Record::node, 32}};

constexpr Member<Record> kInitiatorMembers[] = {kId, Device("pci-dev"), kNode};
constexpr Member<Record> kPortMembers[] = {kId, Device("pci-bus"), kNode};

}  // namespace

absl::string_view QomType(GenericAffinity::Kind kind) {
  return kind == GenericAffinity::Kind::kInitiator ? "acpi-generic-initiator"
                                                   : "acpi-generic-port";
}

absl::StatusOr<GenericAffinity> VisitGenericAffinity(
    GenericAffinity::Kind kind, const VisitContext& context,
    RecordSource& source) {
  Record record;
  absl::Status visited = kind == GenericAffinity::Kind::kInitiator
                             ? Visit(kInitiatorMembers, context, source, record)
                             : Visit(kPortMembers, context, source, record);
  if (visited.ok()) visited = source.RefuseLeftovers();
  if (!visited.ok()) return visited;
  GenericAffinity generic;
  generic.kind = kind;
  generic.id = *std::move(record.id);
  generic.device = *std::move(record.device);
  generic.node = static_cast<uint32_t>(*record.node);
  return generic;
}

void AddGenericAffinityWords(Vocabulary& vocabulary) {
  AddMembers(kInitiatorMembers, vocabulary);
  AddMembers(kPortMembers, vocabulary);
}

absl::Status CheckGenericAffinity(const GenericAffinity& generic) {
  if (!IsIdentifier(generic.id)) return RefuseId();
  // Observed: 10.0 and 11.1 name the initiator for a port, too.
  if (generic.node >= kMaxNumaNodes) {
    return Refuse("acpi-generic-initiator: Invalid NUMA node specified");
  }
  return absl::OkStatus();
}

}  // namespace e820check
