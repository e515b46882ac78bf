// SPDX-License-Identifier: Apache-2.0

// What holds of etc/e820 for the machine that it was made for.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "machine/describe.h"
#include "properties/laws/table_laws.h"

namespace e820check {
namespace {

constexpr AddressRange At(AddressRange::StartAndSize r) {
  return *AddressRange::Create(r);
}

bool IsPc(const MachineOptions& options) {
  return options.type.family == MachineFamily::kI440fx ||
         options.type.family == MachineFamily::kQ35;
}

// Boards that move RAM out of AMD's way; older ones stay as they were, for
// migration.
bool AvoidsHyperTransport(const MachineOptions& options) {
  return (IsPc(options) || options.type.family == MachineFamily::kIsapc) &&
         options.type.version >= MachineVersion{7, 1} &&
         options.cpu.vendor == "AuthenticAMD";
}

// What the guest may use as memory, RAM or not.
std::vector<AddressRange> MemoryOf(const Evidence& evidence) {
  std::vector<AddressRange> ranges;
  for (const E820Row& row : evidence.ram_rows) {
    if (const auto range = RangeOf(row)) ranges.push_back(*range);
  }
  for (const OwnedRange& run : evidence.beside_ram) {
    ranges.push_back(run.range);
  }
  return ranges;
}

// Bytes [0, 4G) that no row has, the longest run of them.
uint64_t LargestGapBelow4G(const E820Table& table) {
  std::vector<AddressRange> ranges;
  for (const E820Row& row : table) {
    if (const auto range = RangeOf(row)) ranges.push_back(*range);
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const AddressRange& a, const AddressRange& b) {
              return a.first() < b.first();
            });
  uint64_t largest = 0;
  uint64_t next = 0;
  for (const AddressRange& range : ranges) {
    if (next >= 4 * kGiB || range.first() >= 4 * kGiB) break;
    if (range.first() > next) largest = std::max(largest, range.first() - next);
    next = std::max(next, range.end().value_or(UINT64_MAX));
  }
  return next >= 4 * kGiB ? largest : std::max(largest, 4 * kGiB - next);
}

}  // namespace

absl::Status E820HasRamForFirmware(const Evidence& evidence) {
  if (evidence.options.type.family == MachineFamily::kNone) {
    return absl::OkStatus();
  }
  E820Table ram;
  for (const E820Row& row : evidence.layout.e820) {
    if (row.type == MemoryType::kRam) ram.push_back(row);
  }
  constexpr AddressRange kNeeded[] = {
      At({.start = 0, .size_bytes = 512 * kKiB}),
      At({.start = kMiB, .size_bytes = 1})};
  for (const AddressRange& needed : kNeeded) {
    if (const auto gap = FindGap(needed, ram)) {
      return Broken(evidence, gap->ToString() + " is no RAM");
    }
  }
  return absl::OkStatus();
}

absl::Status E820LeavesPciAGap(const Evidence& evidence) {
  if (!IsPc(evidence.options) &&
      evidence.options.type.family != MachineFamily::kMicrovm) {
    return absl::OkStatus();
  }
  const uint64_t gap = LargestGapBelow4G(evidence.layout.e820);
  if (gap >= 16 * kMiB) return absl::OkStatus();
  return Broken(evidence, absl::StrCat("no gap below 4G is larger than ",
                                       DescribeSize(gap)));
}

absl::Status E820HoldsAllRam(const Evidence& evidence) {
  absl::uint128 total = 0;
  for (const E820Row& row : evidence.ram_rows) total += row.length_bytes;
  const absl::uint128 wanted =
      evidence.options.type.family == MachineFamily::kNone
          ? 0
          : evidence.options.memory.ram_size_bytes;
  if (total == wanted) return absl::OkStatus();
  return Broken(evidence,
                absl::StrCat("RAM rows hold ", absl::Uint128Low64(total),
                             " bytes, not ", absl::Uint128Low64(wanted)));
}

absl::Status E820IsWithinReachOfTheCpu(const Evidence& evidence) {
  const uint64_t last = (uint64_t{1} << evidence.options.cpu.phys_bits) - 1;
  for (const E820Row& row : evidence.layout.e820) {
    const auto range = RangeOf(row);
    if (range && range->last() > last) {
      return Broken(evidence, Describe(row) + " is out of reach");
    }
  }
  for (const MemoryAffinity& row : EnabledMemoryRows(evidence)) {
    const auto range = RangeOf(row);
    if (range && range->last() > last) {
      return Broken(evidence, Describe(row) + " is out of reach");
    }
  }
  return absl::OkStatus();
}

absl::Status E820AvoidsHyperTransport(const Evidence& evidence) {
  if (!AvoidsHyperTransport(evidence.options)) return absl::OkStatus();
  for (const AddressRange& memory : MemoryOf(evidence)) {
    if (memory.Overlaps(kHyperTransport)) {
      return Broken(evidence, memory.ToString() + " is in AMD's I/O link");
    }
  }
  const bool listed =
      std::any_of(evidence.layout.e820.begin(), evidence.layout.e820.end(),
                  [](const E820Row& row) {
                    return row.type == MemoryType::kReserved &&
                           RangeOf(row) == kHyperTransport;
                  });
  if (listed || evidence.options.cpu.phys_bits < 40) return absl::OkStatus();
  return Broken(evidence, "AMD's I/O link is not reserved");
}

// Evidence has them latest first, and before enclave memory.
absl::Status E820HoldsSpMem(const Evidence& evidence) {
  const MachineOptions& options = evidence.options;
  auto part = evidence.beside_ram.rbegin();
  while (part != evidence.beside_ram.rend() &&
         part->wanted != MemmapType::kSpm) {
    ++part;
  }
  if (options.type.family == MachineFamily::kMicrovm ||
      options.type.family == MachineFamily::kNone) {
    return absl::OkStatus();
  }
  for (const Device& device : options.devices) {
    if (device.kind != Device::Kind::kSpMem) continue;
    const MemoryBackend* backend = FindBackend(options, device.memdev);
    if (backend == nullptr || part == evidence.beside_ram.rend() ||
        part->range.size_bytes() != backend->size_bytes) {
      return Broken(evidence, absl::StrCat("sp-mem device '", device.id,
                                           "' has no row of its size"));
    }
    ++part;
  }
  return absl::OkStatus();
}

absl::Status E820TypesFollowOwners(const Evidence& evidence) {
  std::vector<OwnedRange> all = evidence.owned;
  all.insert(all.end(), evidence.beside_ram.begin(), evidence.beside_ram.end());
  for (const OwnedRange& run : all) {
    MemoryType wanted = MemoryType::kRam;
    if (run.wanted == MemmapType::kSpm) wanted = MemoryType::kSoftReserved;
    if (run.wanted == MemmapType::kReserved) wanted = MemoryType::kReserved;
    if (run.found != wanted) {
      return Broken(
          evidence,
          absl::StrCat(run.range.ToString(), " of node ", run.node_id, " is ",
                       ToString(run.found), ", not ", ToString(wanted)));
    }
  }
  return absl::OkStatus();
}

absl::Status E820SoftReservedIsConfigured(const Evidence& evidence) {
  std::vector<OwnedRange> configured;
  for (const auto* runs : {&evidence.owned, &evidence.beside_ram}) {
    for (const OwnedRange& run : *runs) {
      if (run.wanted == MemmapType::kSpm) configured.push_back(run);
    }
  }
  for (const E820Row& row : evidence.layout.e820) {
    const auto range = RangeOf(row);
    if (row.type != MemoryType::kSoftReserved || !range) continue;
    if (range->first() < kMiB) {
      return Broken(evidence, Describe(row) + " is in the first MiB");
    }
    if (const auto gap = FindGap(*range, configured)) {
      return Broken(evidence, gap->ToString() +
                                  " is soft reserved, which nobody asked for");
    }
  }
  return absl::OkStatus();
}

absl::Status E820SoftReservedIsAligned(const Evidence& evidence) {
  for (const E820Row& row : evidence.layout.e820) {
    if (row.type == MemoryType::kSoftReserved &&
        (row.address | row.length_bytes) % (2 * kMiB) != 0) {
      return Broken(evidence, Describe(row));
    }
  }
  return absl::OkStatus();
}

// Where SeaBIOS puts it on q35, and where microvm has it.
absl::Status E820LeavesPcieConfigurationAlone(const Evidence& evidence) {
  const bool microvm = evidence.options.type.family == MachineFamily::kMicrovm;
  if (!microvm && evidence.options.type.family != MachineFamily::kQ35) {
    return absl::OkStatus();
  }
  const AddressRange window = At(
      {.start = microvm ? 0xe0000000u : 0xb0000000u, .size_bytes = 256 * kMiB});
  for (const E820Row& row : evidence.layout.e820) {
    const auto range = RangeOf(row);
    if (range && range->Overlaps(window) && row.type != MemoryType::kReserved) {
      return Broken(evidence, Describe(row));
    }
  }
  return absl::OkStatus();
}

// The rule's CXL windows and PCI hole are in none of the four tables.
absl::Status WindowsAreApart(const Evidence& evidence) {
  constexpr AddressRange kChips[] = {
      At({.start = 0xfec00000, .size_bytes = 4 * kKiB}),   // I/O APIC
      At({.start = 0xfee00000, .size_bytes = kMiB}),       // local APIC, MSI
      At({.start = 0xfffc0000, .size_bytes = 256 * kKiB})  // firmware
  };
  const std::vector<AddressRange> memory = MemoryOf(evidence);
  for (const AddressRange& ram : memory) {
    for (const AddressRange& chip : kChips) {
      if (ram.Overlaps(chip)) {
        return Broken(evidence,
                      absl::StrCat("memory ", ram.ToString(),
                                   " lies over a chip at ", chip.ToString()));
      }
    }
  }
  std::vector<AddressRange> others = memory;
  others.insert(others.end(), std::begin(kChips), std::end(kChips));
  if (AvoidsHyperTransport(evidence.options)) others.push_back(kHyperTransport);
  for (const MemoryAffinity& row : evidence.hot_plug_rows) {
    const auto range = RangeOf(row);
    for (const AddressRange& other : others) {
      if (range && range->Overlaps(other)) {
        return Broken(evidence, absl::StrCat(Describe(row), " lies over ",
                                             other.ToString()));
      }
    }
  }
  return absl::OkStatus();
}

namespace {

constexpr Law kLaws[] = {
    {"e820.ram-for-firmware", "E10", Severity::kError,
     "SeaBIOS has no place for the EBDA, Linux none for its real-mode "
     "trampoline, boot loaders none at 1M",
     E820HasRamForFirmware},
    {"e820.leaves-pci-a-gap", "E12", Severity::kError,
     "Linux finds no addresses for PCI BARs and hangs or loses devices",
     E820LeavesPciAGap},
    {"e820.holds-all-ram", "E13", Severity::kError,
     "the guest loses memory or uses none", E820HoldsAllRam},
    {"e820.within-cpu-reach", "E14", Severity::kError,
     "Linux drops what it cannot address; what maps it takes a fault",
     E820IsWithinReachOfTheCpu},
    {"e820.avoids-hyper-transport", "E15", Severity::kError,
     "DMA to memory there fails on AMD hosts with an IOMMU",
     E820AvoidsHyperTransport},
    {"e820.soft-reserved-is-configured", "E17", Severity::kError,
     "Linux offers as a dax device what is no such memory",
     E820SoftReservedIsConfigured},
    {"e820.soft-reserved-is-aligned", "", Severity::kWarning,
     "Linux's dax and kmem lose the part of 2M at either end",
     E820SoftReservedIsAligned},
    {"e820.pcie-configuration-apart", "E18", Severity::kWarning,
     "Linux does not use MMCONFIG, or the guest writes to it as RAM",
     E820LeavesPcieConfigurationAlone},
    {"e820.windows-are-apart", "X05", Severity::kError,
     "an access to memory goes to a chip, or to other memory", WindowsAreApart},
    {"e820.holds-sp-mem", "", Severity::kError,
     "Linux offers other memory as dax devices", E820HoldsSpMem},
    {"e820.types-follow-owners", "", Severity::kError,
     "device memory is handed to the allocator, or RAM is not",
     E820TypesFollowOwners},
};

}  // namespace

absl::Span<const Law> E820Laws() { return kLaws; }

}  // namespace e820check
