// SPDX-License-Identifier: Apache-2.0

#include "options/device.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "machine/address_range.h"
#include "options/device_needs.h"
#include "options/device_properties.h"
#include "options/integer.h"
#include "options/json.h"
#include "options/memory_backend.h"
#include "options/release_rules.h"

namespace e820check {
namespace {

using Bus = Driver::Bus;
using Kind = Device::Kind;

constexpr uint8_t kFunctionsPerSlot = 8;
constexpr uint8_t kSlots = 32;

absl::Status NotCovered(absl::string_view reason) {
  return absl::UnimplementedError(reason);
}

// The scalar text of a member; nullptr: there is none.
const std::string* FindText(const ValueTree& tree, absl::string_view key) {
  const std::optional<uint32_t> index = tree.Find(ValueTree::kRoot, key);
  if (!index || tree[*index].kind != Value::Kind::kString) return nullptr;
  return &tree[*index].text;
}

// As QEMU turns QemuOpts into a dict: the last value stays in the first place.
ValueTree MakeTree(const QemuOptsBag& bag) {
  ValueTree tree;
  const auto put = [&tree](absl::string_view key, std::string text) {
    if (const auto index = tree.Find(ValueTree::kRoot, key)) {
      tree[*index].text = std::move(text);
      return;
    }
    tree.AddMember(ValueTree::kRoot, key, StringValue(std::move(text)));
  };
  if (bag.id) put("id", *bag.id);
  for (const QemuOpt& opt : bag.items) put(opt.key, opt.value);
  return tree;
}

// A hexadecimal number as scanf's "%x" takes it off the front of `text`.
std::optional<uint32_t> TakeHex(absl::string_view& text) {
  absl::string_view rest = text;
  while (!rest.empty() && IsSpace(rest.front())) rest.remove_prefix(1);
  const bool negative = absl::ConsumePrefix(&rest, "-");
  if (!negative) absl::ConsumePrefix(&rest, "+");
  if (!absl::ConsumePrefix(&rest, "0x")) absl::ConsumePrefix(&rest, "0X");
  size_t digits = 0;
  uint64_t value = 0;
  for (; digits < rest.size() && absl::ascii_isxdigit(rest[digits]); ++digits) {
    const char c = absl::ascii_tolower(rest[digits]);
    const int digit = absl::ascii_isdigit(c) ? c - '0' : c - 'a' + 10;
    value = std::min<uint64_t>(value * 16 + static_cast<uint64_t>(digit),
                               std::numeric_limits<uint32_t>::max());
  }
  if (digits == 0) return std::nullopt;
  rest.remove_prefix(digits);
  text = rest;
  return negative ? uint32_t{0} - static_cast<uint32_t>(value)
                  : static_cast<uint32_t>(value);
}

// "5", "5.1": slot and function.
std::optional<uint8_t> ReadPciAddress(absl::string_view text) {
  const std::optional<uint32_t> slot = TakeHex(text);
  std::optional<uint32_t> function = 0;
  if (slot && absl::ConsumePrefix(&text, ".")) function = TakeHex(text);
  if (!slot || !function || !text.empty()) return std::nullopt;
  if (*slot >= kSlots || *function >= kFunctionsPerSlot) return std::nullopt;
  return static_cast<uint8_t>(*slot * kFunctionsPerSlot + *function);
}

DeferredCheck SetPciAddress(const Driver& driver, const Value& value,
                            Device& device) {
  if (value.kind == Value::Kind::kSigned) {
    if (value.signed_integer < -1 || value.signed_integer > UINT8_MAX) {
      return DeviceFault::kAddressOutOfRange;
    }
    if (value.signed_integer >= 0) {
      device.devfn = static_cast<uint8_t>(value.signed_integer);
    }
    return std::nullopt;
  }
  if (value.kind != Value::Kind::kString) {
    return DeviceFault::kAddressOfWrongType;
  }
  // C libraries differ in what they make of a prefix without digits.
  const std::string text = absl::AsciiStrToLower(value.text);
  if (absl::EndsWith(text, "0x") || absl::StrContains(text, "0x.")) {
    return NotCovered("addr= a number without digits");
  }
  device.devfn = ReadPciAddress(value.text);
  if (device.devfn) return std::nullopt;
  return BadPciAddress{.driver = std::string(driver.name), .value = value.text};
}

// Properties of the PCI device in every PCI device.
bool IsOfPci(const Driver& driver, absl::string_view key) {
  return driver.bus == Bus::kPci && (key == "addr" || key == "multifunction");
}

DeferredCheck SetPciProperty(const Driver& driver, absl::string_view key,
                             const Value& value, const PropertyValue& typed,
                             Device& device) {
  if (key == "addr") return SetPciAddress(driver, value, device);
  return typed.Bool(device.is_multifunction);
}

bool IsReserved(absl::string_view key) {
  return key == "driver" || key == "bus" || key == "id";
}

}  // namespace

absl::StatusOr<DeviceRequest> ParseDevice(absl::string_view text,
                                          QemuVersion qemu, QemuOptsList& list,
                                          std::vector<std::string>& warnings) {
  DeviceRequest request;
  if (absl::StartsWith(text, "{")) {
    absl::StatusOr<ValueTree> tree = ParseJsonObject(text, qemu);
    if (!tree.ok()) return tree.status();
    request.is_json = true;
    request.tree = *std::move(tree);
    return request;
  }
  absl::StatusOr<QemuOptsBag> bag = list.Parse(text, warnings);
  if (!bag.ok()) return bag.status();
  request.bag = *std::move(bag);
  return request;
}

absl::Status CheckForHelp(const DeviceRequest& request, QemuVersion qemu,
                          std::vector<std::string>& warnings) {
  const std::string* driver = request.bag.Find("driver");
  if (driver != nullptr && IsHelp(*driver)) return PrintHelp();
  const std::vector<QemuOpt>& items = request.bag.items;
  if (driver == nullptr ||
      std::none_of(items.begin(), items.end(),
                   [](const QemuOpt& opt) { return IsHelp(opt.key); })) {
    return absl::OkStatus();
  }
  // It ends with status 0 whether or not there is such a device.
  const absl::Status found = CheckDriverHasHelp(*driver, qemu);
  if (!found.ok()) warnings.emplace_back(found.message());
  return PrintHelp();
}

DeviceBuilder::DeviceBuilder(MachineOptions& options,
                             const DeviceSurroundings& surroundings)
    : options_(options), surroundings_(surroundings) {
  PlaceBoardsOwn();
}

// doc/spec/qemu-options.md 10.1
void DeviceBuilder::PlaceBoardsOwn() {
  const auto place = [this](uint8_t slot, uint8_t function, const char* driver,
                            bool is_multifunction = false) {
    occupants_[static_cast<uint8_t>(slot * kFunctionsPerSlot + function)] = {
        driver, "", is_multifunction};
  };
  if (options_.type.family == MachineFamily::kI440fx) {
    place(0, 0, "i440FX");
    place(1, 0, "PIIX3", /*is_multifunction=*/true);
    place(1, 1, "piix3-ide");
    if (surroundings_.has_usb) place(1, 2, "piix3-usb-uhci");
    if (options_.acpi) place(1, 3, "PIIX4_PM");
  } else if (options_.type.family == MachineFamily::kQ35) {
    place(0, 0, "mch");
    place(31, 0, "ICH9-LPC", /*is_multifunction=*/true);
    if (surroundings_.has_sata) place(31, 2, "ich9-ahci");
    if (surroundings_.has_smbus) place(31, 3, "ICH9-SMB");
    if (surroundings_.has_usb) {
      place(29, 0, "ich9-usb-uhci1", /*is_multifunction=*/true);
      place(29, 1, "ich9-usb-uhci2");
      place(29, 2, "ich9-usb-uhci3");
      place(29, 7, "ich9-usb-ehci1");
    }
  }
}

absl::Status DeviceBuilder::Add(DeviceRequest request) {
  if (!request.is_json) request.tree = MakeTree(request.bag);
  Device device;
  DeferredCheck made = Make(request, device);
  if (!made.ok()) return made.status();
  device.refusal = *std::move(made);
  options_.devices.push_back(std::move(device));
  return absl::OkStatus();
}

DeferredCheck DeviceBuilder::Make(const DeviceRequest& request,
                                  Device& device) {
  const std::string* typed = FindText(request.tree, "driver");
  if (typed == nullptr) return DeviceFault::kDriverMissing;
  device.driver = *typed;
  const auto found = FindDriver(*typed, options_.type, options_.qemu_version);
  if (!found.ok()) return found.status();
  const auto* driver = std::get_if<Driver>(&*found);
  if (driver == nullptr) return std::get<DeferredRefusal>(*found);
  device.kind = driver->kind;
  const PlaceOrRefusal place = FindPlace(*driver, request.tree);
  if (!place.ok()) return place.status();
  if (const auto* refusal = std::get_if<DeferredRefusal>(&*place)) {
    return *refusal;
  }
  return MakeOf(*driver, std::get<Place>(*place), request, device);
}

// In QEMU's order.
DeferredCheck DeviceBuilder::MakeOf(const Driver& driver, Place place,
                                    const DeviceRequest& request,
                                    Device& device) {
  DeferredCheck done = SetId(request, device);
  if (Passed(done)) {
    done = driver.kind == Kind::kOther && !driver.is_host_bridge
               ? CheckOtherProperties(driver, request, device)
               : SetProperties(driver, request, device);
  }
  if (Passed(done)) done = Realize(driver, place, device);
  if (!Passed(done)) return done;
  return CheckNeeds(driver, request.tree, options_, surroundings_.globals);
}

DeferredCheck DeviceBuilder::SetId(const DeviceRequest& request,
                                   Device& device) {
  const std::string* id = FindText(request.tree, "id");
  if (id == nullptr) return std::nullopt;
  // QemuOpts have checked theirs before.
  if (!IsIdentifier(*id)) {
    if (!OptionRulesOf(options_.qemu_version)
             .json_device_ids_are_refused_as_ids) {
      return NotCovered("a JSON id that is no identifier");
    }
    return BadDeviceId{.id = *id};
  }
  if (!ids_.insert(*id).second) return DuplicateDeviceId{.id = *id};
  device.id = *id;
  return std::nullopt;
}

DeviceBuilder::PlaceOrRefusal DeviceBuilder::FindPlace(
    const Driver& driver, const ValueTree& tree) const {
  if (driver.bus == Bus::kPci && surroundings_.has_microvm_pcie) {
    return NotCovered("PCI on microvm");
  }
  if (const std::optional<uint32_t> bus = tree.Find(ValueTree::kRoot, "bus")) {
    const std::string* name = FindText(tree, "bus");
    if (name == nullptr) return NotCovered("a bus that is no text");
    return FindBus(driver, *name);
  }
  if (driver.bus == Bus::kIsa && options_.type.family == MachineFamily::kNone) {
    return NoBusOfKind{.driver = std::string(driver.name),
                       .kind = NoBusOfKind::Kind::kIsa};
  }
  if (driver.bus != Bus::kPci) return Place::kElsewhere;
  if (!HasPci(options_.type)) {
    return NoBusOfKind{.driver = std::string(driver.name),
                       .kind = NoBusOfKind::Kind::kPci};
  }
  return newest_host_bridge_.empty() ? Place::kRoot : Place::kHostBridge;
}

DeviceBuilder::PlaceOrRefusal DeviceBuilder::FindBus(
    const Driver& driver, absl::string_view bus) const {
  const bool is_root =
      HasPci(options_.type) && bus == RootBusName(options_.type);
  if (driver.bus == Bus::kPci) {
    if (is_root) return Place::kRoot;
    if (bus_ids_.contains(bus)) return Place::kElsewhere;
  } else if (is_root) {
    return WrongBus{.driver = std::string(driver.name), .is_pcie = HasPcie()};
  }
  // The root bus of the other PCI board; and what no name looks like: they
  // begin with a letter, and paths with a slash.
  const bool cannot_be_there =
      (HasPci(options_.type) && (bus == "pci.0" || bus == "pcie.0")) ||
      bus.empty() || absl::ascii_isdigit(bus.front()) ||
      absl::StrContains(bus, ',');
  // Names of other buses of boards and devices have a dot or a blank in them,
  // but for these; paths have a slash.
  const bool may_be_there =
      !cannot_be_there &&
      (ids_.contains(bus) || bus == "i2c" || bus == "main-system-bus" ||
       bus == "virtio-bus" || bus.find_first_of("./ ") != bus.npos);
  if (may_be_there) return NotCovered("this bus is not covered");
  return NoSuchBus{.bus = std::string(bus)};
}

PropertyValue DeviceBuilder::Typed(const DeviceRequest& request,
                                   absl::string_view key,
                                   const Value& value) const {
  return {key, value,
          request.is_json ? PropertyValue::Syntax::kJson
                          : PropertyValue::Syntax::kText,
          options_.qemu_version};
}

// Of devices that are not modelled: whatever else they are told is taken to be
// right, but for the one that serves as an example of all PCI devices.
DeferredCheck DeviceBuilder::CheckOtherProperties(const Driver& driver,
                                                  const DeviceRequest& request,
                                                  Device& device) const {
  for (const auto& [key, index] : request.tree.QDictOrder(ValueTree::kRoot)) {
    if (IsReserved(key)) continue;
    const Value& value = request.tree[index];
    if (IsOfPci(driver, key)) {
      DeferredCheck set = SetPciProperty(driver, key, value,
                                         Typed(request, key, value), device);
      if (!Passed(set)) return set;
    } else if (driver.name == "virtio-rng-pci" && !MayHaveRngProperty(key)) {
      return NoSuchProperty{.driver = std::string(driver.name),
                            .property = std::string(key)};
    } else if (value.kind == Value::Kind::kString && !value.text.empty() &&
               (key == "memdev" ||
                ResolveBackend(options_.backends, value.text) != nullptr)) {
      return NotCovered("this device may occupy a memory backend");
    }
  }
  return std::nullopt;
}

DeferredCheck DeviceBuilder::SetProperties(const Driver& driver,
                                           const DeviceRequest& request,
                                           Device& device) {
  std::vector<std::string> warnings;
  for (const auto& [key, index] : request.tree.QDictOrder(ValueTree::kRoot)) {
    if (IsReserved(key)) continue;
    const Value& value = request.tree[index];
    if (key == "memdev" && ids_.contains(value.text) &&
        ResolveBackend(options_.backends, value.text) == nullptr) {
      return NotCovered("memdev= a device");
    }
    const PropertyValue typed = Typed(request, key, value);
    DeferredCheck set =
        IsOfPci(driver, key)
            ? SetPciProperty(driver, key, value, typed, device)
            : SetDeviceProperty(driver, key, typed, options_, device, warnings);
    if (!Passed(set)) return set;
  }
  // QEMU would print it after the board's own.
  if (!warnings.empty()) return NotCovered("a size that QEMU warns of");
  return std::nullopt;
}

DeferredCheck DeviceBuilder::Realize(const Driver& driver, Place place,
                                     Device& device) {
  if (driver.name == "intel-iommu" && std::exchange(has_iommu_, true)) {
    return DeviceFault::kSecondIommu;
  }
  if (driver.bus != Bus::kPci) return std::nullopt;
  if (place == Place::kHostBridge && !driver.is_bridge) {
    if (IsMemoryDevice(driver.kind)) {
      return NotCovered("QEMU would put it on a bus of its newest host bridge");
    }
    return OnlyBridgesFit{.host_bridge = newest_host_bridge_};
  }
  if (place == Place::kRoot) {
    DeferredCheck taken = TakeSlot(driver, device);
    // QEMU asks the board about memory devices before it asks the bus.
    if (taken.ok() && *taken && IsMemoryDevice(device.kind)) {
      device.bus_refusal = *std::move(taken);
    } else if (!Passed(taken)) {
      return taken;
    }
  } else {
    device.devfn.reset();
    if (!device.id.empty()) unplaced_ids_.insert(device.id);
  }
  if (driver.is_host_bridge) {
    DeferredCheck realized = RealizeHostBridge(driver, device);
    if (!Passed(realized)) return realized;
  }
  if ((driver.is_bridge || driver.is_host_bridge) && !device.id.empty()) {
    bus_ids_.insert(device.id);
  }
  return std::nullopt;
}

DeferredCheck DeviceBuilder::RealizeHostBridge(const Driver& driver,
                                               const Device& device) {
  if (HasPcie() == (driver.name == "pxb")) {
    return HostBridgeOfOtherBoard{.driver = std::string(driver.name),
                                  .is_pcie = HasPcie()};
  }
  if (bus_numbers_[device.bus_number]) {
    return BusNumberTaken{.number = device.bus_number};
  }
  bus_numbers_.set(device.bus_number);
  // The bridge that it makes has the number of the bus.
  if (driver.name == "pxb" && device.bus_number == 0) {
    return RefuseIncomplete(DeviceFault::kNoChassisNumber,
                            options_.qemu_version);
  }
  newest_host_bridge_ = std::string(driver.name);
  return std::nullopt;
}

DeferredCheck DeviceBuilder::TakeSlot(const Driver& driver, Device& device) {
  if (!device.devfn) {
    uint8_t slot = 0;
    while (slot < kSlots && occupants_.contains(static_cast<uint8_t>(
                                slot * kFunctionsPerSlot))) {
      ++slot;
    }
    if (slot == kSlots) {
      return NoFreePciSlot{.driver = std::string(driver.name)};
    }
    device.devfn = static_cast<uint8_t>(slot * kFunctionsPerSlot);
    if (surroundings_.has_other_pci_devices && !device.id.empty()) {
      unplaced_ids_.insert(device.id);
    }
  }
  const auto taken = occupants_.find(*device.devfn);
  if (taken != occupants_.end()) {
    return PciSlotTaken{.driver = std::string(driver.name),
                        .devfn = *device.devfn,
                        .occupant_driver = taken->second.driver,
                        .occupant_id = taken->second.id};
  }
  DeferredCheck shared = ShareSlot(*device.devfn, device.is_multifunction);
  if (!Passed(shared)) return shared;
  occupants_[*device.devfn] = {std::string(driver.name), device.id,
                               device.is_multifunction};
  return std::nullopt;
}

// Function 0 says whether there are others.
DeferredCheck DeviceBuilder::ShareSlot(uint8_t devfn,
                                       bool is_multifunction) const {
  const uint8_t function = devfn % kFunctionsPerSlot;
  const auto function_0 = static_cast<uint8_t>(devfn - function);
  if (function != 0) {
    const auto first = occupants_.find(function_0);
    if (first != occupants_.end() && !first->second.is_multifunction) {
      return SlotOfOneFunction{.devfn = devfn};
    }
    return std::nullopt;
  }
  const auto other = occupants_.upper_bound(function_0);
  if (!is_multifunction && other != occupants_.end() &&
      other->first < function_0 + kFunctionsPerSlot) {
    return SlotHasFunctions{.devfn = other->first};
  }
  return std::nullopt;
}

bool DeviceBuilder::HasPcie() const {
  return options_.type.family != MachineFamily::kI440fx;
}

absl::Status DeviceBuilder::CheckAffinities() const {
  for (const GenericAffinity& generic : options_.generic_affinities) {
    absl::string_view id = generic.device;
    id = absl::StripPrefix(id, "/machine");
    id = absl::StripPrefix(id, "/peripheral/");
    if (generic.kind == GenericAffinity::Kind::kInitiator &&
        unplaced_ids_.contains(id)) {
      return absl::UnimplementedError(
          absl::StrCat("-object ", generic.id,
                       ": the place of its PCI device is not covered"));
    }
  }
  return absl::OkStatus();
}

}  // namespace e820check
