// SPDX-License-Identifier: Apache-2.0

// -device: devices that add memory, and what must be known of the others.

#ifndef E820CHECK_OPTIONS_DEVICE_H_
#define E820CHECK_OPTIONS_DEVICE_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/machine_options.h"
#include "options/driver.h"
#include "options/global_property.h"
#include "options/property_value.h"
#include "options/qemu_opts.h"
#include "options/refusal.h"
#include "options/value_tree.h"

namespace e820check {

// One -device after its syntax is checked (step 1).
struct DeviceRequest {
  bool is_json = false;
  ValueTree tree;   // JSON: the root's members are the options
  QemuOptsBag bag;  // else
};

// Reads one -device, QemuOpts or JSON. `list` is that of all -device options.
absl::StatusOr<DeviceRequest> ParseDevice(absl::string_view text,
                                          QemuVersion qemu, QemuOptsList& list,
                                          std::vector<std::string>& warnings);

// PrintHelp() if the device asks for help, with a line about a driver that does
// not exist.
absl::Status CheckForHelp(const DeviceRequest& request, QemuVersion qemu,
                          std::vector<std::string>& warnings);

// What of a machine MachineOptions do not say.
struct DeviceSurroundings {
  bool has_microvm_pcie = false;  // -machine microvm,pcie=on
  // Properties of the machine that put functions beside its bridge to ISA.
  bool has_usb = false;
  bool has_sata = true;
  bool has_smbus = true;
  // Options like -nic add PCI devices before those of -device.
  bool has_other_pci_devices = false;
  absl::Span<const GlobalProperty> globals;  // must outlive the builder
};

// Appends devices to a machine of which all else is known. They must come in
// the order in which QEMU makes them: first those in QemuOpts, then JSON's.
class DeviceBuilder {
 public:
  // `options` must outlive this.
  DeviceBuilder(MachineOptions& options,
                const DeviceSurroundings& surroundings);

  // What QEMU refuses goes into Device::refusal, unless the board looks at the
  // device first. Unimplemented where the outcome is not known.
  absl::Status Add(DeviceRequest request);

  // Unimplemented if a generic initiator names a device whose place on the PCI
  // bus is not known. Comes after the last Add.
  absl::Status CheckAffinities() const;

 private:
  // Where a PCI device goes.
  enum class Place { kRoot, kHostBridge, kElsewhere };

  using PlaceOrRefusal = absl::StatusOr<std::variant<Place, DeferredRefusal>>;

  struct Occupant {
    std::string driver;
    std::string id;  // empty: none was given
    bool is_multifunction = false;
  };

  DeferredCheck Make(const DeviceRequest& request, Device& device);
  DeferredCheck MakeOf(const Driver& driver, Place place,
                       const DeviceRequest& request, Device& device);
  DeferredCheck SetId(const DeviceRequest& request, Device& device);
  PlaceOrRefusal FindPlace(const Driver& driver, const ValueTree& tree) const;
  PlaceOrRefusal FindBus(const Driver& driver, absl::string_view bus) const;
  PropertyValue Typed(const DeviceRequest& request, absl::string_view key,
                      const Value& value) const;
  DeferredCheck SetProperties(const Driver& driver,
                              const DeviceRequest& request, Device& device);
  DeferredCheck CheckOtherProperties(const Driver& driver,
                                     const DeviceRequest& request,
                                     Device& device) const;
  DeferredCheck Realize(const Driver& driver, Place place, Device& device);
  DeferredCheck RealizeHostBridge(const Driver& driver, const Device& device);
  DeferredCheck TakeSlot(const Driver& driver, Device& device);
  void PlaceBoardsOwn();
  DeferredCheck ShareSlot(uint8_t devfn, bool is_multifunction) const;
  bool HasPcie() const;  // of boards with a PCI bus

  MachineOptions& options_;
  DeviceSurroundings surroundings_;
  std::set<std::string, std::less<>> ids_;
  std::set<std::string, std::less<>> bus_ids_;
  std::set<std::string, std::less<>> unplaced_ids_;
  std::string newest_host_bridge_;  // its driver
  bool has_iommu_ = false;
  std::bitset<256> bus_numbers_;           // of host bridges
  std::map<uint8_t, Occupant> occupants_;  // by devfn
};

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_DEVICE_H_
