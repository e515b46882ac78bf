// SPDX-License-Identifier: Apache-2.0

// Memory devices: where each one lies in device memory, or why it is refused.

#ifndef E820CHECK_RANGETREE_MEMORY_DEVICES_H_
#define E820CHECK_RANGETREE_MEMORY_DEVICES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"
#include "rangetree/board_policy.h"
#include "rangetree/ram_layout.h"

namespace e820check {

struct DevicePlaces {
  // Those that tables name. Of the others they name only the whole area.
  enum class Named { kNot, kPersistent, kSoftReserved };

  struct Place {
    size_t device;  // index in MachineOptions::devices
    uint64_t base;
    uint64_t size_bytes;  // what the guest sees
    Named named = Named::kNot;
  };

  std::vector<Place> places;  // in the order of creation
  std::vector<DeviceWarning> warnings;
  // The device with which start-up ends.
  std::optional<Rejection> refusal;
};

// Makes the devices one after the other (doc/spec/qemu-layout.md 2.5,
// doc/spec/qemu-options.md 10). `area` is nullopt where the machine has no
// device memory.
DevicePlaces PlaceDevices(const MachineOptions& options,
                          const BoardPolicy& policy, size_t node_count,
                          const std::optional<DeviceMemory>& area);

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_MEMORY_DEVICES_H_
