// SPDX-License-Identifier: Apache-2.0

// doc/spec/qemu-layout.md 4.2: the possible vCPUs and their APIC ids.

#ifndef E820CHECK_MODEL_CPU_TOPOLOGY_H_
#define E820CHECK_MODEL_CPU_TOPOLOGY_H_

#include <cstdint>
#include <string>

#include "machine/machine_options.h"

namespace e820check::model {

struct CpuIds {
  uint32_t socket = 0;
  uint32_t die = 0;
  uint32_t module = 0;
  uint32_t core = 0;
  uint32_t thread = 0;
};

// `index` is below smp.maxcpus.
CpuIds CpuIdsOf(const SmpTopology& smp, uint32_t index);

// 64 bits wide, since fields of powers of two may need more than 32.
uint64_t ApicIdOf(const SmpTopology& smp, uint32_t index);

// Whether the CPU has every id that the option names.
bool Matches(const NumaCpu& option, const CpuIds& ids);

// QEMU's name for a CPU: "CPU 3 [socket-id: 0, core-id: 1, thread-id: 1]".
std::string CpuName(const SmpTopology& smp, uint32_t index);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_CPU_TOPOLOGY_H_
