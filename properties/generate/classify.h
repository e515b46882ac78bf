// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_GENERATE_CLASSIFY_H_
#define E820CHECK_PROPERTIES_GENERATE_CLASSIFY_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"

namespace e820check {

// The classes that a case belongs to, for the distribution that a run prints
// and for the test that none is left out. `options` is nullptr for a command
// line that the option parser refused.
std::vector<absl::string_view> Classify(const MachineOptions* options,
                                        const Answer& answer);

// All names that Classify may return, in the order in which they are printed;
// those of the memmap-type dialect only where that dialect is asked for.
std::vector<absl::string_view> AllClasses(Dialect dialect);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_GENERATE_CLASSIFY_H_
