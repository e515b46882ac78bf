// SPDX-License-Identifier: Apache-2.0

#include "options/driver.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "options/device_tables.h"
#include "options/refusal.h"

namespace e820check {
namespace {

using Bus = Driver::Bus;
using Kind = Device::Kind;

// Those that are no kOther.
struct Modelled {
  absl::string_view name;
  Kind kind;
  Bus bus;
  unsigned properties;
  QemuVersion since = kSinceEver;
};
constexpr Modelled kModelled[] = {
    {"nvdimm", Kind::kNvdimm, Bus::kNone, Driver::kDimm | Driver::kNvdimm},
    {"pc-dimm", Kind::kPcDimm, Bus::kNone, Driver::kDimm},
    {"pxb-cxl", Kind::kPxbCxl, Bus::kPci, Driver::kHostBridge},
    {"sp-mem", Kind::kSpMem, Bus::kNone, Driver::kSpMem, QemuVersion::k11_1},
    {"virtio-mem-pci", Kind::kVirtioMem, Bus::kPci,
     Driver::kVirtio | Driver::kVirtioMem},
    {"virtio-pmem-pci", Kind::kVirtioPmem, Bus::kPci, Driver::kVirtio},
};

constexpr absl::string_view kIntelIommu = "intel-iommu";

const Modelled* FindModelled(absl::string_view name, QemuVersion qemu) {
  const auto found = std::find_if(
      std::begin(kModelled), std::end(kModelled), [&](const Modelled& m) {
        return m.name == name && AtLeast(qemu, m.since);
      });
  return found == std::end(kModelled) ? nullptr : found;
}

// Users may make CPUs.
bool IsCpu(absl::string_view name) {
  return absl::EndsWith(name, "-x86_64-cpu");
}

// The element of `words` that equals `word`; empty: there is none.
absl::string_view FindWord(absl::string_view words, absl::string_view word) {
  for (const absl::string_view candidate : absl::StrSplit(words, ' ')) {
    if (candidate == word) return candidate;
  }
  return "";
}

struct Known {
  DriverGroup group;
  absl::string_view name;
};

std::optional<Known> FindKnown(absl::string_view name, QemuVersion qemu) {
  for (const DriverTable& table : kDriverTables) {
    if (!Has(table.releases, qemu)) continue;
    const absl::string_view found = FindWord(table.names, name);
    if (!found.empty()) return Known{table.group, found};
  }
  return std::nullopt;
}

absl::string_view ResolveAlias(absl::string_view name, QemuVersion qemu) {
  for (const DriverAlias& alias : kDriverAliases) {
    if (alias.alias == name && AtLeast(qemu, alias.since)) return alias.driver;
  }
  return name;
}

absl::StatusOr<std::variant<Driver, DeferredRefusal>> OfGroup(
    const Known& known) {
  Driver driver;
  driver.name = known.name;
  switch (known.group) {
    case DriverGroup::kPci:
      driver.bus = Bus::kPci;
      break;
    case DriverGroup::kIsa:
      driver.bus = Bus::kIsa;
      break;
    case DriverGroup::kNoBus:
      break;
    case DriverGroup::kUncovered:
      return absl::UnimplementedError("this device is not covered");
    case DriverGroup::kInternal:
      return DeviceFault::kDriverInternal;
    case DriverGroup::kAbstract:
      return DeviceFault::kDriverAbstract;
  }
  driver.is_bridge = !FindWord(kBridges, known.name).empty();
  driver.is_host_bridge = !FindWord(kHostBridges, known.name).empty();
  if (driver.is_host_bridge) driver.properties = Driver::kHostBridge;
  return driver;
}

}  // namespace

absl::Status CheckDriverHasHelp(absl::string_view typed, QemuVersion qemu) {
  const absl::string_view name = ResolveAlias(typed, qemu);
  const std::optional<Known> known = FindKnown(name, qemu);
  if (known && known->group == DriverGroup::kAbstract) {
    return Refuse("Parameter 'typename' expects a non-abstract device type");
  }
  const bool exists = known || IsCpu(name) || name == kIntelIommu ||
                      FindModelled(name, qemu) != nullptr;
  return exists ? absl::OkStatus() : Refuse("Device '", typed, "' not found");
}

void AddDriverWords(Vocabulary& vocabulary) {
  for (const Modelled& modelled : kModelled) {
    vocabulary.words.push_back(modelled.name);
  }
  for (const absl::string_view name : absl::StrSplit(kHostBridges, ' ')) {
    vocabulary.words.push_back(name);
  }
  vocabulary.words.push_back(kIntelIommu);
}

bool HasPci(const MachineType& type) {
  return type.family == MachineFamily::kI440fx ||
         type.family == MachineFamily::kQ35;
}

absl::string_view RootBusName(const MachineType& type) {
  return type.family == MachineFamily::kI440fx ? "pci.0" : "pcie.0";
}

absl::StatusOr<std::variant<Driver, DeferredRefusal>> FindDriver(
    absl::string_view typed, const MachineType& type, QemuVersion qemu) {
  const absl::string_view name = ResolveAlias(typed, qemu);
  if (const Modelled* modelled = FindModelled(name, qemu)) {
    Driver driver;
    driver.name = modelled->name;
    driver.kind = modelled->kind;
    driver.bus = modelled->bus;
    driver.properties = modelled->properties;
    driver.is_host_bridge = (driver.properties & Driver::kHostBridge) != 0;
    return driver;
  }
  if (name == kIntelIommu) {
    if (type.family == MachineFamily::kQ35) {
      Driver driver;
      driver.name = kIntelIommu;
      return driver;
    }
    return DeviceFault::kDriverNotOfMachine;
  }
  if (IsCpu(name)) {
    return absl::UnimplementedError("this device is not covered");
  }
  if (const std::optional<Known> known = FindKnown(name, qemu)) {
    return OfGroup(*known);
  }
  return UnknownDriver{.driver = std::string(typed)};
}

}  // namespace e820check
