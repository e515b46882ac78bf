// SPDX-License-Identifier: Apache-2.0

// doc/spec/qemu-layout.md 2.1: RAM below and above 4 GiB.

#ifndef E820CHECK_MODEL_RAM_SPLIT_H_
#define E820CHECK_MODEL_RAM_SPLIT_H_

#include <cstdint>

#include "machine/machine_options.h"
#include "model/layout_policy.h"
#include "model/rules.h"

namespace e820check::model {

// The RAM [0, below_bytes) of the RAM block is at guest address 0, the rest at
// the base of high memory.
struct RamSplit {
  uint64_t below_bytes = 0;
  uint64_t above_bytes = 0;
};

RamSplit SplitRam(const MachineOptions& options, const LayoutPolicy& policy,
                  Journal& journal);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_RAM_SPLIT_H_
