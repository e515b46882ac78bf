// SPDX-License-Identifier: Apache-2.0

// The numbered rules that ReferenceLayout restates, so that a run can say which
// of them it has reached.

#ifndef E820CHECK_MODEL_RULES_H_
#define E820CHECK_MODEL_RULES_H_

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/guest_layout.h"

namespace e820check {

// Named after what the rule decides; kRules in rules.cc says where it stands.
enum class Rule : uint8_t {
  kRamBackendSize,
  kRamIdReserved,
  kImplicitNodeForSlots,
  kImplicitNodeForMaxmem,
  kNodeIdMissing,
  kNodeSizesSum,
  kMemdevExcludesRamBackend,
  kMemdevTwice,
  kDistanceMissing,
  kDistanceAsymmetric,
  kDistanceMirrored,
  kCpuNodeBySocket,
  kCpuNodeExplicit,
  kCpuNodeLeftOver,
  kInitiatorNotItself,
  kInitiatorUndeclared,
  kInitiatorWithoutCpu,
  kInitiatorIsGeneric,
  kIsapcCpuDeprecated,
  kIsapcRamLimit,
  kLowRamOfI440fx,
  kLowRamOfI440fxAligned,
  kLowRamOfI440fxByUser,
  kLowRamOfQ35Small,
  kLowRamOfQ35Large,
  kLowRamOfQ35ByUser,
  kLowRamOfMicrovm,
  kX2ApicRefused,
  kX2ApicFeature,
  kHyperthreadingWarning,
  kRelocation,
  kRelocationWithoutHighRam,
  kHyperTransportRow,
  kAddressLimit64Bit,
  kAddressLimit32BitPhysBits,
  kAddressLimit32BitOld,
  kAddressLimit32BitDeviceMemory,
  kAddressLimit32BitRam,
  kAddressSpaceTooSmall,
  kHole64ByUser,
  kDeviceMemory,
  kDeviceMemoryPerSlot,
  kDeviceMemoryOverlapsHole64,
  kDeviceMemoryUnsupported,
  kTooManySlots,
  kMaxmemUnaligned,
  kMaxmemWraps,
  kCxlAfterDeviceMemory,
  kCxlWithoutDeviceMemory,
  kCxlWindows,
  kCxlWindowTarget,
  kSgxSections,
  kKvmRow,
  kLowRamRow,
  kHighRamRow,
  kSpMemRow,
  kLegacyNvdimmWarning,
  kDeviceRefusedByItself,
  kDeviceMemoryNotEnabled,
  kDeviceNeedsAcpi,
  kNvdimmNotEnabled,
  kSlotInvalid,
  kSlotBusy,
  kNoSlots,
  kNoFreeSlot,
  kMemdevNotSet,
  kMemdevBusy,
  kNotEnoughSpace,
  kBackendUnaligned,
  kAddressUnaligned,
  kAddressOutOfRange,
  kAddressConflict,
  kNoPlace,
  kPlaceFirstFit,
  kPlaceTyped,
  kDeviceNodeTooHigh,
  kLabelSize,
  kVirtioMemRules,
  kVirtioMemWarnings,
  kGenericDeviceInvalid,
  kGenericNodeTooHigh,
  kCpuRowLocalApic,
  kCpuRowX2Apic,
  kNodeCrossesLegacyHole,
  kNodeEndsInLegacyHole,
  kNodeCrossesLowRamEnd,
  kNodeRow,
  kNvdimmRow,
  kNvdimmRowsInHashOrder,
  kPaddingRow,
  kGenericInitiatorRow,
  kGenericPortRow,
  kHotplugRow,
  kHotplugRowSplit,
  kSlit,
  kCpuHotplugLimit,
  kSmbiosThreads,
  kHmatInitiator,
  kHmatNoInitiator,
  kHmatMemorylessSkipped,
  kHmatLatency,
  kHmatBandwidth,
  kHmatAllZero,
  kHmatCache,
  kCount,
};

inline constexpr size_t kRuleCount = static_cast<size_t>(Rule::kCount);

struct RuleFacts {
  Rule rule;
  // "layout" (doc/spec/qemu-layout.md) or "options" (doc/spec/qemu-options.md)
  // and the section there.
  absl::string_view section;
  absl::string_view text;
  // Held against a real QEMU, or, where none is to be had (KVM, SGX), against
  // the document alone.
  enum class Verified : uint8_t { kByRun, kByDocument } verified;
};

// One element for each rule, in the order of the enumeration.
absl::Span<const RuleFacts> AllRules();

using RuleSet = std::bitset<kRuleCount>;

namespace model {

// What the model notes down while it answers.
class Journal {
 public:
  void Reach(Rule rule) { reached_.set(static_cast<size_t>(rule)); }
  void Warn(std::string text) { warnings_.push_back(std::move(text)); }
  void WarnOfDevice(size_t device, std::string text) {
    device_warnings_.push_back({.device = device, .text = std::move(text)});
  }

  const RuleSet& reached() const { return reached_; }
  std::vector<std::string> TakeWarnings() { return std::move(warnings_); }
  std::vector<DeviceWarning> TakeDeviceWarnings() {
    return std::move(device_warnings_);
  }

 private:
  RuleSet reached_;
  std::vector<std::string> warnings_;
  std::vector<DeviceWarning> device_warnings_;
};

}  // namespace model
}  // namespace e820check

#endif  // E820CHECK_MODEL_RULES_H_
