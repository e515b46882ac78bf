// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_FUZZ_CHECK_MACHINE_H_
#define E820CHECK_FUZZ_CHECK_MACHINE_H_

#include "machine/machine_options.h"

namespace e820check {

// Verify what must hold of every machine, and abort where it does not:
// Validate() accepts it, its command line parses to it again, both layouts give
// one answer, a layout keeps the laws, and soft-reserved memory is the same in
// both dialects.
void CheckMachine(const MachineOptions& machine);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_CHECK_MACHINE_H_
