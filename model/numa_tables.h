// SPDX-License-Identifier: Apache-2.0

// The ACPI tables about NUMA: doc/spec/qemu-layout.md 6 and 7. Both take a
// topology with at least one node.

#ifndef E820CHECK_MODEL_NUMA_TABLES_H_
#define E820CHECK_MODEL_NUMA_TABLES_H_

#include <string>
#include <vector>

#include "machine/machine_options.h"
#include "machine/srat_table.h"
#include "model/address_space.h"
#include "model/layout_policy.h"
#include "model/memory_devices.h"
#include "model/numa_completion.h"
#include "model/ram_split.h"
#include "model/rules.h"

namespace e820check::model {

// 6.3: the rows of the nodes' RAM, with QEMU's error about nodes that end
// between 640 KiB and 1 MiB.
std::vector<MemoryAffinity> WalkNodes(const NumaTopology& numa,
                                      const RamSplit& split,
                                      uint64_t above_base, Journal& journal);

// 6. `devices` are the memory devices, in plug order.
std::string BuildSrat(const MachineOptions& options, const NumaTopology& numa,
                      const RamSplit& split, const AddressSpace& space,
                      const std::vector<PluggedDevice>& devices,
                      const std::vector<SratRow>& generic_rows,
                      Journal& journal);

// 7. Empty if no distance was given.
std::string BuildSlit(const MachineOptions& options, const NumaTopology& numa,
                      Journal& journal);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_NUMA_TABLES_H_
