// SPDX-License-Identifier: Apache-2.0

// The ACPI tables about NUMA: spec/qemu-layout.md 6 to 8. All take a topology
// with at least one node.

#ifndef E820CHECK_MODEL_NUMA_TABLES_H_
#define E820CHECK_MODEL_NUMA_TABLES_H_

#include <string>
#include <vector>

#include "machine/machine_options.h"
#include "machine/srat_table.h"
#include "model/address_space.h"
#include "model/layout_policy.h"
#include "model/numa_completion.h"
#include "model/ram_split.h"

namespace e820check::model {

// 6.3: the rows of the nodes' RAM, with QEMU's error about nodes that end
// between 640 KiB and 1 MiB.
std::vector<MemoryAffinity> WalkNodes(const NumaTopology& numa,
                                      const RamSplit& split,
                                      uint64_t above_base);

// 6.
std::string BuildSrat(const MachineOptions& options, const NumaTopology& numa,
                      const RamSplit& split, const AddressSpace& space);

// 7. Empty if no distance was given.
std::string BuildSlit(const MachineOptions& options, const NumaTopology& numa);

// 8. Empty without hmat=on. MachineOptions has no latencies, bandwidths and
// caches, so this is structure type 0 only.
std::string BuildHmat(const MachineOptions& options, const LayoutPolicy& policy,
                      const NumaTopology& numa);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_NUMA_TABLES_H_
