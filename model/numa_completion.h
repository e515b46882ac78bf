// SPDX-License-Identifier: Apache-2.0

// What QEMU makes of -numa before it builds the board: doc/spec/qemu-layout.md
// 5, doc/spec/qemu-options.md 9 items 1 to 9.

#ifndef E820CHECK_MODEL_NUMA_COMPLETION_H_
#define E820CHECK_MODEL_NUMA_COMPLETION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "machine/machine_options.h"
#include "model/layout_policy.h"
#include "model/rules.h"

namespace e820check::model {

struct NumaTopology {
  struct Node {
    uint64_t size_bytes = 0;
    MemmapType memmap_type = MemmapType::kNormal;
    // With hmat=on: the node itself if it has CPUs, else initiator=, if given.
    std::optional<uint32_t> initiator;
    // With hmat=on: whether it has CPUs or a generic initiator.
    bool is_initiator = false;
  };

  std::vector<Node> nodes;            // by id, dense; empty: not a NUMA machine
  std::vector<uint32_t> node_of_cpu;  // by CPU index; empty without nodes
  // Row-major nodes * nodes; empty unless a distance was given.
  std::vector<uint8_t> distances;
};

// Item 1: the RAM backend. A failure's message is QEMU's text, here and below.
absl::Status CheckRamBackend(const MachineOptions& options,
                             const LayoutPolicy& policy, Journal& journal);

// Items 2 to 9, in this order.
absl::StatusOr<NumaTopology> CompleteNuma(const MachineOptions& options,
                                          const LayoutPolicy& policy,
                                          Journal& journal);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_NUMA_COMPLETION_H_
