// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_GENERATE_CLASSIFY_H_
#define E820CHECK_PROPERTIES_GENERATE_CLASSIFY_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"
#include "properties/generate/machine_generator.h"

namespace e820check {

// The classes that a case belongs to, for the distribution that a run prints
// and for the test that none is left out. `options` is nullptr for a command
// line that the option parser refused.
std::vector<absl::string_view> Classify(const MachineOptions* options,
                                        const Answer& answer);

// The names that Classify may return for what such a policy generates, in the
// order in which they are printed.
std::vector<absl::string_view> AllClasses(const GeneratorPolicy& policy);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_GENERATE_CLASSIFY_H_
