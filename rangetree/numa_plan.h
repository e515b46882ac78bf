// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_RANGETREE_NUMA_PLAN_H_
#define E820CHECK_RANGETREE_NUMA_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "machine/machine_options.h"
#include "rangetree/board_policy.h"

namespace e820check {

// The NUMA configuration as the board sees it, complete.
struct NumaPlan {
  struct Node {
    uint64_t size_bytes = 0;
    MemmapType memmap_type = MemmapType::kNormal;
  };

  std::vector<Node> nodes;            // by id, without holes; may be empty
  std::vector<uint32_t> node_of_cpu;  // by CPU index; empty if no nodes
  // Row-major from * nodes + to; empty if no distance was given.
  std::vector<uint8_t> distances;
};

// Completes and checks what -numa said (doc/spec/qemu-layout.md 5 and, in this
// order, doc/spec/qemu-options.md 9, items 2 to 9). FailedPrecondition carries
// QEMU's words of refusal.
absl::StatusOr<NumaPlan> PlanNuma(const MachineOptions& options,
                                  const BoardPolicy& policy,
                                  std::vector<std::string>& warnings);

// The APIC id of a possible CPU (doc/spec/qemu-layout.md 4.2). `cpu` is less
// than smp.maxcpus.
uint32_t ApicIdOf(const SmpTopology& smp, uint32_t cpu);

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_NUMA_PLAN_H_
