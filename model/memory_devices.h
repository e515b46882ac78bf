// SPDX-License-Identifier: Apache-2.0

// doc/spec/qemu-layout.md 2.5, doc/spec/qemu-options.md 10: memory devices find
// their places in device memory, or are refused. What those sections leave open
// was observed on QEMU 7.2, 10.0 and 11.1.

#ifndef E820CHECK_MODEL_MEMORY_DEVICES_H_
#define E820CHECK_MODEL_MEMORY_DEVICES_H_

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "machine/guest_layout.h"
#include "machine/machine_options.h"
#include "model/address_space.h"
#include "model/layout_policy.h"
#include "model/numa_completion.h"
#include "model/rules.h"

namespace e820check::model {

struct PluggedDevice {
  // What tables say of it; of kPlain, no more than of the hot-plug area.
  enum class Contents { kPlain, kNonVolatile, kSoftReserved };

  size_t device = 0;  // of MachineOptions::devices
  uint64_t address = 0;
  // What the guest sees: without the label area of an NVDIMM.
  uint64_t size_bytes = 0;
  Contents contents = Contents::kPlain;
};

// Plugs the memory devices in command-line order, until one is refused.
std::variant<std::vector<PluggedDevice>, Rejection> PlugDevices(
    const MachineOptions& options, const LayoutPolicy& policy,
    const NumaTopology& numa, const AddressSpace& space, Journal& journal);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_MEMORY_DEVICES_H_
