// SPDX-License-Identifier: Apache-2.0

#include "options/device_properties.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "machine/address_range.h"
#include "options/object_link.h"

namespace e820check {
namespace {

enum class Type {
  kAddress,
  kBlockSize,
  kBusNumber,
  kLabelSize,
  kMemdev,
  kNode,
  kNumaNode,
  kReadOnly,
  kReadOnlyInside,  // of the virtio-mem device inside the PCI device
  kRequestedSize,
  kSlot,
  kUnarmed,
  kUncovered,
  kUuid,
};

// Sets of properties; kHostBridge is that of pxb and pxb-pcie, too.
constexpr unsigned kDimm = Driver::kDimm;
constexpr unsigned kNvdimm = Driver::kNvdimm;
constexpr unsigned kVirtio = Driver::kVirtio;
constexpr unsigned kVirtioMem = Driver::kVirtioMem;
constexpr unsigned kSpMem = Driver::kSpMem;
constexpr unsigned kHostBridge = Driver::kHostBridge;
constexpr unsigned kMemory = kDimm | kVirtio | kSpMem;
constexpr unsigned kAll = kMemory | kHostBridge;

struct Property {
  absl::string_view name;
  unsigned owners;  // the sets that have it
  Type type;
};

constexpr Property kProperties[] = {
    {"addr", kDimm | kSpMem, Type::kAddress},
    {"block-size", kVirtioMem, Type::kBlockSize},
    {"bus_nr", kHostBridge, Type::kBusNumber},
    {"hotpluggable", kAll, Type::kReadOnly},
    {"hotplugged", kAll, Type::kReadOnly},
    {"label-size", kNvdimm, Type::kLabelSize},
    {"memaddr", kVirtio, Type::kAddress},
    {"memdev", kMemory, Type::kMemdev},
    {"node", kDimm | kVirtioMem | kSpMem, Type::kNode},
    {"numa_node", kHostBridge, Type::kNumaNode},
    {"parent_bus", kAll, Type::kReadOnly},
    {"realized", kAll, Type::kUncovered},
    {"requested-size", kVirtioMem, Type::kRequestedSize},
    {"size", kDimm, Type::kReadOnly},
    {"size", kVirtioMem, Type::kReadOnlyInside},
    {"slot", kDimm, Type::kSlot},
    {"type", kAll, Type::kReadOnly},
    {"unarmed", kNvdimm, Type::kUnarmed},
    {"uuid", kNvdimm, Type::kUuid},
};

// What "-device <driver>,help" of any of the three releases lists besides. Not
// all of them are in every release.
constexpr absl::string_view kPciProperties =
    "acpi-index busnr failover_pair_id rombar romfile romsize "
    "sriov-pf x-max-bounce-buffer-size x-pcie-ari-nextfn-1 "
    "x-pcie-err-unc-mask x-pcie-ext-tag x-pcie-extcap-init "
    "x-pcie-lnksta-dllla";
constexpr absl::string_view kHostBridgeProperties =
    "bypass_iommu hdm_for_passthrough";
constexpr absl::string_view kVirtioProperties =
    "aer any_layout ats disable-legacy disable-modern event_idx in_order "
    "indirect_desc ioeventfd iommu_platform migrate-extra modern-pio-notify "
    "notify_on_empty packed page-per-vq queue_reset use-disabled-flag "
    "use-started vectors virtio-backend virtio-pci-bus-master-bug-migration "
    "x-ats-page-aligned x-disable-legacy-check x-disable-pcie "
    "x-ignore-backend-features x-pcie-deverr-init x-pcie-flr-init "
    "x-pcie-lnkctl-init x-pcie-pm-init x-pcie-pm-no-soft-reset";
constexpr absl::string_view kVirtioMemProperties =
    "dynamic-memslots prealloc unplugged-inaccessible x-early-migration";

bool HasWord(absl::string_view words, absl::string_view word) {
  const std::vector<absl::string_view> all = absl::StrSplit(words, ' ');
  return std::find(all.begin(), all.end(), word) != all.end();
}

bool IsUncovered(unsigned owner, bool is_pci, absl::string_view key) {
  // Children and links that QEMU adds, and forms for old tools.
  if (key.find_first_of("[ ") != absl::string_view::npos ||
      absl::StartsWith(key, "legacy-")) {
    return true;
  }
  return (is_pci && HasWord(kPciProperties, key)) ||
         ((owner & kHostBridge) != 0 && HasWord(kHostBridgeProperties, key)) ||
         ((owner & kVirtio) != 0 && HasWord(kVirtioProperties, key)) ||
         ((owner & kVirtioMem) != 0 && HasWord(kVirtioMemProperties, key));
}

// Eight, four, four, four and twelve hexadecimal digits.
bool IsUuid(absl::string_view text) {
  constexpr absl::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::equal(text.begin(), text.end(), kForm.begin(), kForm.end(),
                    [](char c, char form) {
                      return form == 'x' ? absl::ascii_isxdigit(c) : c == form;
                    });
}

DeferredCheck SetBlockSize(const PropertyValue& value, Device& device,
                           std::vector<std::string>& warnings) {
  DeferredCheck read = value.SizeBytes(device.block_size_bytes, warnings);
  if (!Passed(read)) return read;
  if (device.block_size_bytes < kMiB) return DeviceFault::kBlockSizeTooSmall;
  if (!std::has_single_bit(device.block_size_bytes)) {
    return DeviceFault::kBlockSizeNotPowerOfTwo;
  }
  return std::nullopt;
}

DeferredCheck SetLabelSize(const PropertyValue& value, Device& device,
                           std::vector<std::string>& warnings) {
  constexpr uint64_t kMinLabel = 128 * kKiB;
  DeferredCheck read = value.SizeBytes(device.label_size_bytes, warnings);
  if (!Passed(read) || device.label_size_bytes >= kMinLabel) return read;
  return LabelTooSmall{.size_bytes = device.label_size_bytes};
}

DeferredCheck SetMemdev(const PropertyValue& value,
                        const MachineOptions& options, Device& device) {
  std::string path;
  DeferredCheck read = value.Text(path);
  if (!Passed(read) || path.empty()) return read;
  const absl::StatusOr<MemdevTarget> target = FollowMemdev(options, path);
  if (!target.ok()) return target.status();
  if (!target->exists) return NoSuchObject{.path = std::move(path)};
  if (target->backend == nullptr) {
    return ValueOfOtherType{.property = "memdev",
                            .expected = ValueOfOtherType::Expected::kBackend};
  }
  device.memdev = target->backend->id;
  return std::nullopt;
}

// The node of a host bridge is in no memory table.
DeferredCheck CheckNumaNode(const PropertyValue& value,
                            const MachineOptions& options) {
  uint16_t node = 0;
  DeferredCheck read = value.Unsigned(node);
  if (!Passed(read)) return read;
  constexpr uint16_t kUnassigned = kMaxNumaNodes;
  if (node == kUnassigned || node < options.numa_nodes.size()) {
    return std::nullopt;
  }
  // 7.2 crashes here.
  return absl::UnimplementedError("numa_node= no node");
}

DeferredCheck SetSlot(const PropertyValue& value, Device& device) {
  constexpr int32_t kAutomatic = -1;
  int32_t slot = kAutomatic;
  DeferredCheck read = value.Int32(slot);
  if (Passed(read) && slot != kAutomatic) device.slot = slot;
  return read;
}

DeferredCheck CheckBool(const PropertyValue& value) {
  bool unused = false;
  return value.Bool(unused);
}

DeferredCheck CheckUuid(const PropertyValue& value) {
  std::string uuid;
  DeferredCheck read = value.Text(uuid);
  if (!Passed(read) || IsUuid(uuid)) return read;
  return DeviceFault::kBadUuid;
}

}  // namespace

DeferredCheck SetDeviceProperty(const Driver& driver, absl::string_view key,
                                const PropertyValue& value,
                                const MachineOptions& options, Device& device,
                                std::vector<std::string>& warnings) {
  const unsigned owner = driver.properties;
  const auto* const property = std::find_if(
      std::begin(kProperties), std::end(kProperties),
      [&](const Property& candidate) {
        return candidate.name == key && (candidate.owners & owner) != 0;
      });
  if (property == std::end(kProperties)) {
    if (IsUncovered(owner, driver.bus == Driver::Bus::kPci, key)) {
      return absl::UnimplementedError(
          absl::StrCat("the property ", key, " is not covered"));
    }
    return NoSuchProperty{.driver = std::string(driver.name),
                          .property = std::string(key)};
  }
  switch (property->type) {
    case Type::kAddress:
      return value.Unsigned(device.address);
    case Type::kBlockSize:
      return SetBlockSize(value, device, warnings);
    case Type::kBusNumber:
      return value.Unsigned(device.bus_number);
    case Type::kLabelSize:
      return SetLabelSize(value, device, warnings);
    case Type::kMemdev:
      return SetMemdev(value, options, device);
    case Type::kNode:
      return value.Unsigned(device.node);
    case Type::kNumaNode:
      return CheckNumaNode(value, options);
    case Type::kReadOnly:
      return ReadOnlyProperty{.driver = std::string(driver.name),
                              .property = std::string(key)};
    case Type::kReadOnlyInside:
      return ReadOnlyProperty{.driver = "virtio-mem",
                              .property = std::string(key)};
    case Type::kRequestedSize:
      return value.SizeBytes(device.requested_size_bytes, warnings);
    case Type::kSlot:
      return SetSlot(value, device);
    case Type::kUnarmed:
      return CheckBool(value);
    case Type::kUncovered:
      return absl::UnimplementedError(
          absl::StrCat("the property ", key, " is not covered"));
    case Type::kUuid:
      return CheckUuid(value);
  }
  return std::nullopt;
}

void AddDevicePropertyWords(Vocabulary& vocabulary) {
  for (const Property& property : kProperties) {
    vocabulary.keys.push_back(property.name);
  }
}

bool MayHaveRngProperty(absl::string_view key) {
  constexpr absl::string_view kOwn =
      "addr hotpluggable hotplugged max-bytes multifunction parent_bus period "
      "realized rng "
      "type";
  return HasWord(kOwn, key) || IsUncovered(kVirtio, /*is_pci=*/true, key);
}

}  // namespace e820check
