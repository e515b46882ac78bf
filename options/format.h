// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_OPTIONS_FORMAT_H_
#define E820CHECK_OPTIONS_FORMAT_H_

#include <string>
#include <vector>

#include "machine/machine_options.h"

namespace e820check {

// The arguments, without a program name, that ask for this machine: type, CPU
// model, topology and sizes always, the rest where it is not QEMU's default.
// Sizes are in the largest unit that is exact.
//
// ParseCommandLine, given the same QEMU version and the memmap-type dialect if
// a node has a memmap_type, turns them into equal options. This holds for all
// options that some command line means and QEMU does not refuse: a refused CPU
// or device (CpuOptions::refusal, Device::refusal) has lost the words that
// described it. SGX sections have no text here, and no KVM but with a CPU model
// other than host and max. Validate() passes a few others: a
// property that the machine type has not (mem_bytes after 5.0, levels in smp,
// initiator without hmat, most of them on "none"), a CPU that no -cpu describes
// (a vendor with a comma, phys_bits of its own without long mode), a '\0'
// inside an OEM name, generic affinities in another order than their ids,
// devices that ParseCommandLine would not make so (a driver it does not know or
// cover, a place on the PCI bus that is taken, a host bridge's bus number taken
// twice), and with ram_size_from_backend a maxram below 128 MiB.
std::vector<std::string> Format(const MachineOptions& options);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_FORMAT_H_
