// SPDX-License-Identifier: Apache-2.0

#include "rangetree/generic_affinities.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "rangetree/machine_refusal.h"
#include "rangetree/qom_order.h"

namespace e820check {
namespace {

// CXL host bridges by id.
class Bridges {
 public:
  explicit Bridges(const MachineOptions& options) {
    for (const Device& device : options.devices) {
      if (device.kind != Device::Kind::kPxbCxl) continue;
      ++count_;
      only_ = &device;
      if (!device.id.empty()) by_id_.emplace(device.id, &device);
    }
  }

  bool empty() const { return count_ == 0; }

  // By id or QOM path. An empty path fits all bridges, which resolves if there
  // is one.
  const Device* Resolve(absl::string_view path) const {
    if (path.empty()) return count_ == 1 ? only_ : nullptr;
    absl::ConsumePrefix(&path, "/machine/peripheral/");
    const auto found = by_id_.find(path);
    return found == by_id_.end() ? nullptr : found->second;
  }

 private:
  size_t count_ = 0;
  const Device* only_ = nullptr;
  std::map<absl::string_view, const Device*> by_id_;
};

std::optional<uint8_t> PciAddress(const MachineOptions& options,
                                  absl::string_view path) {
  absl::ConsumePrefix(&path, "/machine/peripheral/");
  if (path.empty()) return std::nullopt;
  for (const Device& device : options.devices) {
    if (device.id == path) return device.devfn;
  }
  return std::nullopt;
}

absl::StatusOr<SratRow> Initiator(const MachineOptions& options,
                                  const GenericAffinity& generic,
                                  size_t node_count) {
  if (generic.node >= node_count) {
    return RefuseMachine("acpi-generic-initiator: Specified node ",
                         generic.node, " is invalid.");
  }
  const std::optional<uint8_t> devfn = PciAddress(options, generic.device);
  if (!devfn) {
    return RefuseMachine(
        "acpi-generic-initiator: Specified device must be a PCI device.");
  }
  return GenericDeviceAffinity{.kind = GenericDeviceAffinity::Kind::kInitiator,
                               .proximity_domain = generic.node,
                               .handle = PciDeviceHandle{.devfn = *devfn},
                               .flags = 1};
}

absl::StatusOr<SratRow> Port(const Bridges& bridges,
                             const GenericAffinity& generic,
                             size_t node_count) {
  if (generic.node >= node_count) {
    return RefuseMachine("acpi-generic-port: node ", generic.node,
                         " is invalid.");
  }
  const Device* bridge = bridges.Resolve(generic.device);
  if (bridge == nullptr) {
    return RefuseMachine(
        "acpi-generic-port: device must be a CXL host bridge.");
  }
  return GenericDeviceAffinity{
      .kind = GenericDeviceAffinity::Kind::kPort,
      .proximity_domain = generic.node,
      .handle =
          AcpiDeviceHandle{.hid = kCxlHostBridgeHid, .uid = bridge->bus_number},
      .flags = 1};
}

// QEMU makes RAM, and a child for it, where nobody gave it any.
bool MakesRam(const MachineOptions& options) {
  if (!options.memory_backend.empty()) return false;
  for (const NumaNode& node : options.numa_nodes) {
    if (node.memdev) return false;
  }
  return options.memory.ram_size_bytes > 0;
}

// In visiting order.
std::vector<const GenericAffinity*> Visited(const MachineOptions& options,
                                            const BoardPolicy& policy) {
  std::map<absl::string_view, const GenericAffinity*> by_id;
  for (const GenericAffinity& generic : options.generic_affinities) {
    by_id.emplace(generic.id, &generic);
  }
  std::vector<std::string> children = options.other_object_ids;
  for (const MemoryBackend& backend : options.backends) {
    children.push_back(backend.id);
  }
  if (MakesRam(options)) children.emplace_back(policy.default_ram_id);
  std::vector<const GenericAffinity*> visited;
  for (const uint32_t child : VisitingOrder(children)) {
    const auto found = by_id.find(children[child]);
    if (found != by_id.end()) visited.push_back(found->second);
  }
  return visited;
}

}  // namespace

absl::Status CheckCxlDevices(const MachineOptions& options) {
  const Bridges bridges(options);
  if (!options.cxl) {
    if (bridges.empty()) return absl::OkStatus();
    return RefuseMachine("CXL host bridges present, but cxl=off");
  }
  for (const CxlWindow& window : options.cxl_windows) {
    for (const std::string& target : window.targets) {
      if (bridges.Resolve(target) == nullptr) {
        return RefuseMachine("Could not resolve CXLFM target ", target);
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SratRow>> GenericAffinityRows(
    const MachineOptions& options, const BoardPolicy& policy,
    size_t node_count) {
  std::vector<SratRow> rows;
  if (options.generic_affinities.empty()) return rows;
  const Bridges bridges(options);
  const auto visited = Visited(options, policy);
  for (const auto kind :
       {GenericAffinity::Kind::kInitiator, GenericAffinity::Kind::kPort}) {
    for (const GenericAffinity* generic : visited) {
      if (generic->kind != kind) continue;
      auto row = kind == GenericAffinity::Kind::kInitiator
                     ? Initiator(options, *generic, node_count)
                     : Port(bridges, *generic, node_count);
      if (!row.ok()) return row.status();
      rows.push_back(*std::move(row));
    }
  }
  return rows;
}

}  // namespace e820check
