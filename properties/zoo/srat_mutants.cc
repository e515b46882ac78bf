// SPDX-License-Identifier: Apache-2.0

// Layouts that write SRAT wrongly.

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <variant>
#include <vector>

#include "machine/address_range.h"
#include "machine/srat_table.h"
#include "properties/zoo/mutant.h"

namespace e820check {
namespace {

using Machine = MachineOptions;
using Rows = std::vector<SratRow>;

// SRAT with its rows changed.
template <void (*kEdit)(const Machine&, Rows&)>
void EditRows(const Machine& machine, GuestLayout& layout) {
  absl::StatusOr<SratTable> srat = DecodeSrat(layout.srat);
  if (!srat.ok()) return;
  kEdit(machine, srat->rows);
  layout.srat = EncodeSrat(*srat);
}

template <void (*kEdit)(const Machine&, Rows&)>
constexpr LayoutFault SpoilsRows() {
  return {.spoil = EditRows<kEdit>};
}

constexpr LayoutFault Spoils(void (*spoil)(const Machine&, GuestLayout&)) {
  return {.spoil = spoil};
}

bool IsCpu(const SratRow& row) {
  return std::holds_alternative<LocalApicAffinity>(row) ||
         std::holds_alternative<X2ApicAffinity>(row);
}

// What kind of memory row it is, by its flags.
const MemoryAffinity* IfEnabled(const SratRow& row) {
  const auto* memory = std::get_if<MemoryAffinity>(&row);
  const bool enabled =
      memory != nullptr && (memory->flags & MemoryAffinity::kEnabled) != 0;
  return enabled ? memory : nullptr;
}
bool IsRam(const SratRow& row) {
  const MemoryAffinity* memory = IfEnabled(row);
  return memory != nullptr && memory->flags == MemoryAffinity::kEnabled;
}
bool IsHotPlug(const SratRow& row) {
  const MemoryAffinity* memory = IfEnabled(row);
  return memory != nullptr &&
         (memory->flags & MemoryAffinity::kHotPluggable) != 0;
}

// Calls change(row) for the memory rows of a kind.
template <typename Change>
void ForMemory(Rows& rows, bool (*of_kind)(const SratRow&), Change change) {
  for (SratRow& row : rows) {
    if (of_kind(row)) change(std::get<MemoryAffinity>(row));
  }
}

void Remove(Rows& rows, bool (*unwanted)(const SratRow&)) {
  rows.erase(std::remove_if(rows.begin(), rows.end(), unwanted), rows.end());
}

// --- CPUs ---

void AllCpusInNode0(const Machine&, Rows& rows) {
  for (SratRow& row : rows) {
    if (auto* apic = std::get_if<LocalApicAffinity>(&row)) {
      apic->proximity_domain = 0;
    }
  }
}

void PossibleCpusAreDisabled(const Machine& machine, Rows& rows) {
  uint32_t index = 0;
  for (SratRow& row : rows) {
    auto* apic = std::get_if<LocalApicAffinity>(&row);
    if (apic != nullptr && index++ >= machine.smp.cpus) apic->flags = 0;
  }
}

void PossibleCpusAreMissing(const Machine& machine, Rows& rows) {
  uint32_t cpus = 0;
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [&](const SratRow& r) {
                              return IsCpu(r) && ++cpus > machine.smp.cpus;
                            }),
             rows.end());
}

void ApicIdIsIndex(const Machine&, Rows& rows) {
  uint8_t index = 0;
  for (SratRow& row : rows) {
    if (auto* apic = std::get_if<LocalApicAffinity>(&row)) {
      apic->apic_id = index++;
    }
  }
}

void ApicIdHas8Bits(const Machine&, Rows& rows) {
  for (SratRow& row : rows) {
    const auto* x2apic = std::get_if<X2ApicAffinity>(&row);
    if (x2apic == nullptr) continue;
    row = LocalApicAffinity{.proximity_domain = x2apic->proximity_domain,
                            .apic_id = static_cast<uint8_t>(x2apic->x2apic_id),
                            .flags = x2apic->flags};
  }
}

void FirstCpuTwice(const Machine&, Rows& rows) {
  const auto cpu = std::find_if(rows.begin(), rows.end(), IsCpu);
  if (cpu == rows.end()) return;
  const SratRow copy = *cpu;
  rows.insert(cpu, copy);
}

void OnlyFourCpus(const Machine&, Rows& rows) {
  size_t cpus = 0;
  rows.erase(
      std::remove_if(rows.begin(), rows.end(),
                     [&](const SratRow& r) { return IsCpu(r) && ++cpus > 4; }),
      rows.end());
}

// --- Nodes ---

void OnlyEightDomains(const Machine&, Rows& rows) {
  for (SratRow& row : rows) {
    std::visit([](auto& r) { r.proximity_domain %= 8; }, row);
  }
}

void MemorylessNodesHaveRows(const Machine& machine, Rows& rows) {
  for (const NumaNode& node : machine.numa_nodes) {
    if (NodeSizeBytes(machine, node) != 0) continue;
    rows.push_back(MemoryAffinity{.proximity_domain = node.id,
                                  .flags = MemoryAffinity::kEnabled});
  }
}

void TableWithoutNodes(const Machine& machine, GuestLayout& layout) {
  if (!machine.numa_nodes.empty() || !layout.srat.empty()) return;
  SratTable srat;
  srat.rows.push_back(
      MemoryAffinity{.length_bytes = machine.memory.ram_size_bytes,
                     .flags = MemoryAffinity::kEnabled});
  layout.srat = EncodeSrat(srat);
}

void ReservedNodeHasRow(const Machine& machine, GuestLayout& layout) {
  absl::StatusOr<SratTable> srat = DecodeSrat(layout.srat);
  if (!srat.ok()) return;
  for (const NumaNode& node : machine.numa_nodes) {
    if (node.memmap_type != MemmapType::kReserved) continue;
    for (const E820Row& row : layout.e820) {
      if (row.type != MemoryType::kReserved) continue;
      srat->rows.push_back(MemoryAffinity{.proximity_domain = node.id,
                                          .base = row.address,
                                          .length_bytes = row.length_bytes,
                                          .flags = MemoryAffinity::kEnabled});
    }
    break;
  }
  layout.srat = EncodeSrat(*srat);
}

// Calls change(row) for the memory rows that begin where e820 has soft reserved
// memory.
template <typename Change>
void ForSoftReserved(GuestLayout& layout, Change change) {
  absl::StatusOr<SratTable> srat = DecodeSrat(layout.srat);
  if (!srat.ok()) return;
  ForMemory(srat->rows, IsRam, [&](MemoryAffinity& memory) {
    for (const E820Row& row : layout.e820) {
      if (row.type == MemoryType::kSoftReserved && row.address == memory.base) {
        change(memory);
      }
    }
  });
  layout.srat = EncodeSrat(*srat);
}

// --- Memory ---

void ShiftByLegacyHole(const Machine&, Rows& rows) {
  ForMemory(rows, IsRam, [](MemoryAffinity& memory) {
    if (memory.base >= kMiB && memory.base < 4 * kGiB)
      memory.base += 384 * kKiB;
  });
}

// Joins a row and the next of its node where the next begins at `start`.
void JoinAt(Rows& rows, bool (*begins)(uint64_t start)) {
  for (size_t i = 1; i < rows.size(); ++i) {
    if (!IsRam(rows[i - 1]) || !IsRam(rows[i])) continue;
    auto& low = std::get<MemoryAffinity>(rows[i - 1]);
    const auto& high = std::get<MemoryAffinity>(rows[i]);
    if (low.proximity_domain != high.proximity_domain || !begins(high.base)) {
      continue;
    }
    low.length_bytes += high.length_bytes;
    rows.erase(std::next(rows.begin(), static_cast<std::ptrdiff_t>(i)));
    return;
  }
}

void KeepLegacyHole(const Machine&, Rows& rows) {
  JoinAt(rows, [](uint64_t start) { return start == kMiB; });
}

void IgnorePciHole(const Machine&, Rows& rows) {
  JoinAt(rows, [](uint64_t start) { return start >= 4 * kGiB; });
}

void LoseLastRam(const Machine&, Rows& rows) {
  const auto last = std::find_if(rows.rbegin(), rows.rend(), IsRam);
  if (last != rows.rend()) rows.erase(std::next(last).base());
}

void ReachIntoNextNode(const Machine&, Rows& rows) {
  for (size_t i = 1; i < rows.size(); ++i) {
    if (!IsRam(rows[i - 1]) || !IsRam(rows[i])) continue;
    auto& low = std::get<MemoryAffinity>(rows[i - 1]);
    const auto& high = std::get<MemoryAffinity>(rows[i]);
    if (low.proximity_domain == high.proximity_domain) continue;
    low.length_bytes += 4096;
    return;
  }
}

void LengthIsLastByte(const Machine&, Rows& rows) {
  ForMemory(rows, IsRam, [](MemoryAffinity& m) { --m.length_bytes; });
}

void LengthHas32Bits(const Machine&, Rows& rows) {
  ForMemory(rows, IsRam,
            [](MemoryAffinity& m) { m.length_bytes &= UINT32_MAX; });
}

void BaseIsBigEndian(const Machine&, Rows& rows) {
  ForMemory(rows, IsRam,
            [](MemoryAffinity& m) { m.base = __builtin_bswap64(m.base); });
}

void ReverseRows(const Machine&, Rows& rows) {
  std::reverse(rows.begin(), rows.end());
}

void NoEmptyRows(const Machine&, Rows& rows) {
  Remove(rows, [](const SratRow& row) {
    const auto* memory = std::get_if<MemoryAffinity>(&row);
    return memory != nullptr && memory->flags == 0;
  });
}

// --- Hot-plug and devices ---

void HotPlugInNode0(const Machine&, Rows& rows) {
  ForMemory(rows, IsHotPlug, [](MemoryAffinity& m) { m.proximity_domain = 0; });
}

void HotPlugNotMarked(const Machine&, Rows& rows) {
  ForMemory(rows, IsHotPlug,
            [](MemoryAffinity& m) { m.flags = MemoryAffinity::kEnabled; });
}

void NoHotPlug(const Machine&, Rows& rows) { Remove(rows, IsHotPlug); }

void HotPlugIsStub(const Machine&, Rows& rows) {
  ForMemory(rows, IsHotPlug, [](MemoryAffinity& m) { m.length_bytes = 1; });
}

// Rows of the hot-plug area lie around those of sp-mem devices.
void HotPlugCoversDevices(const Machine&, Rows& rows) {
  MemoryAffinity* first = nullptr;
  for (SratRow& row : rows) {
    if (!IsHotPlug(row)) continue;
    auto& memory = std::get<MemoryAffinity>(row);
    if (first == nullptr) {
      first = &memory;
    } else {
      first->length_bytes = memory.base + memory.length_bytes - first->base;
    }
  }
}

void NvdimmIsVolatile(const Machine&, Rows& rows) {
  ForMemory(
      rows, [](const SratRow& row) { return IfEnabled(row) != nullptr; },
      [](MemoryAffinity& m) { m.flags &= ~MemoryAffinity::kNonVolatile; });
}

void SwapBusAndDevice(const Machine&, Rows& rows) {
  for (SratRow& row : rows) {
    auto* generic = std::get_if<GenericDeviceAffinity>(&row);
    if (generic == nullptr) continue;
    if (auto* pci = std::get_if<PciDeviceHandle>(&generic->handle)) {
      std::swap(pci->bus, pci->devfn);
    }
  }
}

void CutHid(const Machine&, Rows& rows) {
  for (SratRow& row : rows) {
    auto* generic = std::get_if<GenericDeviceAffinity>(&row);
    if (generic == nullptr) continue;
    if (auto* acpi = std::get_if<AcpiDeviceHandle>(&generic->handle)) {
      std::fill(acpi->hid.begin() + 4, acpi->hid.end(), '\0');
    }
  }
}

constexpr Mutant kMutants[] = {
    {"srat-all-CPUs-in-node-0", "PXM", "Z20 Z44", SpoilsRows<AllCpusInNode0>()},
    {"srat-possible-CPUs-are-disabled", "XRF HP", "Z29",
     SpoilsRows<PossibleCpusAreDisabled>()},
    {"srat-lacks-possible-CPUs", "XRF HP", "Z29",
     SpoilsRows<PossibleCpusAreMissing>()},
    {"srat-APIC-id-is-index", "XRF PXM", "Z33 Z58",
     SpoilsRows<ApicIdIsIndex>()},
    {"srat-APIC-id-has-8-bits", "OVF CAP", "Z58", SpoilsRows<ApicIdHas8Bits>()},
    {"srat-first-CPU-twice", "XRF", "Z33", SpoilsRows<FirstCpuTwice>()},
    {"srat-has-4-CPUs", "CAP", "Z33 Z58", SpoilsRows<OnlyFourCpus>()},
    {"srat-has-8-domains", "CAP PXM", "Z31 Z58",
     SpoilsRows<OnlyEightDomains>()},
    {"srat-memoryless-nodes-have-rows", "MLS", "Z25",
     SpoilsRows<MemorylessNodesHaveRows>()},
    {"srat-without-nodes", "PXM LIF", "Z16", Spoils(TableWithoutNodes)},
    {"srat-reserved-node-has-rows", "SPM XRF", "Z06",
     Spoils(ReservedNodeHasRow)},
    {"srat-soft-reserved-is-hot-pluggable", "SPM HP", "Z62",
     Spoils([](const Machine&, GuestLayout& layout) {
       ForSoftReserved(layout, [](MemoryAffinity& m) {
         m.flags |= MemoryAffinity::kHotPluggable;
       });
     })},
    {"srat-soft-reserved-is-disabled", "SPM XRF", "Z62",
     Spoils([](const Machine&, GuestLayout& layout) {
       ForSoftReserved(layout, [](MemoryAffinity& m) { m.flags = 0; });
     })},
    {"srat-shifts-by-legacy-hole", "HOLE", "Z69",
     SpoilsRows<ShiftByLegacyHole>()},
    {"srat-keeps-legacy-hole", "HOLE MLS", "Z26", SpoilsRows<KeepLegacyHole>()},
    {"srat-ignores-PCI-hole", "HOLE", "Z46 Z57", SpoilsRows<IgnorePciHole>()},
    {"srat-loses-last-memory-row", "GAP", "Z56 Z57", SpoilsRows<LoseLastRam>()},
    {"srat-reaches-into-next-node", "OVL", "Z66 Z70",
     SpoilsRows<ReachIntoNextNode>()},
    {"srat-length-is-last-byte", "INC", "Z50 Z52",
     SpoilsRows<LengthIsLastByte>()},
    {"srat-length-has-32-bits", "OVF", "Z17 Z48",
     SpoilsRows<LengthHas32Bits>()},
    {"srat-base-is-big-endian", "ENC", "Z21", SpoilsRows<BaseIsBigEndian>()},
    {"srat-is-reversed", "ORD", "Z65", SpoilsRows<ReverseRows>()},
    {"srat-lacks-empty-rows", "LIF ENC", "Z23", SpoilsRows<NoEmptyRows>()},
    {"srat-hot-plug-in-node-0", "HP PXM", "Z28", SpoilsRows<HotPlugInNode0>()},
    {"srat-hot-plug-not-marked", "HP", "Z27", SpoilsRows<HotPlugNotMarked>()},
    {"srat-lacks-hot-plug-row", "HP", "Z27", SpoilsRows<NoHotPlug>()},
    {"srat-hot-plug-is-a-stub", "HP", "Z27", SpoilsRows<HotPlugIsStub>()},
    {"srat-hot-plug-covers-sp-mem", "OVL SPM HP", "Z70",
     SpoilsRows<HotPlugCoversDevices>()},
    {"srat-NVDIMM-is-volatile", "HP TYP", "Z70",
     SpoilsRows<NvdimmIsVolatile>()},
    {"srat-swaps-bus-and-device", "ENC", "Z22", SpoilsRows<SwapBusAndDevice>()},
    {"srat-HID-has-4-bytes", "ENC", "Z22", SpoilsRows<CutHid>()},
    {"srat-has-a-checksum", "LIF ENC", "Z64",
     Spoils([](const Machine&, GuestLayout& layout) {
       if (!layout.srat.empty()) layout.srat[9] = 1;
     })},
    {"srat-header-counts-one-more-byte", "ENC INC", "Z64",
     Spoils([](const Machine&, GuestLayout& layout) {
       if (!layout.srat.empty()) ++layout.srat[4];
     })},
};

}  // namespace

absl::Span<const Mutant> SratMutants() { return kMutants; }

}  // namespace e820check
