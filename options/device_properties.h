// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_OPTIONS_DEVICE_PROPERTIES_H_
#define E820CHECK_OPTIONS_DEVICE_PROPERTIES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "machine/machine_options.h"
#include "options/driver.h"
#include "options/visitor.h"
#include "options/vocabulary.h"

namespace e820check {

// Reads the property `key`, other than the PCI address, of a memory device or
// of a PCI host bridge. Unimplemented for properties that change no memory
// table and are not read.
absl::Status SetDeviceProperty(const Driver& driver, absl::string_view key,
                               const MachineOptions& options,
                               RecordSource& source, Device& device);

// But for those that are not covered.
void AddDevicePropertyWords(Vocabulary& vocabulary);

// Whether virtio-rng-pci has such a property in some release.
bool MayHaveRngProperty(absl::string_view key);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_DEVICE_PROPERTIES_H_
