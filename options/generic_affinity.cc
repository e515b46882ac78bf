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

// Empty: it has none that is text.
std::string QomTypeOf(absl::string_view text, QemuVersion qemu) {
  if (absl::StartsWith(text, "{")) {
    const absl::StatusOr<ValueTree> tree = ParseJsonObject(text, qemu);
    if (!tree.ok()) return "";
    const auto type = tree->Find(ValueTree::kRoot, "qom-type");
    return type ? (*tree)[*type].text : "";
  }
  std::string type;  // the last one counts
  QemuOptsReader reader(text, "qom-type");
  while (std::optional<QemuOpt> opt = reader.Next()) {
    if (opt->key == "qom-type") type = std::move(opt->value);
  }
  return type;
}

absl::StatusOr<GenericAffinity> VisitGeneric(const VisitContext& context,
                                             RecordSource& source) {
  absl::StatusOr<std::string> type = source.String("qom-type");
  if (!type.ok()) return type.status();
  GenericAffinity generic;
  Record record;
  absl::Status visited;
  if (*type == QomType(GenericAffinity::Kind::kInitiator)) {
    visited = Visit(kInitiatorMembers, context, source, record);
  } else {
    generic.kind = GenericAffinity::Kind::kPort;
    visited = Visit(kPortMembers, context, source, record);
  }
  if (visited.ok()) visited = source.RefuseLeftovers();
  if (!visited.ok()) return visited;
  generic.id = *std::move(record.id);
  generic.device = *std::move(record.device);
  generic.node = static_cast<uint32_t>(*record.node);
  return generic;
}

}  // namespace

absl::string_view QomType(GenericAffinity::Kind kind) {
  return kind == GenericAffinity::Kind::kInitiator ? "acpi-generic-initiator"
                                                   : "acpi-generic-port";
}

bool IsGenericAffinity(absl::string_view text, QemuVersion qemu) {
  // Most objects are others: avoid the parsing.
  if (qemu == QemuVersion::k7_2 || !absl::StrContains(text, "acpi-generic-")) {
    return false;
  }
  const std::string type = QomTypeOf(text, qemu);
  return type == QomType(GenericAffinity::Kind::kInitiator) ||
         type == QomType(GenericAffinity::Kind::kPort);
}

absl::StatusOr<GenericAffinity> ParseGenericAffinity(
    absl::string_view text, const VisitContext& context, QemuOptsList& list,
    std::vector<std::string>& warnings) {
  if (absl::StartsWith(text, "{")) {
    absl::StatusOr<ValueTree> tree = ParseJsonObject(text, context.qemu);
    if (!tree.ok()) return tree.status();
    JsonSource source(*tree, ValueTree::kRoot);
    return VisitGeneric(context, source);
  }
  absl::StatusOr<QemuOptsBag> bag = list.Parse(text, warnings);
  if (!bag.ok()) return bag.status();
  if (std::any_of(bag->items.begin(), bag->items.end(),
                  [](const QemuOpt& opt) { return IsHelp(opt.key); })) {
    return absl::UnimplementedError("it prints help");
  }
  QemuOptsSource source(*bag, context.qemu, warnings);
  return VisitGeneric(context, source);
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
