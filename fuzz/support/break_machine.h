// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_FUZZ_SUPPORT_BREAK_MACHINE_H_
#define E820CHECK_FUZZ_SUPPORT_BREAK_MACHINE_H_

#include <cstddef>

#include "machine/machine_options.h"

namespace e820check {

inline constexpr size_t kWaysToBreakAMachine = 33;

// Makes of a valid machine one that no command line gives, and which Validate()
// must refuse: each way, below kWaysToBreakAMachine, breaks one of its rules.
void BreakMachine(size_t way, MachineOptions& machine);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_BREAK_MACHINE_H_
