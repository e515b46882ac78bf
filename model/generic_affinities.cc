// SPDX-License-Identifier: Apache-2.0

#include "model/generic_affinities.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "model/qom_order.h"

namespace e820check::model {
namespace {

using Kind = GenericAffinity::Kind;

constexpr uint32_t kEnabled = 1;

// `name` is an id or a path to it. Observed: an empty one finds the only device
// of the wanted kind.
template <typename IsWanted>
const Device* FindDevice(const MachineOptions& options, absl::string_view name,
                         IsWanted is_wanted) {
  absl::ConsumePrefix(&name, "/machine/peripheral/");
  const Device* found = nullptr;
  for (const Device& device : options.devices) {
    if (!is_wanted(device)) continue;
    if (name.empty() ? found != nullptr : device.id != name) {
      if (name.empty()) return nullptr;  // several
      continue;
    }
    found = &device;
  }
  return found;
}

const Device* FindBridge(const MachineOptions& options,
                         absl::string_view name) {
  return FindDevice(options, name, [](const Device& device) {
    return device.kind == Device::Kind::kPxbCxl;
  });
}

absl::Status Refuse(const std::string& text) {
  return absl::FailedPreconditionError(text);
}

absl::StatusOr<SratRow> InitiatorRow(const MachineOptions& options,
                                     const GenericAffinity& generic,
                                     size_t node_count, Journal& journal) {
  if (generic.node >= node_count) {
    journal.Reach(Rule::kGenericNodeTooHigh);
    return Refuse(absl::StrCat("acpi-generic-initiator: Specified node ",
                               generic.node, " is invalid."));
  }
  const Device* device = nullptr;
  if (!generic.device.empty()) {
    device = FindDevice(options, generic.device, [](const Device& candidate) {
      return candidate.devfn.has_value();
    });
  }
  if (device == nullptr) {
    journal.Reach(Rule::kGenericDeviceInvalid);
    return Refuse(
        "acpi-generic-initiator: Specified device must be a PCI device.");
  }
  journal.Reach(Rule::kGenericInitiatorRow);
  return GenericDeviceAffinity{
      .kind = GenericDeviceAffinity::Kind::kInitiator,
      .proximity_domain = generic.node,
      .handle = PciDeviceHandle{.devfn = *device->devfn},
      .flags = kEnabled};
}

absl::StatusOr<SratRow> PortRow(const MachineOptions& options,
                                const GenericAffinity& generic,
                                size_t node_count, Journal& journal) {
  if (generic.node >= node_count) {
    journal.Reach(Rule::kGenericNodeTooHigh);
    return Refuse(
        absl::StrCat("acpi-generic-port: node ", generic.node, " is invalid."));
  }
  const Device* bridge = FindBridge(options, generic.device);
  if (bridge == nullptr) {
    journal.Reach(Rule::kGenericDeviceInvalid);
    return Refuse("acpi-generic-port: device must be a CXL host bridge.");
  }
  journal.Reach(Rule::kGenericPortRow);
  return GenericDeviceAffinity{
      .kind = GenericDeviceAffinity::Kind::kPort,
      .proximity_domain = generic.node,
      .handle =
          AcpiDeviceHandle{.hid = {'A', 'C', 'P', 'I', '0', '0', '1', '6'},
                           .uid = bridge->bus_number},
      .flags = kEnabled};
}

// The children of /objects as QEMU made them: early objects, backends, and its
// own RAM where nobody gave it any.
std::vector<std::string> ObjectNames(const MachineOptions& options,
                                     const LayoutPolicy& policy) {
  std::vector<std::string> names = options.other_object_ids;
  bool makes_ram =
      options.memory_backend.empty() && options.memory.ram_size_bytes > 0;
  for (const MemoryBackend& backend : options.backends) {
    names.push_back(backend.id);
  }
  for (const NumaNode& node : options.numa_nodes) {
    if (node.memdev) makes_ram = false;
  }
  if (makes_ram) names.emplace_back(policy.default_ram_id);
  return names;
}

}  // namespace

absl::Status CheckCxl(const MachineOptions& options, Journal& journal) {
  if (!options.cxl) {
    for (const Device& device : options.devices) {
      if (device.kind != Device::Kind::kPxbCxl) continue;
      journal.Reach(Rule::kCxlWindowTarget);
      return Refuse("CXL host bridges present, but cxl=off");
    }
    return absl::OkStatus();
  }
  for (const CxlWindow& window : options.cxl_windows) {
    for (const std::string& target : window.targets) {
      journal.Reach(Rule::kCxlWindowTarget);
      if (FindBridge(options, target) != nullptr) continue;
      return Refuse(absl::StrCat("Could not resolve CXLFM target ", target));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SratRow>> GenericRows(const MachineOptions& options,
                                                 const LayoutPolicy& policy,
                                                 const NumaTopology& numa,
                                                 Journal& journal) {
  std::vector<SratRow> rows;
  if (options.generic_affinities.empty()) return rows;
  const std::vector<std::string> order =
      HashTableOrder(ObjectNames(options, policy));
  for (const Kind kind : {Kind::kInitiator, Kind::kPort}) {
    for (const std::string& name : order) {
      for (const GenericAffinity& generic : options.generic_affinities) {
        if (generic.id != name || generic.kind != kind) continue;
        absl::StatusOr<SratRow> row =
            kind == Kind::kInitiator
                ? InitiatorRow(options, generic, numa.nodes.size(), journal)
                : PortRow(options, generic, numa.nodes.size(), journal);
        if (!row.ok()) return row.status();
        rows.push_back(*row);
      }
    }
  }
  return rows;
}

}  // namespace e820check::model
