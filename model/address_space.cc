// SPDX-License-Identifier: Apache-2.0

#include "model/address_space.h"

#include "absl/strings/str_cat.h"

namespace e820check::model {
namespace {

// Up to 2^64, which becomes 0: as in QEMU.
uint64_t RoundUp(uint64_t address, uint64_t unit) {
  return (address + (unit - 1)) / unit * unit;
}

// The last address of a space of so many bits.
uint64_t LastAddress(uint32_t bits) {
  return bits >= 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
}

// 3, after the table: QEMU places enclave memory before it moves high RAM out
// of AMD's way, and leaves it there.
std::optional<EnclaveMemory> PlaceEnclave(const MachineOptions& options,
                                          const RamSplit& split) {
  if (options.sgx_sections.empty()) return std::nullopt;
  EnclaveMemory enclave;
  enclave.base = kAboveBase + split.above_bytes;
  for (const SgxSection& section : options.sgx_sections) {
    enclave.size_bytes += section.size_bytes;
  }
  return enclave;
}

// 2.4, with high RAM at one base or the other.
class UpperMemory {
 public:
  UpperMemory(const MachineOptions& options, const LayoutPolicy& policy,
              const RamSplit& split, const AddressSpace& space)
      : options_(options),
        policy_(policy),
        above_end_(space.enclave
                       ? space.enclave->base + space.enclave->size_bytes
                       : space.above_base + split.above_bytes) {}

  bool HasDeviceMemory() const {
    return policy_.has_device_memory &&
           options_.memory.maxram_size_bytes > options_.memory.ram_size_bytes;
  }

  // devmem_base and devmem_size, device memory or not.
  DeviceMemory Region(Journal& journal) const {
    const MemoryOptions& memory = options_.memory;
    DeviceMemory region;
    region.base = RoundUp(above_end_, kDeviceMemoryAlignmentBytes);
    region.size_bytes = memory.maxram_size_bytes - memory.ram_size_bytes;
    if (policy_.gigabyte_per_slot) {
      if (memory.slots > 0) journal.Reach(Rule::kDeviceMemoryPerSlot);
      region.size_bytes += memory.slots * kBytesPerSlot;
    }
    return region;
  }

  // 2.3: max_used_gpa.
  uint64_t LastUsed(Journal& journal) const {
    const CpuOptions& cpu = options_.cpu;
    if (!policy_.release.address_check_tests_long_mode) {
      if (cpu.phys_bits <= 32) {
        journal.Reach(Rule::kAddressLimit32BitPhysBits);
        return LastAddress(cpu.phys_bits);
      }
    } else if (!cpu.long_mode) {
      if (policy_.address_check_trusts_phys_bits) {
        journal.Reach(Rule::kAddressLimit32BitOld);
        return LastAddress(cpu.phys_bits);
      }
      if (!HasDeviceMemory()) {
        journal.Reach(Rule::kAddressLimit32BitRam);
        return above_end_ - 1;
      }
      journal.Reach(Rule::kAddressLimit32BitDeviceMemory);
      const DeviceMemory region = Region(journal);
      return region.base + region.size_bytes - 1;
    }
    journal.Reach(Rule::kAddressLimit64Bit);
    return Hole64Start(journal) + Hole64SizeBytes(journal) - 1;
  }

 private:
  uint64_t CxlStart(Journal& journal) const {
    const bool after_region =
        HasDeviceMemory() ||
        (policy_.release.cxl_follows_absent_device_memory &&
         policy_.has_device_memory);
    journal.Reach(HasDeviceMemory() ? Rule::kCxlAfterDeviceMemory
                                    : Rule::kCxlWithoutDeviceMemory);
    if (!after_region) return above_end_;
    const DeviceMemory region = Region(journal);
    return region.base + region.size_bytes;
  }

  uint64_t CxlEnd(Journal& journal) const {
    uint64_t end = CxlStart(journal) + kCxlHostRegistersBytes;
    if (options_.cxl_windows.empty()) return end;
    journal.Reach(Rule::kCxlWindows);
    end = RoundUp(end, kCxlWindowAlignmentBytes);
    for (const CxlWindow& window : options_.cxl_windows) {
      end += window.size_bytes;
    }
    return end;
  }

  uint64_t Hole64Start(Journal& journal) const {
    uint64_t start = above_end_;
    if (options_.cxl) {
      start = CxlEnd(journal);
    } else if (HasDeviceMemory()) {
      const DeviceMemory region = Region(journal);
      start = region.base;
      if (policy_.hole64_overlaps_device_memory) {
        journal.Reach(Rule::kDeviceMemoryOverlapsHole64);
      } else {
        start += region.size_bytes;
      }
    }
    return RoundUp(start, kHole64AlignmentBytes);
  }

  uint64_t Hole64SizeBytes(Journal& journal) const {
    if (!options_.pci_hole64_size_bytes || policy_.hole64_size_bytes == 0) {
      return policy_.hole64_size_bytes;
    }
    journal.Reach(Rule::kHole64ByUser);
    return *options_.pci_hole64_size_bytes;
  }

  const MachineOptions& options_;
  const LayoutPolicy& policy_;
  const uint64_t above_end_;
};

// 2.2.
void AvoidHyperTransport(const MachineOptions& options,
                         const LayoutPolicy& policy, const RamSplit& split,
                         AddressSpace& space, Journal& journal) {
  const CpuOptions& cpu = options.cpu;
  if (!policy.avoids_hyper_transport || cpu.vendor != kRelocatedVendor) return;
  if (UpperMemory(options, policy, split, space).LastUsed(journal) >=
      kHyperTransportStart) {
    journal.Reach(split.above_bytes > 0 ? Rule::kRelocation
                                        : Rule::kRelocationWithoutHighRam);
    space.above_base = kRelocatedAboveBase;
  }
  space.has_hyper_transport_hole = cpu.phys_bits >= kHyperTransportMinPhysBits;
}

}  // namespace

absl::StatusOr<AddressSpace> ArrangeAddressSpace(const MachineOptions& options,
                                                 const LayoutPolicy& policy,
                                                 const RamSplit& split,
                                                 Journal& journal) {
  AddressSpace space;
  space.enclave = PlaceEnclave(options, split);
  AvoidHyperTransport(options, policy, split, space, journal);

  const UpperMemory upper(options, policy, split, space);
  const uint64_t last_used = upper.LastUsed(journal);
  const uint64_t last_addressable = LastAddress(options.cpu.phys_bits);
  if (last_addressable < last_used) {
    journal.Reach(Rule::kAddressSpaceTooSmall);
    return absl::FailedPreconditionError(
        absl::StrCat("Address space limit 0x", absl::Hex(last_addressable),
                     " < 0x", absl::Hex(last_used), " phys-bits too low (",
                     options.cpu.phys_bits, ")"));
  }
  if (upper.HasDeviceMemory()) {
    journal.Reach(Rule::kDeviceMemory);
    space.device_memory = upper.Region(journal);
  }
  return space;
}

absl::Status CheckDeviceMemory(const MachineOptions& options,
                               const LayoutPolicy& policy,
                               const AddressSpace& space, Journal& journal) {
  const MemoryOptions& memory = options.memory;
  if (!policy.has_device_memory &&
      (memory.slots > 0 || memory.maxram_size_bytes > memory.ram_size_bytes)) {
    journal.Reach(Rule::kDeviceMemoryUnsupported);
    return absl::FailedPreconditionError(
        absl::StrCat("\"-memory 'slots|maxmem'\" is not supported by: ",
                     ToString(options.type)));
  }
  if (!space.device_memory) return absl::OkStatus();
  if (memory.slots > kMaxSlots) {
    journal.Reach(Rule::kTooManySlots);
    return absl::FailedPreconditionError(
        absl::StrCat("unsupported amount of memory slots: ", memory.slots));
  }
  if (memory.maxram_size_bytes % kMaxmemAlignmentBytes != 0) {
    journal.Reach(Rule::kMaxmemUnaligned);
    return absl::FailedPreconditionError(
        absl::StrCat("maximum memory size must by aligned to multiple of ",
                     kMaxmemAlignmentBytes, " bytes"));
  }
  if (!CheckedAdd(space.device_memory->base, space.device_memory->size_bytes)) {
    journal.Reach(Rule::kMaxmemWraps);
    return absl::FailedPreconditionError(
        absl::StrCat("unsupported amount of maximum memory: ",
                     absl::Hex(memory.maxram_size_bytes)));
  }
  return absl::OkStatus();
}

}  // namespace e820check::model
