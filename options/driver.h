// SPDX-License-Identifier: Apache-2.0

// The drivers of -device.

#ifndef E820CHECK_OPTIONS_DRIVER_H_
#define E820CHECK_OPTIONS_DRIVER_H_

#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/deferred_refusal.h"
#include "machine/machine_options.h"
#include "machine/machine_type.h"
#include "options/vocabulary.h"

namespace e820check {

struct Driver {
  enum class Bus { kNone, kIsa, kPci };
  // Sets of properties, with a bit each; device_properties.cc has them.
  enum Properties : unsigned {
    kDimm = 1,
    kNvdimm = 2,
    kVirtio = 4,
    kVirtioMem = 8,
    kSpMem = 16,
    kHostBridge = 32,
  };

  absl::string_view name;  // not an alias of it
  Device::Kind kind = Device::Kind::kOther;
  Bus bus = Bus::kNone;
  unsigned properties = 0;      // none: they are not modelled
  bool is_bridge = false;       // has a bus, named after the device's id
  bool is_host_bridge = false;  // pxb and its kin, which have one too
};

// The driver that `typed` names, or why no machine of this type can have it.
// Unimplemented for devices about which too little is known.
absl::StatusOr<std::variant<Driver, DeferredRefusal>> FindDriver(
    absl::string_view typed, const MachineType& type, QemuVersion qemu);

// Those that may change a memory table.
void AddDriverWords(Vocabulary& vocabulary);

// What QEMU says, instead of help, about a driver that has none; OK for others.
absl::Status CheckDriverHasHelp(absl::string_view typed, QemuVersion qemu);

// Whether the machine has a PCI bus without options that ask for one.
bool HasPci(const MachineType& type);

// "pci.0" or "pcie.0".
absl::string_view RootBusName(const MachineType& type);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_DRIVER_H_
