// SPDX-License-Identifier: Apache-2.0

// Where RAM lies in guest-physical addresses, and whose it is.

#ifndef E820CHECK_RANGETREE_RAM_LAYOUT_H_
#define E820CHECK_RANGETREE_RAM_LAYOUT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "machine/e820_table.h"
#include "machine/machine_options.h"
#include "machine/srat_table.h"
#include "rangetree/board_policy.h"
#include "rangetree/numa_plan.h"

namespace e820check {

// RAM below 4 GiB is [0, below_bytes); the rest starts at above_base. Enclave
// memory follows where that rest ends before it is moved (3, row 6).
struct RamSplit {
  uint64_t below_bytes = 0;
  uint64_t above_bytes = 0;
  uint64_t above_base = kAboveBase;
  uint64_t enclave_base = 0;
  uint64_t enclave_bytes = 0;
};

// Both fields modulo 2^64, as QEMU computes them.
struct DeviceMemory {
  uint64_t base = 0;
  uint64_t size_bytes = 0;
};

// doc/spec/qemu-layout.md 2.1, with its warnings.
RamSplit SplitRam(const MachineOptions& options, const BoardPolicy& policy,
                  std::vector<std::string>& warnings);

// nullopt if the machine has none (doc/spec/qemu-layout.md 2.4).
std::optional<DeviceMemory> DeviceMemoryOf(const MachineOptions& options,
                                           const BoardPolicy& policy,
                                           const RamSplit& split);

// The highest address the guest may use (doc/spec/qemu-layout.md 2.3).
uint64_t LastUsedAddress(const MachineOptions& options,
                         const BoardPolicy& policy, const RamSplit& split);

// The rows for RAM, with the types that memmap-type= asks for
// (doc/spec/memmap-type.md 5). FailedPrecondition where it asks too much.
absl::StatusOr<E820Table> RamRows(const NumaPlan& plan, const RamSplit& split);

// The memory rows of the nodes, without padding (doc/spec/qemu-layout.md 6.3).
std::vector<MemoryAffinity> NodeRows(const NumaPlan& plan,
                                     const RamSplit& split);

// "NUMA node 3: memmap-type=spm", with which refusals of it begin.
std::string MemmapTypePrefix(uint32_t node, MemmapType type);

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_RAM_LAYOUT_H_
