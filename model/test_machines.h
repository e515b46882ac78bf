// SPDX-License-Identifier: Apache-2.0

// Short spellings for this folder's tests: machines, and layouts as text.

#ifndef E820CHECK_MODEL_TEST_MACHINES_H_
#define E820CHECK_MODEL_TEST_MACHINES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "machine/address_range.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"

namespace e820check {

struct TestNode {
  uint64_t size_bytes = 0;
  MemmapType memmap_type = MemmapType::kNormal;
};

// A machine of QEMU 7.2 with one default vCPU: "q35", "pc", "pc-q35-7.0",
// "pc-i440fx-2.1", "isapc", "microvm", "none".
MachineOptions Machine(absl::string_view type, uint64_t ram_size_bytes);

// The same with nodes 0, 1, ... on backends m0, m1, ...; RAM is their sum.
MachineOptions NumaMachine(absl::string_view type,
                           const std::vector<TestNode>& nodes);

// A 64-bit vCPU. Default vCPU: AMD, 40 bits.
CpuOptions AmdCpu(uint32_t phys_bits);
CpuOptions IntelCpu(uint32_t phys_bits);

// ReferenceLayout's layout; an empty one, and a test failure, on refusal.
GuestLayout LayoutOf(const MachineOptions& options);
// ReferenceLayout's refusal; "accepted" if there is none.
std::string RefusalOf(const MachineOptions& options);

// "0xfd00000000+0x300000000:2".
std::vector<std::string> E820Of(const MachineOptions& options);
// The memory rows of the SRAT: "1: 0x100000+0x7f00000" for node 1, enabled;
// " hotplug" after hot-pluggable ones; "padding".
std::vector<std::string> SratMemoryOf(const MachineOptions& options);
// Its CPU rows: "3->1" for APIC id 3 in node 1, "300=>1" in the x2APIC form.
std::vector<std::string> SratCpusOf(const MachineOptions& options);

}  // namespace e820check

#endif  // E820CHECK_MODEL_TEST_MACHINES_H_
