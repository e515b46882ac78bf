// SPDX-License-Identifier: Apache-2.0

#include "model/ram_split.h"

#include "absl/strings/str_cat.h"

namespace e820check::model {
namespace {

RamSplit SplitAt(uint64_t low_bytes, uint64_t ram_bytes) {
  if (ram_bytes < low_bytes) return {.below_bytes = ram_bytes};
  return {.below_bytes = low_bytes, .above_bytes = ram_bytes - low_bytes};
}

// i440fx and isapc.
uint64_t LowRamOfI440fx(const MachineOptions& options,
                        const LayoutPolicy& policy, Journal& journal) {
  const uint64_t user = options.max_ram_below_4g_bytes != 0
                            ? options.max_ram_below_4g_bytes
                            : kI440fxLowRamBytes;
  // The comparison is with the limit as given: 3 GiB to 3.5 GiB of RAM stay
  // below 4 GiB in one piece, and only more RAM than that is split at 3 GiB.
  journal.Reach(options.max_ram_below_4g_bytes != 0
                    ? Rule::kLowRamOfI440fxByUser
                    : Rule::kLowRamOfI440fx);
  if (!policy.gigabyte_align || options.memory.ram_size_bytes < user) {
    return user;
  }
  journal.Reach(Rule::kLowRamOfI440fxAligned);
  const uint64_t low =
      user > kI440fxAlignedLowRamBytes ? kI440fxAlignedLowRamBytes : user;
  if (low % kGiB != 0) {
    journal.Warn(
        absl::StrCat("warning: Large machine and max_ram_below_4g (", user,
                     ") not a multiple of 1G; possible bad performance."));
  }
  return low;
}

uint64_t LowRamOfQ35(const MachineOptions& options, Journal& journal) {
  const uint64_t ram = options.memory.ram_size_bytes;
  const uint64_t low =
      ram >= kQ35SmallLowRamBytes ? kQ35LargeLowRamBytes : kQ35SmallLowRamBytes;
  journal.Reach(ram >= kQ35SmallLowRamBytes ? Rule::kLowRamOfQ35Large
                                            : Rule::kLowRamOfQ35Small);
  const uint64_t user = options.max_ram_below_4g_bytes;
  if (user == 0 || user >= low) return low;
  journal.Reach(Rule::kLowRamOfQ35ByUser);
  // With ram < user the difference wraps in QEMU, which then warns although
  // all RAM is low; observed.
  if (ram - user > user && user % kGiB != 0) {
    journal.Warn(absl::StrCat(
        "warning: There is possibly poor performance as the ram size  (0x",
        absl::Hex(ram), ") is more then twice the size of max-ram-below-4g (",
        user, ") and max-ram-below-4g is not a multiple of 1G."));
  }
  return user;
}

}  // namespace

RamSplit SplitRam(const MachineOptions& options, const LayoutPolicy& policy,
                  Journal& journal) {
  const uint64_t ram = options.memory.ram_size_bytes;
  switch (options.type.family) {
    case MachineFamily::kI440fx:
      return SplitAt(LowRamOfI440fx(options, policy, journal), ram);
    case MachineFamily::kIsapc:
      if (policy.is_32_bit_isapc) return {.below_bytes = ram};
      return SplitAt(LowRamOfI440fx(options, policy, journal), ram);
    case MachineFamily::kQ35:
      return SplitAt(LowRamOfQ35(options, journal), ram);
    case MachineFamily::kMicrovm:
      journal.Reach(Rule::kLowRamOfMicrovm);
      return SplitAt(kMicrovmLowRamBytes, ram);
    case MachineFamily::kNone:
      break;
  }
  return {};
}

}  // namespace e820check::model
