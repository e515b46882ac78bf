// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_GENERATE_DEVICE_GENERATOR_H_
#define E820CHECK_PROPERTIES_GENERATE_DEVICE_GENERATOR_H_

#include "machine/machine_options.h"
#include "properties/generate/choices.h"
#include "properties/generate/machine_generator.h"

namespace e820check {

// What GenerateMachine adds to a machine whose RAM, CPUs and nodes are chosen,
// each so that ParseCommandLine accepts it, though the board may not.

// hmat=on, initiators, latencies, bandwidths and caches.
void AddHmat(MachineOptions& machine, Choices& choices);

// Memory devices of every kind that the machine's QEMU has.
void AddMemoryDevices(MachineOptions& machine, Choices& choices);

// cxl=on, windows and host bridges.
void AddCxl(MachineOptions& machine, Choices& choices);

// PCI devices, and the generic initiators and ports that name them; from QEMU
// 10.0 on.
void AddGenericAffinities(MachineOptions& machine, Choices& choices);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_GENERATE_DEVICE_GENERATOR_H_
