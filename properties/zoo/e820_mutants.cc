// SPDX-License-Identifier: Apache-2.0

// Layouts that write the memory map wrongly.

#include <algorithm>
#include <vector>

#include "machine/address_range.h"
#include "machine/e820_table.h"
#include "machine/srat_table.h"
#include "properties/zoo/mutant.h"

namespace e820check {
namespace {

using Machine = MachineOptions;

// Where AMD's HyperTransport hole begins (doc/spec/qemu-layout.md section 3).
constexpr uint64_t kHyperTransportStart = 0xFD00000000;

constexpr LayoutFault Spoils(void (*spoil)(const Machine&, GuestLayout&)) {
  return {.spoil = spoil};
}

bool IsTyped(const E820Row& row) {
  return row.type != MemoryType::kRam && row.address != kHyperTransportStart;
}

E820Row* FindRow(GuestLayout& layout, MemoryType type, uint64_t lowest) {
  const auto row = std::find_if(
      layout.e820.begin(), layout.e820.end(),
      [&](const E820Row& r) { return r.type == type && r.address >= lowest; });
  return row == layout.e820.end() ? nullptr : &*row;
}

E820Row* LowRam(GuestLayout& layout) {
  E820Row* row = FindRow(layout, MemoryType::kRam, 0);
  return row != nullptr && row->address == 0 ? row : nullptr;
}

E820Row* HighRam(GuestLayout& layout) {
  return FindRow(layout, MemoryType::kRam, 4 * kGiB);
}

void RemoveRows(GuestLayout& layout, bool (*unwanted)(const E820Row&)) {
  layout.e820.erase(
      std::remove_if(layout.e820.begin(), layout.e820.end(), unwanted),
      layout.e820.end());
}

void AddTypedRowsOnTop(const Machine&, GuestLayout& layout) {
  const E820Table rows = layout.e820;
  layout.e820.clear();
  for (const E820Row& row : rows) {
    if (row.type == MemoryType::kSoftReserved) {
      layout.e820.push_back(row);
      layout.e820.back().type = MemoryType::kRam;
    }
    layout.e820.push_back(row);
  }
}

void SplitAt640K(const Machine&, GuestLayout& layout) {
  E820Row* low = LowRam(layout);
  if (low == nullptr || low->length_bytes <= kMiB) return;
  const E820Row above = {.address = kMiB,
                         .length_bytes = low->length_bytes - kMiB};
  low->length_bytes = 640 * kKiB;
  layout.e820.push_back(above);
}

void CountHotPlugAsRam(const Machine&, GuestLayout& layout) {
  const auto srat = DecodeSrat(layout.srat);
  if (!srat.ok()) return;
  for (const SratRow& row : srat->rows) {
    const auto* memory = std::get_if<MemoryAffinity>(&row);
    if (memory == nullptr ||
        (memory->flags & MemoryAffinity::kHotPluggable) == 0) {
      continue;
    }
    layout.e820.push_back(
        {.address = memory->base, .length_bytes = memory->length_bytes});
  }
}

void ReserveCxlWindows(const Machine& machine, GuestLayout& layout) {
  for (const CxlWindow& window : machine.cxl_windows) {
    layout.e820.push_back({.address = 8 * kTiB,
                           .length_bytes = window.size_bytes,
                           .type = MemoryType::kReserved});
  }
}

void SwapBytes(const Machine&, GuestLayout& layout) {
  for (E820Row& row : layout.e820) {
    row.address = __builtin_bswap64(row.address);
    row.length_bytes = __builtin_bswap64(row.length_bytes);
  }
}

constexpr Mutant kMutants[] = {
    {"e820-adds-soft-reserved-on-top-of-RAM", "OVL SPM", "Z01",
     Spoils(AddTypedRowsOnTop)},
    {"e820-appends-typed-rows", "SPM ORD", "Z03 Z10",
     Spoils([](const Machine&, GuestLayout& layout) {
       std::stable_partition(layout.e820.begin(), layout.e820.end(),
                             [](const E820Row& r) { return !IsTyped(r); });
     })},
    {"e820-is-sorted", "ORD", "Z10",
     Spoils([](const Machine&, GuestLayout& layout) {
       std::sort(layout.e820.begin(), layout.e820.end(),
                 [](const E820Row& a, const E820Row& b) {
                   return a.address < b.address;
                 });
     })},
    {"e820-last-row-is-late", "LIF", "Z23",
     Spoils([](const Machine&, GuestLayout& layout) {
       if (layout.e820.size() > 1) layout.e820.pop_back();
     })},
    {"e820-loses-RAM-above-4G", "GAP HOLE", "Z56",
     Spoils([](const Machine&, GuestLayout& layout) {
       RemoveRows(layout, [](const E820Row& r) {
         return r.type == MemoryType::kRam && r.address >= 4 * kGiB;
       });
     })},
    {"e820-low-RAM-lacks-1024-bytes", "INC", "Z15",
     Spoils([](const Machine&, GuestLayout& layout) {
       E820Row* low = LowRam(layout);
       if (low != nullptr && low->length_bytes > kKiB)
         low->length_bytes -= kKiB;
     })},
    {"e820-declares-legacy-hole", "HOLE", "Z14",
     Spoils([](const Machine&, GuestLayout& layout) {
       layout.e820.push_back({.address = 640 * kKiB,
                              .length_bytes = 384 * kKiB,
                              .type = MemoryType::kReserved});
     })},
    {"e820-splits-low-RAM-at-640K", "HOLE", "Z47", Spoils(SplitAt640K)},
    {"e820-length-is-last-byte", "INC", "Z50 Z52",
     Spoils([](const Machine&, GuestLayout& layout) {
       for (E820Row& row : layout.e820) --row.length_bytes;
     })},
    {"e820-has-an-empty-row", "INC", "Z25",
     Spoils([](const Machine&, GuestLayout& layout) {
       layout.e820.push_back({.address = 4 * kGiB});
     })},
    {"e820-row-wraps", "OVF", "Z45 Z63",
     Spoils([](const Machine&, GuestLayout& layout) {
       layout.e820.push_back({.address = UINT64_MAX - 4095,
                              .length_bytes = 8192,
                              .type = MemoryType::kReserved});
     })},
    {"e820-has-3-slots", "CAP", "Z13 Z43 Z53",
     Spoils([](const Machine&, GuestLayout& layout) {
       if (layout.e820.size() > 3) layout.e820.resize(3);
     })},
    {"e820-reserves-CXL-windows", "TYP", "Z24", Spoils(ReserveCxlWindows)},
    {"e820-reserves-page-0", "TYP", "Z67",
     Spoils([](const Machine&, GuestLayout& layout) {
       E820Row* low = LowRam(layout);
       if (low == nullptr || low->length_bytes <= 4096) return;
       low->address += 4096;
       low->length_bytes -= 4096;
       layout.e820.push_back(
           {.address = 0, .length_bytes = 4096, .type = MemoryType::kReserved});
     })},
    {"e820-counts-high-RAM-in-24-bits", "OVF", "Z17",
     Spoils([](const Machine&, GuestLayout& layout) {
       // Of 64 KiB each, as CMOS does.
       E820Row* high = HighRam(layout);
       if (high != nullptr) high->length_bytes %= kTiB;
     })},
    {"e820-type-has-31-bits", "ENC TYP", "Z21",
     Spoils([](const Machine&, GuestLayout& layout) {
       for (E820Row& row : layout.e820) {
         row.type = static_cast<MemoryType>(static_cast<uint32_t>(row.type) &
                                            0x7FFFFFFF);
       }
     })},
    {"e820-takes-soft-reserved-for-RAM", "SPM TYP", "Z08",
     Spoils([](const Machine&, GuestLayout& layout) {
       for (E820Row& row : layout.e820) {
         if (row.type == MemoryType::kSoftReserved && row.address >= 4 * kGiB) {
           row.type = MemoryType::kRam;
         }
       }
     })},
    {"e820-lacks-hyper-transport-hole", "HOLE", "Z12 Z41",
     Spoils([](const Machine&, GuestLayout& layout) {
       RemoveRows(layout, [](const E820Row& r) {
         return r.address == kHyperTransportStart;
       });
     })},
    {"e820-hyper-transport-hole-is-RAM", "TYP", "Z49",
     Spoils([](const Machine&, GuestLayout& layout) {
       for (E820Row& row : layout.e820) {
         if (row.address == kHyperTransportStart) row.type = MemoryType::kRam;
       }
     })},
    {"e820-counts-hot-plug-area-as-RAM", "HP TYP", "Z57",
     Spoils(CountHotPlugAsRam)},
    {"e820-low-RAM-fills-PCI-hole", "HOLE OVL", "Z46 Z51",
     Spoils([](const Machine&, GuestLayout& layout) {
       E820Row* low = LowRam(layout);
       if (low != nullptr && HighRam(layout) != nullptr) {
         low->length_bytes = 4 * kGiB;
       }
     })},
    {"e820-is-big-endian", "ENC", "Z21", Spoils(SwapBytes)},
};

}  // namespace

absl::Span<const Mutant> E820Mutants() { return kMutants; }

}  // namespace e820check
