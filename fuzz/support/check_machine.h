// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_FUZZ_SUPPORT_CHECK_MACHINE_H_
#define E820CHECK_FUZZ_SUPPORT_CHECK_MACHINE_H_

#include "machine/machine_options.h"

namespace e820check {

// The dialect in which a command line asks for the machine.
Dialect DialectOf(const MachineOptions& machine);
// Whether a command line asks for just this machine. A CPU or device that the
// board refuses has lost the words that described it, and enclave memory has
// none; under KVM, a CPU's words depend on the host.
bool HasWords(const MachineOptions& machine);

// Verify what must hold of every machine, and abort where it does not:
// Validate() accepts it, its command line parses to it again, both layouts give
// one answer, a layout keeps the laws, and soft-reserved memory is the same in
// both dialects.
void CheckMachine(const MachineOptions& machine);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_CHECK_MACHINE_H_
