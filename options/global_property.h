// SPDX-License-Identifier: Apache-2.0

// -global: defaults of device properties.

#ifndef E820CHECK_OPTIONS_GLOBAL_PROPERTY_H_
#define E820CHECK_OPTIONS_GLOBAL_PROPERTY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/machine_options.h"
#include "options/qemu_opts.h"

namespace e820check {

struct GlobalProperty {
  std::string driver;
  std::string property;
  std::string value;
};

// Reads "driver.property=value" or "driver=...,property=...,value=...". `list`
// is that of all -global options.
absl::StatusOr<GlobalProperty> ParseGlobal(absl::string_view text,
                                           QemuOptsList& list,
                                           std::vector<std::string>& warnings);

// Whether it may change a memory table in ways other than ApplyPciHole's.
bool ChangesMemoryTables(const GlobalProperty& global);

// Whether it is about the hole of a PCI host bridge, the board's or not.
bool IsPciHole(const GlobalProperty& global);

// The driver of the board's PCI host bridge; empty: the board has none.
absl::string_view PciHostDriver(const MachineType& type);

// Sets `options`.pci_hole64_size_bytes from those of `globals` that are about
// the board's own bridge, or pci_hole64_refusal; the others find no device.
// Unimplemented for the bridge's other properties.
absl::Status ApplyPciHole(const std::vector<GlobalProperty>& globals,
                          MachineOptions& options,
                          std::vector<std::string>& warnings);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_GLOBAL_PROPERTY_H_
