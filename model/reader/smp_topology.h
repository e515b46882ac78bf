// SPDX-License-Identifier: Apache-2.0

// From the numbers of -smp to a topology, by the algorithm of
// doc/spec/qemu-options.md 6, step by step.

#ifndef E820CHECK_MODEL_READER_SMP_TOPOLOGY_H_
#define E820CHECK_MODEL_READER_SMP_TOPOLOGY_H_

#include "machine/machine_type.h"
#include "model/reader/answer.h"

namespace e820check::reader {

// `typed` is what ReadSmpProperty accepted. Accepted with "cpus", "maxcpus",
// "sockets", "dies", "modules", "cores", "threads", or refused. kOtherObject
// where the product of the levels is maxcpus only modulo 2^32, and kAccident
// where it is 0 modulo 2^32 and QEMU divides by it.
Answer CompleteSmp(const Answer& typed, const MachineType& type,
                   const Release& release);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_SMP_TOPOLOGY_H_
