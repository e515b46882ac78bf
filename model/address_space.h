// SPDX-License-Identifier: Apache-2.0

// doc/spec/qemu-layout.md 2.2 to 2.4: where high RAM and all above it lie, and
// whether the CPU can address it.

#ifndef E820CHECK_MODEL_ADDRESS_SPACE_H_
#define E820CHECK_MODEL_ADDRESS_SPACE_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "machine/machine_options.h"
#include "model/layout_policy.h"
#include "model/ram_split.h"
#include "model/rules.h"

namespace e820check::model {

// The region for hot-plugged memory. Its end, like every sum in this file, is
// taken modulo 2^64 as QEMU does; CheckDeviceMemory refuses one that wrapped.
struct DeviceMemory {
  uint64_t base = 0;
  uint64_t size_bytes = 0;
};

// The enclave page cache: all sections, back to back.
struct EnclaveMemory {
  uint64_t base = 0;
  uint64_t size_bytes = 0;
};

struct AddressSpace {
  uint64_t above_base = kAboveBase;
  bool has_hyper_transport_hole = false;
  std::optional<EnclaveMemory> enclave;
  std::optional<DeviceMemory> device_memory;
};

// For i440fx, q35 and isapc. Fails with QEMU's text where the CPU has too few
// physical address bits.
absl::StatusOr<AddressSpace> ArrangeAddressSpace(const MachineOptions& options,
                                                 const LayoutPolicy& policy,
                                                 const RamSplit& split,
                                                 Journal& journal);

// The checks of doc/spec/qemu-options.md 9 item 10 on slots and maxmem; fails
// with QEMU's text.
absl::Status CheckDeviceMemory(const MachineOptions& options,
                               const LayoutPolicy& policy,
                               const AddressSpace& space, Journal& journal);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_ADDRESS_SPACE_H_
