// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_GENERATE_MACHINE_GENERATOR_H_
#define E820CHECK_PROPERTIES_GENERATE_MACHINE_GENERATOR_H_

#include <cstdint>

#include "machine/machine_options.h"
#include "properties/generate/choices.h"

namespace e820check {

// What to generate, apart from the choices themselves.
struct GeneratorPolicy {
  QemuVersion qemu_version = kDefaultRelease;
  Dialect dialect = Dialect::kStock;
  uint32_t max_nodes = 16;
  // Also what no text can ask a QEMU without KVM and SGX for.
  bool beyond_command_lines = false;
  // One command line in so many gets a fault that some check should refuse.
  uint64_t one_fault_in = 5;
};

// Any release and dialect.
GeneratorPolicy ChoosePolicy(Choices& choices);

// A machine that Validate() accepts; the board may still refuse it. Each
// machine uses a random subset of the features (swarm testing: Groce et al.,
// 2012), and sizes gather around 640K, 1M, the low-memory ends, 4G,
// 0xFD00000000 and 1T, give or take a byte, a page or a gigabyte. RAM that a
// small host could not reserve comes from backends with reserve=off.
MachineOptions GenerateMachine(Choices& choices, const GeneratorPolicy& policy);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_GENERATE_MACHINE_GENERATOR_H_
