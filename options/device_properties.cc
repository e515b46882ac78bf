// SPDX-License-Identifier: Apache-2.0

#include "options/device_properties.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "machine/address_range.h"
#include "options/object_link.h"
#include "options/refusal.h"

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
    "acpi-index busnr failover_pair_id multifunction rombar romfile romsize "
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

template <typename T>
absl::Status SetUnsigned(absl::string_view key, RecordSource& source,
                         T& field) {
  absl::StatusOr<uint64_t> value = source.Unsigned(key);
  if (!value.ok()) return value.status();
  absl::Status fits = CheckWidth(key, *value, std::numeric_limits<T>::digits);
  if (fits.ok()) field = static_cast<T>(*value);
  return fits;
}

absl::Status SetSize(absl::string_view key, RecordSource& source,
                     uint64_t& field) {
  absl::StatusOr<uint64_t> bytes = source.SizeBytes(key);
  if (bytes.ok()) field = *bytes;
  return bytes.status();
}

absl::Status SetBlockSize(absl::string_view key, RecordSource& source,
                          Device& device) {
  absl::Status set = SetSize(key, source, device.block_size_bytes);
  if (!set.ok()) return set;
  if (device.block_size_bytes < kMiB) {
    return Refuse("'", key, "' property has to be at least 0x",
                  absl::Hex(kMiB));
  }
  if (!std::has_single_bit(device.block_size_bytes)) {
    return Refuse("'", key, "' property has to be a power of two");
  }
  return absl::OkStatus();
}

absl::Status SetLabelSize(absl::string_view key, RecordSource& source,
                          Device& device) {
  constexpr uint64_t kMinLabel = 128 * kKiB;
  absl::Status set = SetSize(key, source, device.label_size_bytes);
  if (!set.ok() || device.label_size_bytes >= kMinLabel) return set;
  return Refuse("Property 'nvdimm.", key, "' (0x",
                absl::Hex(device.label_size_bytes), ") is required at least 0x",
                absl::Hex(kMinLabel));
}

absl::Status SetMemdev(absl::string_view key, const MachineOptions& options,
                       RecordSource& source, Device& device) {
  absl::StatusOr<std::string> path = source.String(key);
  if (!path.ok() || path->empty()) return path.status();
  const absl::StatusOr<MemdevTarget> target = FollowMemdev(options, *path);
  if (!target.ok()) return target.status();
  if (!target->exists) return Refuse("Device '", *path, "' not found");
  if (target->backend == nullptr) {
    return Refuse(
        "Invalid parameter type for 'memdev', expected: memory-backend");
  }
  device.memdev = target->backend->id;
  return absl::OkStatus();
}

// The node of a host bridge is in no memory table.
absl::Status CheckNumaNode(absl::string_view key, const MachineOptions& options,
                           RecordSource& source) {
  uint16_t node = 0;
  absl::Status set = SetUnsigned(key, source, node);
  if (!set.ok()) return set;
  constexpr uint16_t kUnassigned = kMaxNumaNodes;
  if (node == kUnassigned || node < options.numa_nodes.size()) {
    return absl::OkStatus();
  }
  // 7.2 crashes here.
  return absl::UnimplementedError("numa_node= no node");
}

absl::Status SetSlot(absl::string_view key, RecordSource& source,
                     Device& device) {
  absl::StatusOr<int64_t> slot = source.Signed(key);
  if (!slot.ok()) return slot.status();
  if (*slot != static_cast<int32_t>(*slot)) {
    return Refuse("Parameter '", key, "' expects int32_t");
  }
  constexpr int64_t kAutomatic = -1;
  if (*slot != kAutomatic) device.slot = static_cast<int32_t>(*slot);
  return absl::OkStatus();
}

absl::Status CheckUuid(absl::string_view key, RecordSource& source) {
  absl::StatusOr<std::string> uuid = source.String(key);
  if (!uuid.ok() || IsUuid(*uuid)) return uuid.status();
  return Refuse("Property 'nvdimm.", key, "' has invalid value");
}

}  // namespace

absl::Status SetDeviceProperty(const Driver& driver, absl::string_view key,
                               const MachineOptions& options,
                               RecordSource& source, Device& device) {
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
    return Refuse("Property '", driver.name, ".", key, "' not found");
  }
  switch (property->type) {
    case Type::kAddress:
      return SetUnsigned(key, source, device.address);
    case Type::kBlockSize:
      return SetBlockSize(key, source, device);
    case Type::kBusNumber:
      return SetUnsigned(key, source, device.bus_number);
    case Type::kLabelSize:
      return SetLabelSize(key, source, device);
    case Type::kMemdev:
      return SetMemdev(key, options, source, device);
    case Type::kNode:
      return SetUnsigned(key, source, device.node);
    case Type::kNumaNode:
      return CheckNumaNode(key, options, source);
    case Type::kReadOnly:
      return Refuse("Property '", driver.name, ".", key, "' is not writable");
    case Type::kReadOnlyInside:
      return Refuse("Property 'virtio-mem.", key, "' is not writable");
    case Type::kRequestedSize:
      return SetSize(key, source, device.requested_size_bytes);
    case Type::kSlot:
      return SetSlot(key, source, device);
    case Type::kUnarmed:
      return source.Bool(key).status();
    case Type::kUncovered:
      return absl::UnimplementedError(
          absl::StrCat("the property ", key, " is not covered"));
    case Type::kUuid:
      return CheckUuid(key, source);
  }
  return absl::OkStatus();
}

void AddDevicePropertyWords(Vocabulary& vocabulary) {
  for (const Property& property : kProperties) {
    vocabulary.keys.push_back(property.name);
  }
}

bool MayHaveRngProperty(absl::string_view key) {
  constexpr absl::string_view kOwn =
      "addr hotpluggable hotplugged max-bytes parent_bus period realized rng "
      "type";
  return HasWord(kOwn, key) || IsUncovered(kVirtio, /*is_pci=*/true, key);
}

}  // namespace e820check
