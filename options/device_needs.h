// SPDX-License-Identifier: Apache-2.0

// What a device does not go without: a backend, a number, a part of the board.

#ifndef E820CHECK_OPTIONS_DEVICE_NEEDS_H_
#define E820CHECK_OPTIONS_DEVICE_NEEDS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/machine_options.h"
#include "options/driver.h"
#include "options/global_property.h"
#include "options/refusal.h"
#include "options/value_tree.h"

namespace e820check {

// Refuses the device if QEMU 7.2 does not make it of what is typed, once the
// device has its place on a bus. Unimplemented if that is not known: of later
// releases, which were not asked, or if a -global may give what is missing.
// That a backend exists, of which the name is typed, is taken to be right.
DeferredCheck CheckNeeds(const Driver& driver, const ValueTree& typed,
                         const MachineOptions& machine,
                         absl::Span<const GlobalProperty> globals);

// Refuses an incomplete device, if it is known what the release says of those.
DeferredCheck RefuseIncomplete(DeviceFault fault, QemuVersion qemu);

// A property that satisfies CheckNeeds, with a comma in front: ",chardev=x".
// Empty for drivers that need none.
std::string ExampleOfNeeds(const Driver& driver);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_DEVICE_NEEDS_H_
