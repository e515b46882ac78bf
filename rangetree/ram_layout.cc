// SPDX-License-Identifier: Apache-2.0

#include "rangetree/ram_layout.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "machine/address_range.h"
#include "machine/segment.h"
#include "rangetree/range_tree_map.h"

namespace e820check {
namespace {

// Modulo 2^64, as QEMU rounds.
uint64_t RoundUp(uint64_t value, uint64_t power_of_two) {
  return (value + power_of_two - 1) & ~(power_of_two - 1);
}

bool IsGigabyteMultiple(uint64_t bytes) { return bytes % kGiB == 0; }

uint64_t I440fxLowLimit(const MachineOptions& options,
                        const BoardPolicy& policy,
                        std::vector<std::string>& warnings) {
  const uint64_t user = options.max_ram_below_4g_bytes;
  const uint64_t asked = user != 0 ? user : policy.low_limit_bytes;
  if (options.memory.ram_size_bytes < asked) return asked;
  const bool aligns = policy.low_limit_if_more_bytes < policy.low_limit_bytes;
  if (!aligns) return asked;
  const uint64_t limit = std::min(asked, policy.low_limit_if_more_bytes);
  if (!IsGigabyteMultiple(limit)) {
    warnings.push_back(
        absl::StrCat("warning: Large machine and max_ram_below_4g (", asked,
                     ") not a multiple of 1G; possible bad performance."));
  }
  return limit;
}

uint64_t Q35LowLimit(const MachineOptions& options, const BoardPolicy& policy,
                     std::vector<std::string>& warnings) {
  const uint64_t ram = options.memory.ram_size_bytes;
  const uint64_t user = options.max_ram_below_4g_bytes;
  const uint64_t limit = ram >= policy.low_limit_bytes
                             ? policy.low_limit_if_more_bytes
                             : policy.low_limit_bytes;
  if (user == 0 || user >= limit) return limit;
  // doc/spec/qemu-layout.md 2.1: the difference wraps where RAM
  // is smaller than the limit, so that a small guest is warned as well.
  if (ram - user > user && !IsGigabyteMultiple(user)) {
    warnings.push_back(absl::StrCat(
        "warning: There is possibly poor performance as the ram size  (0x",
        absl::Hex(ram), ") is more then twice the size of max-ram-below-4g (",
        user, ") and max-ram-below-4g is not a multiple of 1G."));
  }
  return user;
}

// The end of what lies above 4 GiB before device memory does.
uint64_t EndOf(const RamSplit& split) {
  return split.enclave_bytes > 0 ? split.enclave_base + split.enclave_bytes
                                 : split.above_base + split.above_bytes;
}

// Whether or not there is any.
DeviceMemory SizeDeviceMemory(const MachineOptions& options,
                              const BoardPolicy& policy,
                              const RamSplit& split) {
  const MemoryOptions& memory = options.memory;
  const uint64_t per_slot =
      policy.sizes_device_memory_by_slots ? kSizePerSlotBytes : 0;
  return {.base = RoundUp(EndOf(split), kDeviceMemoryAlignmentBytes),
          .size_bytes = memory.maxram_size_bytes - memory.ram_size_bytes +
                        memory.slots * per_slot};
}

// Registers, then windows (doc/spec/qemu-layout.md 2.4).
uint64_t EndOfCxl(const MachineOptions& options, const BoardPolicy& policy,
                  const RamSplit& split) {
  auto below = DeviceMemoryOf(options, policy, split);
  if (!below && policy.cxl_follows_missing_device_memory) {
    below = SizeDeviceMemory(options, policy, split);
  }
  uint64_t end = kCxlRegistersBytes +
                 (below ? below->base + below->size_bytes : EndOf(split));
  if (!options.cxl_windows.empty()) {
    end = RoundUp(end, kCxlWindowAlignmentBytes);
  }
  for (const CxlWindow& window : options.cxl_windows) end += window.size_bytes;
  return end;
}

// RAM by offset, in the terms of e820: a node with a memmap-type of its own
// owns its bytes, so that its row stays apart; all other RAM has no owner.
RangeTreeMap RamByOffset(const NumaPlan& plan, uint64_t ram_bytes) {
  RangeTreeMap ram;
  const auto all = AddressRange::Create({.start = 0, .size_bytes = ram_bytes});
  if (!all) return ram;
  ram.Assign(*all, {.type = MemoryType::kRam});
  uint64_t offset = 0;
  for (uint32_t id = 0; id < plan.nodes.size(); ++id) {
    const NumaPlan::Node& node = plan.nodes[id];
    // Sizes that add up to the RAM size only modulo 2^64 reach beyond RAM.
    const auto owned = AddressRange::Create(
        {.start = offset,
         .size_bytes = std::min(node.size_bytes, UINT64_MAX - offset)});
    offset += node.size_bytes;
    if (!owned || node.memmap_type == MemmapType::kNormal) continue;
    if (const auto part = owned->Intersection(*all)) {
      ram.Assign(*part, {.type = node.memmap_type == MemmapType::kSpm
                                     ? MemoryType::kSoftReserved
                                     : MemoryType::kReserved,
                         .owner = id});
    }
  }
  return ram;
}

// [0, bytes), or nullopt if that is empty.
std::optional<AddressRange> Below(uint64_t bytes) {
  return AddressRange::Create({.start = 0, .size_bytes = bytes});
}

std::optional<AddressRange> From(uint64_t first) {
  return AddressRange::Create(
      AddressRange::FirstAndLast{.first = first, .last = UINT64_MAX});
}

absl::Status CheckMemmapTypes(const NumaPlan& plan, const RamSplit& split,
                              const RangeTreeMap& ram) {
  const auto first_mebibyte = Below(std::min(kMiB, split.below_bytes));
  bool any = false;
  bool overflows = false;
  uint64_t sum = 0;
  for (const NumaPlan::Node& node : plan.nodes) {
    any |= node.memmap_type != MemmapType::kNormal;
    sum += node.size_bytes;
    overflows |= sum < node.size_bytes;
  }
  if (!any) return absl::OkStatus();
  if (overflows) {
    return absl::FailedPreconditionError(
        "memmap-type: the sum of the node sizes overflows");
  }
  for (uint32_t id = 0; id < plan.nodes.size(); ++id) {
    const NumaPlan::Node& node = plan.nodes[id];
    if (node.memmap_type == MemmapType::kNormal) continue;
    const std::string prefix = MemmapTypePrefix(id, node.memmap_type);
    if (node.size_bytes == 0) {
      return absl::FailedPreconditionError(prefix + " needs memory");
    }
    bool covers_first_mebibyte = false;
    if (first_mebibyte) {
      ram.VisitOverlapping(*first_mebibyte, [&](const Segment& segment) {
        covers_first_mebibyte |= segment.attributes.owner == id;
      });
    }
    if (covers_first_mebibyte) {
      return absl::FailedPreconditionError(prefix +
                                           " covers memory below 1 MiB");
    }
  }
  const auto low = Below(split.below_bytes);
  if (!low || ram.BytesOfType(*low, MemoryType::kRam) == 0) {
    return absl::FailedPreconditionError(
        "memmap-type leaves no normal RAM below 4 GiB");
  }
  return absl::OkStatus();
}

// ---- Nodes on a line ----
//
// SRAT's memory rows are what remains of the nodes, laid end to end on a line,
// once the legacy hole is cut out of the line and the line is cut at the end of
// low RAM, its rest moved to above_base. Two accidents of QEMU's own way of
// counting are part of the result (doc/spec/qemu-layout.md 6.3):
//  - a node that ends inside the hole or at its end pushes all later nodes up
//    to the hole's end, although it has used RAM up to its own end only;
//  - the cuts are looked for only while the cursor has not passed them, so if
//    low RAM ends below 1 MiB, the first node to pass it decides which of the
//    two cuts is made; the other is then behind the cursor.
// Where sizes that add up to the RAM size only modulo 2^64 make the cursor
// wrap, a new line starts at the wrapped cursor.

struct Cuts {
  bool hole = false;
  bool low_ram_end = false;
};

Cuts CutsOf(const NumaPlan& plan, const RamSplit& split, size_t node,
            uint64_t cursor) {
  Cuts cuts = {.hole = cursor <= kLegacyHoleBase,
               .low_ram_end = cursor <= split.below_bytes};
  if (!cuts.hole || !cuts.low_ram_end || split.below_bytes >= kLegacyHoleEnd) {
    return cuts;
  }
  for (; node < plan.nodes.size(); ++node) {
    const auto end = CheckedAdd(cursor, plan.nodes[node].size_bytes);
    if (!end) break;
    cursor = *end;
    if (cursor > std::min(split.below_bytes, kLegacyHoleBase)) {
      cuts.hole = cursor > kLegacyHoleBase;
      cuts.low_ram_end = !cuts.hole;
      break;
    }
  }
  return cuts;
}

class NodeLine {
 public:
  NodeLine(const NumaPlan& plan, const RamSplit& split)
      : plan_(plan), split_(split) {}

  std::vector<MemoryAffinity> Rows() && {
    while (node_ < plan_.nodes.size()) LayLine();
    return std::move(rows_);
  }

 private:
  // Lays nodes from `node_` on at `cursor_`, until none is left or the cursor
  // wraps, and reads the rows back.
  void LayLine() {
    const Cuts cuts = CutsOf(plan_, split_, node_, cursor_);
    const uint64_t low_end = split_.below_bytes;
    const uint64_t lift = split_.above_base - low_end;
    RangeTreeMap line;
    std::optional<MemoryAffinity> wrapping;
    uint64_t position = cursor_;  // on the line; cursor_ is where that is moved
    bool wraps = false;
    while (node_ < plan_.nodes.size() && !wraps) {
      const uint32_t id = node_++;
      const uint64_t size = plan_.nodes[id].size_bytes;
      const auto end = CheckedAdd(cursor_, size);
      if (!end) {
        // QEMU misses cuts that a wrapping node would pass.
        wrapping = Row(id, cursor_, size);
        cursor_ += size;
        break;
      }
      if (const auto range =
              AddressRange::Create({.start = position, .size_bytes = size})) {
        line.Assign(*range, {.owner = id});
      }
      position += size;
      if (cuts.hole && position > kLegacyHoleBase &&
          position < kLegacyHoleEnd) {
        position = kLegacyHoleEnd;
      }
      const bool lifted = cuts.low_ram_end && position > low_end;
      cursor_ = lifted ? position + lift : position;
      wraps = cursor_ < position;
    }
    if (cuts.hole) line.Erase(kLegacyHole);
    if (!cuts.low_ram_end) {
      ReadRows(line, AddressRange::Everything(), 0);
    } else {
      if (const auto low = Below(low_end)) ReadRows(line, *low, 0);
      ReadRows(line, *From(low_end), lift);
    }
    if (wrapping) Emit(*wrapping);
  }

  static constexpr AddressRange kLegacyHole =
      *AddressRange::Create(AddressRange::FirstAndLast{
          .first = kLegacyHoleBase, .last = kLegacyHoleEnd - 1});

  static MemoryAffinity Row(uint32_t id, uint64_t base, uint64_t size_bytes) {
    return {.proximity_domain = id,
            .base = base,
            .length_bytes = size_bytes,
            .flags = MemoryAffinity::kEnabled};
  }

  // Reserved nodes take their place on the line but get no rows.
  void Emit(const MemoryAffinity& row) {
    if (plan_.nodes[row.proximity_domain].memmap_type !=
        MemmapType::kReserved) {
      rows_.push_back(row);
    }
  }

  void ReadRows(const RangeTreeMap& line, const AddressRange& window,
                uint64_t lift) {
    line.VisitOverlapping(window, [&](const Segment& segment) {
      const AddressRange& range = segment.range;
      Emit(Row(segment.attributes.owner, range.first() + lift,
               range.last() - range.first() + 1));
    });
  }

  const NumaPlan& plan_;
  const RamSplit& split_;
  uint32_t node_ = 0;
  uint64_t cursor_ = 0;
  std::vector<MemoryAffinity> rows_;
};

void AppendRows(const RangeTreeMap& ram, const AddressRange& window,
                uint64_t lift, E820Table& rows) {
  ram.VisitOverlapping(window, [&](const Segment& segment) {
    const AddressRange& range = segment.range;
    rows.push_back({.address = range.first() + lift,
                    .length_bytes = range.last() - range.first() + 1,
                    .type = segment.attributes.type});
  });
}

}  // namespace

RamSplit SplitRam(const MachineOptions& options, const BoardPolicy& policy,
                  std::vector<std::string>& warnings) {
  const uint64_t ram = options.memory.ram_size_bytes;
  uint64_t limit = UINT64_MAX;
  switch (policy.split) {
    case BoardPolicy::Split::kI440fx:
      limit = I440fxLowLimit(options, policy, warnings);
      break;
    case BoardPolicy::Split::kQ35:
      limit = Q35LowLimit(options, policy, warnings);
      break;
    case BoardPolicy::Split::kFixed:
      limit = policy.low_limit_bytes;
      break;
    case BoardPolicy::Split::kNoRam:
      break;
  }
  RamSplit split;
  split.below_bytes = std::min(ram, limit);
  split.above_bytes = ram - split.below_bytes;
  if (policy.has_pc_memory_map) {
    split.enclave_base = kAboveBase + split.above_bytes;
    for (const SgxSection& section : options.sgx_sections) {
      split.enclave_bytes += section.size_bytes;
    }
  }
  return split;
}

std::optional<DeviceMemory> DeviceMemoryOf(const MachineOptions& options,
                                           const BoardPolicy& policy,
                                           const RamSplit& split) {
  const MemoryOptions& memory = options.memory;
  if (!policy.has_device_memory ||
      memory.maxram_size_bytes <= memory.ram_size_bytes) {
    return std::nullopt;
  }
  return SizeDeviceMemory(options, policy, split);
}

uint64_t LastUsedAddress(const MachineOptions& options,
                         const BoardPolicy& policy, const RamSplit& split) {
  const CpuOptions& cpu = options.cpu;
  const uint64_t last_of_cpu =
      cpu.phys_bits < 64 ? (uint64_t{1} << cpu.phys_bits) - 1 : UINT64_MAX;
  const auto device = DeviceMemoryOf(options, policy, split);
  switch (policy.narrow_cpu_limit) {
    case BoardPolicy::NarrowCpuLimit::kNoneUpTo32PhysBits:
      if (cpu.phys_bits <= 32) return last_of_cpu;
      break;
    case BoardPolicy::NarrowCpuLimit::kNone:
      if (!cpu.long_mode) return last_of_cpu;
      break;
    case BoardPolicy::NarrowCpuLimit::kEndOfMemory:
      if (!cpu.long_mode) {
        return (device ? device->base + device->size_bytes : EndOf(split)) - 1;
      }
      break;
  }
  uint64_t hole64_start = EndOf(split);
  if (options.cxl) {
    hole64_start = EndOfCxl(options, policy, split);
  } else if (device) {
    hole64_start = device->base;
    if (policy.hole64_follows_device_memory) hole64_start += device->size_bytes;
  }
  uint64_t hole64_bytes = policy.hole64_size_bytes;
  if (hole64_bytes != 0) {
    hole64_bytes = options.pci_hole64_size_bytes.value_or(hole64_bytes);
  }
  return RoundUp(hole64_start, kHole64AlignmentBytes) + hole64_bytes - 1;
}

absl::StatusOr<E820Table> RamRows(const NumaPlan& plan, const RamSplit& split) {
  const RangeTreeMap ram =
      RamByOffset(plan, split.below_bytes + split.above_bytes);
  if (absl::Status s = CheckMemmapTypes(plan, split, ram); !s.ok()) return s;
  E820Table rows;
  if (const auto low = Below(split.below_bytes)) {
    AppendRows(ram, *low, 0, rows);
  } else {
    rows.push_back({});  // QEMU adds the row for low RAM even if that is empty
  }
  AppendRows(ram, *From(split.below_bytes),
             split.above_base - split.below_bytes, rows);
  return rows;
}

std::vector<MemoryAffinity> NodeRows(const NumaPlan& plan,
                                     const RamSplit& split) {
  return NodeLine(plan, split).Rows();
}

std::string MemmapTypePrefix(uint32_t node, MemmapType type) {
  return absl::StrCat("NUMA node ", node, ": memmap-type=", ToString(type));
}

}  // namespace e820check
