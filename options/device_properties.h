// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_OPTIONS_DEVICE_PROPERTIES_H_
#define E820CHECK_OPTIONS_DEVICE_PROPERTIES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "machine/machine_options.h"
#include "options/driver.h"
#include "options/property_value.h"
#include "options/refusal.h"
#include "options/vocabulary.h"

namespace e820check {

// Reads the property `key`, other than the PCI address, of a memory device or
// of a PCI host bridge. Unimplemented for properties that change no memory
// table and are not read. Appends to `warnings`, without location.
DeferredCheck SetDeviceProperty(const Driver& driver, absl::string_view key,
                                const PropertyValue& value,
                                const MachineOptions& options, Device& device,
                                std::vector<std::string>& warnings);

// But for those that are not covered.
void AddDevicePropertyWords(Vocabulary& vocabulary);

// Whether virtio-rng-pci has such a property in some release.
bool MayHaveRngProperty(absl::string_view key);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_DEVICE_PROPERTIES_H_
