// SPDX-License-Identifier: Apache-2.0

// -machine: the choice of a machine type and its properties, from the tree into
// which -machine, -smp and -m were merged (doc/spec/qemu-options.md 4 steps 3
// to 6, 5.2, 6).

#ifndef E820CHECK_OPTIONS_MACHINE_PROPERTIES_H_
#define E820CHECK_OPTIONS_MACHINE_PROPERTIES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "machine/deferred_refusal.h"
#include "machine/machine_options.h"
#include "machine/machine_type.h"
#include "options/value_tree.h"
#include "options/vocabulary.h"

namespace e820check {

// Step 3; takes the key `type` out of the tree.
absl::StatusOr<MachineType> ChooseMachine(ValueTree& tree, QemuVersion qemu);

// Step 5: keys that are spelt with '_' get '-' instead.
absl::Status Dashify(ValueTree& tree);

// Keys of -machine that are no properties.
struct LegacyKeys {
  std::optional<std::string> accel;
  std::optional<std::string> memory_backend;
};

// Takes them out of the tree.
LegacyKeys TakeLegacyKeys(ValueTree& tree);

// Step 6: reads each property into `options`, whose type is chosen.
// Unimplemented for properties that change memory tables in ways not covered.
absl::Status ApplyProperties(const ValueTree& tree, MachineOptions& options,
                             std::vector<std::string>& warnings);

// Properties, and the members of those that are records: -smp is one of them.
void AddMachineWords(Vocabulary& vocabulary);

// Why the board refuses the sections of sgx-epc before it makes its vCPUs:
// without an SGX host there is no backend that they could name. `tree` has
// passed ApplyProperties. Unimplemented where a section names the board's RAM.
absl::StatusOr<std::optional<DeferredRefusal>> CheckSgxSections(
    const ValueTree& tree, const MachineOptions& options);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_MACHINE_PROPERTIES_H_
