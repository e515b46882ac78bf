// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_HUNT_HARMLESS_H_
#define E820CHECK_HUNT_HARMLESS_H_

#include "hunt/mutation.h"
#include "options/command_line.h"

namespace e820check {

// Whether a QEMU may be started with these arguments on someone's computer: it
// opens no file by name and no port, and touches no more than 1 GiB. When in
// doubt, no. `parsed` is what the option parser made of them.
bool IsHarmless(const CommandLineArgs& args, const ParsedCommandLine& parsed,
                QemuVersion qemu);

}  // namespace e820check

#endif  // E820CHECK_HUNT_HARMLESS_H_
