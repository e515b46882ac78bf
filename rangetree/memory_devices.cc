// SPDX-License-Identifier: Apache-2.0

#include "rangetree/memory_devices.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "machine/address_range.h"
#include "machine/segment.h"
#include "rangetree/cause_text.h"
#include "rangetree/machine_refusal.h"
#include "rangetree/range_tree_map.h"

namespace e820check {
namespace {

using Kind = Device::Kind;

std::string CannotUseBusy(absl::string_view memdev) {
  return absl::StrCat("can't use already busy memdev: ", memdev);
}

// What is peculiar to a kind of device in the order and words of its checks.
struct PlugRules {
  bool takes_slot = false;
  bool is_labelled = false;  // the end of an NVDIMM
  bool is_in_blocks = false;
  bool checks_node_first = false;
  std::string (*say_busy)(absl::string_view memdev) = CannotUseBusy;
  absl::string_view no_memdev = "not set";  // on a board without hot-plug
  DevicePlaces::Named named = DevicePlaces::Named::kNot;
};

PlugRules PlugRulesOf(Kind kind) {
  switch (kind) {
    case Kind::kPcDimm:
      return {.takes_slot = true};
    case Kind::kNvdimm:
      return {.takes_slot = true,
              .is_labelled = true,
              .named = DevicePlaces::Named::kPersistent};
    case Kind::kVirtioMem:
      return {.is_in_blocks = true, .say_busy = [](absl::string_view memdev) {
                return absl::StrCat(
                    "'memdev' property specifies a busy memdev: ", memdev);
              }};
    case Kind::kSpMem:
      return {.checks_node_first = true,
              .say_busy =
                  [](absl::string_view memdev) {
                    return absl::StrCat("memory backend '", memdev,
                                        "' is already in use");
                  },
              .no_memdev = "required",
              .named = DevicePlaces::Named::kSoftReserved};
    default:
      return {};
  }
}

std::string InHex(uint64_t value) {
  return absl::StrCat("0x", absl::Hex(value));
}

class DevicePlugger {
 public:
  DevicePlugger(const MachineOptions& options, const BoardPolicy& policy,
                size_t node_count, const std::optional<DeviceMemory>& area)
      : options_(options),
        policy_(policy),
        node_count_(node_count),
        area_(area) {
    if (area) {
      window_ = AddressRange::Create(
          {.start = area->base, .size_bytes = area->size_bytes});
    }
    busy_.insert(options.memory_backend);
    for (const NumaNode& node : options.numa_nodes) {
      if (node.memdev) busy_.insert(*node.memdev);
    }
  }

  DevicePlaces Run() && {
    for (size_t i = 0; i < options_.devices.size(); ++i) {
      if (absl::Status s = Make(i); !s.ok()) {
        result_.refusal =
            Rejection{.text = std::string(s.message()), .device = i};
        break;
      }
    }
    return std::move(result_);
  }

 private:
  absl::Status Make(size_t index) {
    const Device& device = options_.devices[index];
    if (device.refusal) {
      return RefuseMachine(CauseText(*device.refusal, policy_.release));
    }
    if (!IsMemoryDevice(device.kind)) return absl::OkStatus();
    const PlugRules rules = PlugRulesOf(device.kind);
    const MemoryBackend* backend = FindBackend(options_, device.memdev);
    absl::Status status = policy_.plugs_memory_devices
                              ? Plug(index, rules, backend)
                              : MakeWithoutPlace(device, rules, backend);
    if (status.ok()) busy_.insert(device.memdev);
    return status;
  }

  // On microvm and `none`.
  absl::Status MakeWithoutPlace(const Device& device, const PlugRules& rules,
                                const MemoryBackend* backend) {
    if (rules.takes_slot && device.node > 0 && !policy_.has_numa) {
      return RefuseMachine("machine doesn't support NUMA");
    }
    if (rules.takes_slot) {
      if (absl::Status s = CheckDimmNode(device); !s.ok()) return s;
    }
    if (backend == nullptr) {
      return RefuseMachine("'memdev' property is ", rules.no_memdev);
    }
    if (absl::Status s = CheckFree(device); !s.ok()) return s;
    return SizeSeen(device, *backend).status();
  }

  absl::Status Plug(size_t index, const PlugRules& rules,
                    const MemoryBackend* backend) {
    const Device& device = options_.devices[index];
    if (rules.takes_slot) {
      if (absl::Status s = TakeSlot(device); !s.ok()) return s;
    }
    if (rules.checks_node_first && device.node >= node_count_) {
      return RefuseMachine("'node' property value ", device.node,
                           " exceeds the number of NUMA nodes (", node_count_,
                           ")");
    }
    if (!area_ && !policy_.release.plugs_by_old_checks) return RefuseArea();
    if (backend == nullptr)
      return RefuseMachine("'memdev' property must be set");
    const auto size = SizeSeen(device, *backend);
    if (!size.ok()) return size.status();
    if (!area_) return RefuseArea();
    const auto place = FindPlace(index, *backend, *size);
    if (!place.ok()) return place.status();
    if (device.bus_refusal) {
      return RefuseMachine(CauseText(*device.bus_refusal, policy_.release));
    }

    if (rules.takes_slot) {
      if (absl::Status s = CheckDimmNode(device); !s.ok()) return s;
    }
    if (absl::Status s = CheckFree(device); !s.ok()) return s;
    if (rules.is_in_blocks) {
      if (absl::Status s = CheckBlocks(index, *backend); !s.ok()) return s;
    }
    occupied_.Assign(*place, {.owner = static_cast<uint32_t>(index)});
    used_bytes_ += *size;
    result_.places.push_back({.device = index,
                              .base = place->first(),
                              .size_bytes = *size,
                              .named = rules.named});
    return absl::OkStatus();
  }

  absl::Status TakeSlot(const Device& device) {
    const uint64_t slots = options_.memory.slots;
    if (!policy_.has_acpi_controller || !options_.acpi) {
      return RefuseMachine(
          "memory hotplug is not enabled: missing acpi device or acpi "
          "disabled");
    }
    if (PlugRulesOf(device.kind).is_labelled && !options_.nvdimm) {
      return RefuseMachine("nvdimm is not enabled: missing 'nvdimm' in '-M'");
    }
    if (!policy_.has_device_memory) {
      return RefuseMachine(
          "memory hotplug is not enabled: PIIX4_PM.memory-hotplug-support is "
          "not set");
    }
    if (device.slot) {
      if (*device.slot < 0 || static_cast<uint32_t>(*device.slot) >= slots) {
        return RefuseMachine("invalid slot number ", *device.slot,
                             ", valid range is [0-", slots - 1, "]");
      }
      if (!used_slots_.insert(*device.slot).second) {
        return RefuseMachine("slot ", *device.slot, " is busy");
      }
      return absl::OkStatus();
    }
    if (slots == 0) {
      return RefuseMachine(
          "no slots where allocated, please specify the 'slots' option");
    }
    uint64_t free = 0;
    for (const uint64_t used : used_slots_) {
      if (used != free) break;
      ++free;
    }
    if (free == slots) return RefuseMachine("no free slots available");
    used_slots_.insert(free);
    return absl::OkStatus();
  }

  absl::Status RefuseArea() const {
    return RefuseMachine(
        policy_.release.plugs_by_old_checks
            ? "memory devices (e.g. for memory hotplug) are not "
              "enabled, please specify the maxmem option"
            : "the configuration is not prepared for memory devices "
              "(e.g., for memory hotplug), consider specifying the "
              "maxmem option");
  }

  static uint64_t PageBytes(const MemoryBackend& backend) {
    return backend.kind == MemoryBackend::Kind::kRam ? kHugePageBytes
                                                     : kSmallPageBytes;
  }

  // An NVDIMM ends with its label, which the guest's memory leaves out.
  absl::StatusOr<uint64_t> SizeSeen(const Device& device,
                                    const MemoryBackend& backend) const {
    if (!PlugRulesOf(device.kind).is_labelled) return backend.size_bytes;
    const uint64_t label = device.label_size_bytes;
    const uint64_t page = PageBytes(backend);
    if (backend.size_bytes < label || backend.size_bytes - label < page) {
      return RefuseMachine(
          "the size of memdev ", backend.id, " (", InHex(backend.size_bytes),
          ") is too small to contain nvdimm label (", InHex(label),
          ") and aligned PMEM (", InHex(page), ")");
    }
    return (backend.size_bytes - label) & ~(page - 1);
  }

  static uint64_t BlockBytes(const Device& device) {
    return device.block_size_bytes == 0 ? kDefaultBlockBytes
                                        : device.block_size_bytes;
  }

  absl::StatusOr<AddressRange> FindPlace(size_t index,
                                         const MemoryBackend& backend,
                                         uint64_t size) const {
    const Device& device = options_.devices[index];
    const uint64_t room =
        options_.memory.maxram_size_bytes - options_.memory.ram_size_bytes;
    if (room - used_bytes_ < size) {
      return RefuseMachine("not enough space, currently ", InHex(used_bytes_),
                           " in use of total space for memory devices ",
                           InHex(room));
    }
    const PlugRules rules = PlugRulesOf(device.kind);
    uint64_t page = PageBytes(backend);
    if (rules.takes_slot && !policy_.aligns_dimms) {
      page = kSmallPageBytes;
    }
    const uint64_t unit =
        rules.is_in_blocks ? std::max(page, BlockBytes(device)) : page;
    absl::Status whole = absl::OkStatus();
    const uint64_t size_unit =
        policy_.release.plugs_by_old_checks ? unit : page;
    if (size % size_unit != 0) {
      whole = RefuseMachine("backend memory size must be multiple of ",
                            InHex(size_unit));
    }
    if (device.address == 0) {
      if (!whole.ok()) return whole;
      return FirstFit(size, unit);
    }
    absl::Status aligned = absl::OkStatus();
    if (device.address % unit != 0) {
      aligned =
          RefuseMachine("address must be aligned to ", InHex(unit), " bytes");
    }
    // 7.2 finds fault with the address first, later ones with the size.
    if (policy_.release.plugs_by_old_checks) std::swap(whole, aligned);
    if (!whole.ok()) return whole;
    if (!aligned.ok()) return aligned;
    return Typed(device.address, size);
  }

  absl::StatusOr<AddressRange> FirstFit(uint64_t size, uint64_t unit) const {
    if (window_) {
      const auto start = occupied_.FirstAlignedGap(
          {.size_bytes = size, .alignment_bytes = unit, .within = *window_});
      if (start) {
        return *AddressRange::Create({.start = *start, .size_bytes = size});
      }
    }
    return RefuseMachine(
        "could not find position in guest address space for memory device - "
        "memory fragmented due to alignments");
  }

  absl::StatusOr<AddressRange> Typed(uint64_t start, uint64_t size) const {
    const auto range =
        AddressRange::Create({.start = start, .size_bytes = size});
    if (!range || !window_ || !window_->Contains(*range)) {
      return RefuseMachine("can't add memory device [", InHex(start), ":",
                           InHex(size), "], usable range for memory devices [",
                           InHex(area_->base), ":", InHex(area_->size_bytes),
                           "]");
    }
    const std::vector<Segment> in_the_way = occupied_.Overlapping(*range);
    if (in_the_way.empty()) return *range;
    const std::string& id =
        options_.devices[in_the_way.front().attributes.owner].id;
    return RefuseMachine("address range conflicts with memory device id='",
                         id.empty() ? "(unnamed)" : id, "'");
  }

  // Node 0 will do where there are none.
  absl::Status CheckDimmNode(const Device& device) const {
    if (device.node == 0 || device.node < node_count_) return absl::OkStatus();
    return RefuseMachine("'DIMM property node has value ", device.node,
                         "' which exceeds the number of numa nodes: ",
                         std::max<size_t>(node_count_, 1));
  }

  absl::Status CheckFree(const Device& device) const {
    if (busy_.find(device.memdev) == busy_.end()) return absl::OkStatus();
    return RefuseMachine(PlugRulesOf(device.kind).say_busy(device.memdev));
  }

  // Of virtio-mem.
  absl::Status CheckBlocks(size_t index, const MemoryBackend& backend) {
    const Device& device = options_.devices[index];
    if (device.node != 0 && device.node >= node_count_) {
      return RefuseMachine("'node' property has value '", device.node,
                           "', which exceedsthe number of numa nodes: ",
                           std::max<size_t>(node_count_, 1));
    }
    const auto warn = [&](absl::string_view text) {
      result_.warnings.push_back(
          {.device = index, .text = absl::StrCat("warning: ", text)});
    };
    const bool anonymous = backend.kind == MemoryBackend::Kind::kRam;
    if (policy_.shows_unplugged_memory && (backend.share || !anonymous)) {
      warn(
          "'unplugged-inaccessible' property set to 'off' with a memdev that "
          "does not support the shared zeropage.");
    }
    const uint64_t block = BlockBytes(device);
    if (block < kDefaultBlockBytes) {
      warn(
          "'block-size' property is smaller than the default block size (2 "
          "MiB)");
    }
    if (device.requested_size_bytes % block != 0) {
      return RefuseMachine(
          "'requested-size' property has to be multiples of 'block-size' (",
          InHex(block), ")");
    }
    if (backend.size_bytes % block != 0) {
      return RefuseMachine(
          "'memdev' property memdev size has to be multiples of'block-size' (",
          InHex(block), ")");
    }
    if (!policy_.release.discard_function.empty() && !backend.share &&
        !anonymous) {
      warn(absl::StrCat(policy_.release.discard_function,
                        ": Discarding RAM in private file mappings is possibly "
                        "dangerous, because it will modify the underlying file "
                        "and will affect other users of the file"));
    }
    return absl::OkStatus();
  }

  const MachineOptions& options_;
  const BoardPolicy& policy_;
  const size_t node_count_;
  const std::optional<DeviceMemory>& area_;
  std::optional<AddressRange> window_;  // that area, if it is not empty
  RangeTreeMap occupied_;               // owners are device indexes
  uint64_t used_bytes_ = 0;
  std::set<uint64_t> used_slots_;
  std::set<std::string> busy_;  // backends in use
  DevicePlaces result_;
};

}  // namespace

DevicePlaces PlaceDevices(const MachineOptions& options,
                          const BoardPolicy& policy, size_t node_count,
                          const std::optional<DeviceMemory>& area) {
  return DevicePlugger(options, policy, node_count, area).Run();
}

}  // namespace e820check
