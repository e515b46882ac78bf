// SPDX-License-Identifier: Apache-2.0

#include "model/memory_devices.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "machine/address_range.h"
#include "model/refusal_words.h"

namespace e820check::model {
namespace {

using Kind = Device::Kind;

uint64_t RoundUp(uint64_t value, uint64_t unit) {
  return (value + (unit - 1)) / unit * unit;
}

// Where QEMU finds a node too high.
enum class NodeCheck { kNever, kBeforePlace, kBeforeBackend, kAfterBackend };

// All that is peculiar to a kind.
struct KindRules {
  bool is_dimm = false;    // takes a slot, and the board checks it
  bool is_nvdimm = false;  // ends with a label; -machine nvdimm= allows it
  bool has_blocks = false;
  NodeCheck node_check = NodeCheck::kNever;
  // Observed: node 0 will do where there are no nodes.
  bool node_0_will_do = true;
  // Of a node too high: before the node, before the number of nodes, at the
  // end.
  absl::string_view node_text[3] = {};
  // Before and after the name of a backend that is in use.
  absl::string_view busy_text[2] = {"can't use already busy memdev: ", ""};
  absl::string_view no_memdev = "not set";  // where nothing is plugged
  PluggedDevice::Contents contents = PluggedDevice::Contents::kPlain;
};

constexpr KindRules kDimm = {
    .is_dimm = true,
    .node_check = NodeCheck::kBeforeBackend,
    .node_text = {"'DIMM property node has value ",
                  "' which exceeds the number of numa nodes: ", ""},
};

KindRules RulesOf(Kind kind) {
  switch (kind) {
    case Kind::kPcDimm:
      return kDimm;
    case Kind::kNvdimm: {
      KindRules rules = kDimm;
      rules.is_nvdimm = true;
      rules.contents = PluggedDevice::Contents::kNonVolatile;
      return rules;
    }
    case Kind::kVirtioMem:
      return {
          .has_blocks = true,
          .node_check = NodeCheck::kAfterBackend,
          .node_text = {"'node' property has value '",
                        "', which exceedsthe number of numa nodes: ", ""},
          .busy_text = {"'memdev' property specifies a busy memdev: ", ""},
      };
    case Kind::kSpMem:
      return {
          .node_check = NodeCheck::kBeforePlace,
          .node_0_will_do = false,
          .node_text = {"'node' property value ",
                        " exceeds the number of NUMA nodes (", ")"},
          .busy_text = {"memory backend '", "' is already in use"},
          .no_memdev = "required",
          .contents = PluggedDevice::Contents::kSoftReserved,
      };
    case Kind::kVirtioPmem:
    case Kind::kPxbCxl:
    case Kind::kOther:
      break;
  }
  return {};
}

// Sums are taken modulo 2^64, as QEMU takes them, except where an end could
// wrap: those are compared as distances from the region's base.
class Plugger {
 public:
  Plugger(const MachineOptions& options, const LayoutPolicy& policy,
          const NumaTopology& numa, const AddressSpace& space, Journal& journal)
      : options_(options),
        policy_(policy),
        space_(space),
        journal_(journal),
        node_count_(numa.nodes.size()) {
    for (const NumaNode& node : options.numa_nodes) {
      if (node.memdev) busy_.insert(*node.memdev);
    }
    if (!options.memory_backend.empty()) busy_.insert(options.memory_backend);
  }

  std::variant<std::vector<PluggedDevice>, Rejection> PlugAll() && {
    for (size_t i = 0; i < options_.devices.size(); ++i) {
      const absl::Status plugged = Plug(i);
      if (!plugged.ok()) {
        return Rejection{.text = std::string(plugged.message()), .device = i};
      }
    }
    return std::move(plugged_);
  }

 private:
  template <typename... Parts>
  absl::Status Refuse(Rule rule, const Parts&... parts) {
    journal_.Reach(rule);
    return absl::FailedPreconditionError(absl::StrCat(parts...));
  }

  const MemoryBackend* BackendOf(const Device& device) const {
    return FindBackend(options_, device.memdev);
  }

  absl::Status Plug(size_t index) {
    const Device& device = options_.devices[index];
    if (device.refusal) {
      return Refuse(Rule::kDeviceRefusedByItself,
                    RefusalWords(*device.refusal, policy_.release));
    }
    if (!IsMemoryDevice(device.kind)) return absl::OkStatus();
    if (!policy_.plugs_memory_devices) return RealizeUnplugged(device);

    if (RulesOf(device.kind).is_dimm) {
      if (absl::Status s = CheckDimm(device); !s.ok()) return s;
    }
    if (absl::Status s = CheckNode(device, NodeCheck::kBeforePlace); !s.ok()) {
      return s;
    }
    absl::StatusOr<PluggedDevice> plugged = Place(index);
    if (!plugged.ok()) return plugged.status();
    if (device.bus_refusal) {
      return Refuse(Rule::kDeviceRefusedByItself,
                    RefusalWords(*device.bus_refusal, policy_.release));
    }
    if (absl::Status s = Realize(index); !s.ok()) return s;
    busy_.insert(device.memdev);
    plugged_.push_back(*plugged);
    return absl::OkStatus();
  }

  absl::Status CheckNode(const Device& device, NodeCheck now) {
    const KindRules rules = RulesOf(device.kind);
    const uint64_t limit =
        rules.node_0_will_do ? std::max<uint64_t>(node_count_, 1) : node_count_;
    if (rules.node_check != now || device.node < limit) return absl::OkStatus();
    const auto& [before, between, after] = rules.node_text;
    return Refuse(Rule::kDeviceNodeTooHigh, before, device.node, between, limit,
                  after);
  }

  // Observed: without a hot-plug handler, which microvm and `none` lack, a
  // device is made but gets no place, so hardly anything can be wrong with it.
  absl::Status RealizeUnplugged(const Device& device) {
    const KindRules rules = RulesOf(device.kind);
    if (rules.is_dimm && device.node > 0) {
      if (!policy_.has_numa) {
        return Refuse(Rule::kDeviceNodeTooHigh, "machine doesn't support NUMA");
      }
      if (absl::Status s = CheckNode(device, rules.node_check); !s.ok()) {
        return s;
      }
    }
    if (device.memdev.empty()) {
      return Refuse(Rule::kMemdevNotSet, "'memdev' property is ",
                    rules.no_memdev);
    }
    if (busy_.count(device.memdev) > 0) return RefuseBusy(device);
    if (rules.is_nvdimm) {
      if (absl::Status s = VisibleSize(device).status(); !s.ok()) return s;
    }
    busy_.insert(device.memdev);
    return absl::OkStatus();
  }

  absl::Status CheckDimm(const Device& device) {
    if (!policy_.has_acpi_device || !options_.acpi) {
      return Refuse(Rule::kDeviceNeedsAcpi,
                    "memory hotplug is not enabled: missing acpi device or "
                    "acpi disabled");
    }
    if (RulesOf(device.kind).is_nvdimm && !options_.nvdimm) {
      return Refuse(Rule::kNvdimmNotEnabled,
                    "nvdimm is not enabled: missing 'nvdimm' in '-M'");
    }
    if (!policy_.has_device_memory) {
      return Refuse(Rule::kDeviceMemoryNotEnabled,
                    "memory hotplug is not enabled: "
                    "PIIX4_PM.memory-hotplug-support is not set");
    }
    return TakeSlot(device);
  }

  absl::Status TakeSlot(const Device& device) {
    const uint64_t slots = options_.memory.slots;
    if (device.slot) {
      // Compared as QEMU does: a negative number is large.
      if (*device.slot < 0 || static_cast<uint64_t>(*device.slot) >= slots) {
        return Refuse(Rule::kSlotInvalid, "invalid slot number ", *device.slot,
                      ", valid range is [0-", slots - 1, "]");
      }
      if (!slots_.insert(static_cast<uint64_t>(*device.slot)).second) {
        return Refuse(Rule::kSlotBusy, "slot ", *device.slot, " is busy");
      }
      return absl::OkStatus();
    }
    if (slots == 0) {
      return Refuse(Rule::kNoSlots,
                    "no slots where allocated, please specify the 'slots' "
                    "option");
    }
    for (uint64_t slot = 0; slot < slots; ++slot) {
      if (slots_.insert(slot).second) return absl::OkStatus();
    }
    return Refuse(Rule::kNoFreeSlot, "no free slots available");
  }

  // 2.5: to which unit the memory of a backend is aligned.
  uint64_t AlignmentOf(const Device& device) const {
    if (RulesOf(device.kind).is_dimm && !policy_.enforces_dimm_alignment) {
      return kPageSizeBytes;
    }
    return BackendOf(device)->kind == MemoryBackend::Kind::kRam
               ? kRamAlignmentBytes
               : kPageSizeBytes;
  }

  uint64_t BlockSizeOf(const Device& device) const {
    if (!RulesOf(device.kind).has_blocks) return 1;
    return device.block_size_bytes != 0 ? device.block_size_bytes
                                        : kVirtioMemBlockSizeBytes;
  }

  // What the guest is to see of the backend.
  absl::StatusOr<uint64_t> VisibleSize(const Device& device) {
    const MemoryBackend& backend = *BackendOf(device);
    if (!RulesOf(device.kind).is_nvdimm) return backend.size_bytes;
    if (device.label_size_bytes != 0) journal_.Reach(Rule::kLabelSize);
    const uint64_t unit = BackendOf(device)->kind == MemoryBackend::Kind::kRam
                              ? kRamAlignmentBytes
                              : kPageSizeBytes;
    const uint64_t size =
        backend.size_bytes > device.label_size_bytes
            ? (backend.size_bytes - device.label_size_bytes) / unit * unit
            : 0;
    if (size == 0) {
      return Refuse(Rule::kLabelSize, "the size of memdev ", backend.id, " (0x",
                    absl::Hex(backend.size_bytes),
                    ") is too small to contain nvdimm label (0x",
                    absl::Hex(device.label_size_bytes),
                    ") and aligned PMEM (0x", absl::Hex(unit), ")");
    }
    return size;
  }

  absl::Status CheckEnabled() {
    if (space_.device_memory) return absl::OkStatus();
    return Refuse(Rule::kDeviceMemoryNotEnabled,
                  policy_.release.checks_memdev_before_maxmem
                      ? "memory devices (e.g. for memory hotplug) are not "
                        "enabled, please specify the maxmem option"
                      : "the configuration is not prepared for memory devices "
                        "(e.g., for memory hotplug), consider specifying the "
                        "maxmem option");
  }

  absl::StatusOr<PluggedDevice> Place(size_t index) {
    const Device& device = options_.devices[index];
    if (!policy_.release.checks_memdev_before_maxmem) {
      if (absl::Status s = CheckEnabled(); !s.ok()) return s;
    }
    if (device.memdev.empty()) {
      return Refuse(Rule::kMemdevNotSet, "'memdev' property must be set");
    }
    const absl::StatusOr<uint64_t> size = VisibleSize(device);
    if (!size.ok()) return size.status();
    if (absl::Status s = CheckEnabled(); !s.ok()) return s;

    const uint64_t limit =
        options_.memory.maxram_size_bytes - options_.memory.ram_size_bytes;
    uint64_t used = 0;
    for (const PluggedDevice& other : plugged_) used += other.size_bytes;
    if (*size > limit - used) {
      return Refuse(Rule::kNotEnoughSpace, "not enough space, currently 0x",
                    absl::Hex(used),
                    " in use of total space for memory devices 0x",
                    absl::Hex(limit));
    }
    const absl::StatusOr<uint64_t> address = device.address != 0
                                                 ? CheckAddress(device, *size)
                                                 : FindAddress(device, *size);
    if (!address.ok()) return address.status();
    return PluggedDevice{.device = index,
                         .address = *address,
                         .size_bytes = *size,
                         .contents = RulesOf(device.kind).contents};
  }

  uint64_t UnitOf(const Device& device) const {
    return std::max(AlignmentOf(device), BlockSizeOf(device));
  }

  // 7.2 holds the size against the unit of the place, later ones against that
  // of the backend.
  absl::Status CheckSize(const Device& device, uint64_t size_bytes) {
    const uint64_t unit = policy_.release.checks_address_before_size
                              ? UnitOf(device)
                              : AlignmentOf(device);
    if (size_bytes % unit == 0) return absl::OkStatus();
    return Refuse(Rule::kBackendUnaligned,
                  "backend memory size must be multiple of 0x",
                  absl::Hex(unit));
  }

  absl::Status CheckUnit(const Device& device) {
    if (device.address % UnitOf(device) == 0) return absl::OkStatus();
    return Refuse(Rule::kAddressUnaligned, "address must be aligned to 0x",
                  absl::Hex(UnitOf(device)), " bytes");
  }

  const PluggedDevice* Overlapping(uint64_t address, uint64_t size_bytes) {
    const PluggedDevice* lowest = nullptr;
    for (const PluggedDevice& other : plugged_) {
      if (other.address - space_.device_memory->base <
              address - space_.device_memory->base + size_bytes &&
          address - space_.device_memory->base <
              other.address - space_.device_memory->base + other.size_bytes &&
          (lowest == nullptr || other.address < lowest->address)) {
        lowest = &other;
      }
    }
    return lowest;
  }

  bool IsInRegion(uint64_t address, uint64_t size_bytes) const {
    const DeviceMemory& region = *space_.device_memory;
    return address >= region.base && size_bytes <= region.size_bytes &&
           address - region.base <= region.size_bytes - size_bytes;
  }

  // 2.5 with addr=.
  absl::StatusOr<uint64_t> CheckAddress(const Device& device,
                                        uint64_t size_bytes) {
    absl::Status first = policy_.release.checks_address_before_size
                             ? CheckUnit(device)
                             : CheckSize(device, size_bytes);
    if (!first.ok()) return first;
    absl::Status second = policy_.release.checks_address_before_size
                              ? CheckSize(device, size_bytes)
                              : CheckUnit(device);
    if (!second.ok()) return second;
    const DeviceMemory& region = *space_.device_memory;
    if (!IsInRegion(device.address, size_bytes)) {
      return Refuse(Rule::kAddressOutOfRange, "can't add memory device [0x",
                    absl::Hex(device.address), ":0x", absl::Hex(size_bytes),
                    "], usable range for memory devices [0x",
                    absl::Hex(region.base), ":0x", absl::Hex(region.size_bytes),
                    "]");
    }
    if (const PluggedDevice* other = Overlapping(device.address, size_bytes)) {
      const std::string& id = options_.devices[other->device].id;
      return Refuse(Rule::kAddressConflict,
                    "address range conflicts with memory device id='",
                    id.empty() ? "(unnamed)" : id, "'");
    }
    journal_.Reach(Rule::kPlaceTyped);
    return device.address;
  }

  // 2.5 without: the first place at which nothing is in the way.
  absl::StatusOr<uint64_t> FindAddress(const Device& device,
                                       uint64_t size_bytes) {
    if (absl::Status s = CheckSize(device, size_bytes); !s.ok()) return s;
    const uint64_t unit = UnitOf(device);
    uint64_t address = RoundUp(space_.device_memory->base, unit);
    while (IsInRegion(address, size_bytes)) {
      const PluggedDevice* other = Overlapping(address, size_bytes);
      if (other == nullptr) {
        journal_.Reach(Rule::kPlaceFirstFit);
        return address;
      }
      address = RoundUp(other->address + other->size_bytes, unit);
    }
    return Refuse(Rule::kNoPlace,
                  "could not find position in guest address space for memory "
                  "device - memory fragmented due to alignments");
  }

  absl::Status RefuseBusy(const Device& device) {
    const KindRules rules = RulesOf(device.kind);
    const auto& [before, after] = rules.busy_text;
    return Refuse(Rule::kMemdevBusy, before, device.memdev, after);
  }

  // What QEMU finds only when the device has its place.
  absl::Status Realize(size_t index) {
    const Device& device = options_.devices[index];
    absl::Status node = CheckNode(device, NodeCheck::kBeforeBackend);
    if (!node.ok()) return node;
    if (busy_.count(device.memdev) > 0) return RefuseBusy(device);
    node = CheckNode(device, NodeCheck::kAfterBackend);
    if (!node.ok()) return node;
    return RulesOf(device.kind).has_blocks ? CheckBlocks(index)
                                           : absl::OkStatus();
  }

  absl::Status CheckBlocks(size_t index) {
    const Device& device = options_.devices[index];
    WarnOfVirtioMem(index);
    const uint64_t block = BlockSizeOf(device);
    if (device.requested_size_bytes % block != 0) {
      return Refuse(Rule::kVirtioMemRules,
                    "'requested-size' property has to be multiples of "
                    "'block-size' (0x",
                    absl::Hex(block), ")");
    }
    if (BackendOf(device)->size_bytes % block != 0) {
      return Refuse(Rule::kVirtioMemRules,
                    "'memdev' property memdev size has to be multiples "
                    "of'block-size' (0x",
                    absl::Hex(block), ")");
    }
    const MemoryBackend& backend = *BackendOf(device);
    if (!policy_.release.private_files_warning.empty() && !backend.share &&
        backend.kind != MemoryBackend::Kind::kRam) {
      journal_.Reach(Rule::kVirtioMemWarnings);
      journal_.WarnOfDevice(
          index,
          absl::StrCat("warning: ", policy_.release.private_files_warning,
                       ": Discarding RAM in private file mappings is "
                       "possibly dangerous, because it will modify the "
                       "underlying file and will affect other users of "
                       "the file"));
    }
    return absl::OkStatus();
  }

  void WarnOfVirtioMem(size_t index) {
    const MemoryBackend& backend = *BackendOf(options_.devices[index]);
    const bool shares_zero_page =
        backend.kind == MemoryBackend::Kind::kRam && !backend.share;
    if (policy_.unplugged_memory_is_accessible && !shares_zero_page) {
      journal_.Reach(Rule::kVirtioMemWarnings);
      journal_.WarnOfDevice(
          index,
          "warning: 'unplugged-inaccessible' property set to 'off' with a "
          "memdev that does not support the shared zeropage.");
    }
    if (BlockSizeOf(options_.devices[index]) < kVirtioMemBlockSizeBytes) {
      journal_.Reach(Rule::kVirtioMemWarnings);
      journal_.WarnOfDevice(
          index,
          "warning: 'block-size' property is smaller than the default block "
          "size (2 MiB)");
    }
  }

  const MachineOptions& options_;
  const LayoutPolicy& policy_;
  const AddressSpace& space_;
  Journal& journal_;
  const uint64_t node_count_;
  std::set<std::string> busy_;
  std::set<uint64_t> slots_;
  std::vector<PluggedDevice> plugged_;
};

}  // namespace

std::variant<std::vector<PluggedDevice>, Rejection> PlugDevices(
    const MachineOptions& options, const LayoutPolicy& policy,
    const NumaTopology& numa, const AddressSpace& space, Journal& journal) {
  return Plugger(options, policy, numa, space, journal).PlugAll();
}

}  // namespace e820check::model
