// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_RANGETREE_SRAT_H_
#define E820CHECK_RANGETREE_SRAT_H_

#include <optional>
#include <string>
#include <vector>

#include "machine/machine_options.h"
#include "machine/srat_table.h"
#include "rangetree/memory_devices.h"
#include "rangetree/numa_plan.h"
#include "rangetree/ram_layout.h"

namespace e820check {

// What SRAT tells of.
struct SratContents {
  const NumaPlan& plan;
  const RamSplit& split;
  const std::optional<DeviceMemory>& area;
  const std::vector<DevicePlaces::Place>& places;
};

// The bytes of the table (doc/spec/qemu-layout.md 6). `plan` has nodes;
// `generic` are the rows of 6.5.
std::string BuildSrat(const MachineOptions& options,
                      const SratContents& contents,
                      const std::vector<SratRow>& generic);

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_SRAT_H_
