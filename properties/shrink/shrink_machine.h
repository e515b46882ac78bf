// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_SHRINK_SHRINK_MACHINE_H_
#define E820CHECK_PROPERTIES_SHRINK_SHRINK_MACHINE_H_

#include <functional>

#include "machine/machine_options.h"

namespace e820check {

// A smaller machine that still fails, found greedily: whole nodes leave with
// their memory, memory shrinks by bisection in steps of 8 KiB, and RAM, nodes
// and backends keep adding up, which edits of the text alone would break (see
// properties/shrink/shrink.h for those). `machine` itself is taken to fail; at
// most `most_runs` calls of `still_fails` are made, each with a machine that
// Validate() accepts.
MachineOptions ShrinkMachine(
    MachineOptions machine,
    const std::function<bool(const MachineOptions&)>& still_fails,
    int most_runs);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_SHRINK_SHRINK_MACHINE_H_
