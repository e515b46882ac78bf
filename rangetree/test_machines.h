// SPDX-License-Identifier: Apache-2.0

// Machines for the tests of range_tree_layout.h.

#ifndef E820CHECK_RANGETREE_TEST_MACHINES_H_
#define E820CHECK_RANGETREE_TEST_MACHINES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "machine/address_range.h"
#include "machine/machine_options.h"

namespace e820check {

inline constexpr MachineFamily kPc = MachineFamily::kI440fx;
inline constexpr MachineFamily kQ35 = MachineFamily::kQ35;
inline constexpr MemmapType kSpm = MemmapType::kSpm;
inline constexpr MemmapType kReserved = MemmapType::kReserved;

// A guest of QEMU 7.2 with the default CPU.
inline MachineOptions Guest(MachineFamily family, uint64_t ram_bytes) {
  MachineOptions options;
  options.type = {.family = family, .version = {7, 2}};
  options.memory = {.ram_size_bytes = ram_bytes,
                    .maxram_size_bytes = ram_bytes};
  return options;
}

struct NodeSpec {
  uint64_t size_bytes = 0;
  MemmapType memmap_type = MemmapType::kNormal;
};

// The same with nodes 0, 1, ... on backends "n0", "n1", ...
inline MachineOptions NumaGuest(MachineFamily family,
                                const std::vector<NodeSpec>& nodes) {
  uint64_t ram_bytes = 0;
  for (const NodeSpec& node : nodes) ram_bytes += node.size_bytes;
  MachineOptions options = Guest(family, ram_bytes);
  for (uint32_t id = 0; id < nodes.size(); ++id) {
    NumaNode node = {.id = id, .memmap_type = nodes[id].memmap_type};
    if (nodes[id].size_bytes > 0) {
      node.memdev = "n" + std::to_string(id);
      options.backends.push_back(
          {.id = *node.memdev, .size_bytes = nodes[id].size_bytes});
    }
    options.numa_nodes.push_back(node);
  }
  return options;
}

inline MachineOptions WithCpu(MachineOptions options, uint32_t phys_bits,
                              const std::string& vendor = "AuthenticAMD") {
  options.cpu.phys_bits = phys_bits;
  options.cpu.vendor = vendor;
  return options;
}

inline MachineOptions WithVersion(MachineOptions options,
                                  MachineVersion version) {
  options.type.version = version;
  return options;
}

inline MachineOptions WithLimit(MachineOptions options,
                                uint64_t max_ram_below_4g) {
  options.max_ram_below_4g_bytes = max_ram_below_4g;
  return options;
}

inline MachineOptions WithMaxmem(MachineOptions options, uint64_t maxmem_bytes,
                                 uint64_t slots) {
  options.memory.maxram_size_bytes = maxmem_bytes;
  options.memory.slots = slots;
  return options;
}

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_TEST_MACHINES_H_
