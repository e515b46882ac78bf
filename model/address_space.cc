// SPDX-License-Identifier: Apache-2.0

#include "model/address_space.h"

#include "absl/strings/str_cat.h"

namespace e820check::model {
namespace {

// Up to 2^64, which becomes 0: as in QEMU.
uint64_t RoundUpToGiB(uint64_t address) {
  return (address + (kGiB - 1)) / kGiB * kGiB;
}

// The last address of a space of so many bits.
uint64_t LastAddress(uint32_t bits) {
  return bits >= 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
}

// 2.4, as far as it precedes the choice of above_base.
bool HasDeviceMemory(const MachineOptions& options,
                     const LayoutPolicy& policy) {
  return policy.has_device_memory &&
         options.memory.maxram_size_bytes > options.memory.ram_size_bytes;
}

// 2.4: devmem_base and devmem_size.
DeviceMemory PlaceDeviceMemory(const MachineOptions& options,
                               const LayoutPolicy& policy, uint64_t above_end) {
  const MemoryOptions& memory = options.memory;
  DeviceMemory device_memory;
  device_memory.base = RoundUpToGiB(above_end);
  device_memory.size_bytes = memory.maxram_size_bytes - memory.ram_size_bytes;
  if (policy.gigabyte_per_slot) {
    device_memory.size_bytes += memory.slots * kBytesPerSlot;
  }
  return device_memory;
}

// 2.4, last line.
uint64_t Hole64Start(const MachineOptions& options, const LayoutPolicy& policy,
                     uint64_t above_end) {
  if (!HasDeviceMemory(options, policy)) return RoundUpToGiB(above_end);
  const DeviceMemory device_memory =
      PlaceDeviceMemory(options, policy, above_end);
  if (policy.hole64_overlaps_device_memory) {
    return RoundUpToGiB(device_memory.base);
  }
  return RoundUpToGiB(device_memory.base + device_memory.size_bytes);
}

// 2.3: max_used_gpa.
uint64_t LastUsedAddress(const MachineOptions& options,
                         const LayoutPolicy& policy, uint64_t above_end) {
  const CpuOptions& cpu = options.cpu;
  if (!policy.address_check_tests_long_mode) {
    if (cpu.phys_bits <= 32) return LastAddress(cpu.phys_bits);
  } else if (!cpu.long_mode) {
    if (policy.address_check_trusts_phys_bits) {
      return LastAddress(cpu.phys_bits);
    }
    if (!HasDeviceMemory(options, policy)) return above_end - 1;
    const DeviceMemory device_memory =
        PlaceDeviceMemory(options, policy, above_end);
    return device_memory.base + device_memory.size_bytes - 1;
  }
  return Hole64Start(options, policy, above_end) + policy.hole64_size_bytes - 1;
}

}  // namespace

absl::StatusOr<AddressSpace> ArrangeAddressSpace(const MachineOptions& options,
                                                 const LayoutPolicy& policy,
                                                 const RamSplit& split) {
  const CpuOptions& cpu = options.cpu;
  AddressSpace space;
  if (policy.avoids_hyper_transport && cpu.vendor == kRelocatedVendor) {
    if (LastUsedAddress(options, policy, kAboveBase + split.above_bytes) >=
        kHyperTransportStart) {
      space.above_base = kRelocatedAboveBase;
    }
    space.has_hyper_transport_hole =
        cpu.phys_bits >= kHyperTransportMinPhysBits;
  }

  const uint64_t above_end = space.above_base + split.above_bytes;
  const uint64_t last_used = LastUsedAddress(options, policy, above_end);
  const uint64_t last_addressable = LastAddress(cpu.phys_bits);
  if (last_addressable < last_used) {
    return absl::FailedPreconditionError(absl::StrCat(
        "Address space limit 0x", absl::Hex(last_addressable), " < 0x",
        absl::Hex(last_used), " phys-bits too low (", cpu.phys_bits, ")"));
  }
  if (HasDeviceMemory(options, policy)) {
    space.device_memory = PlaceDeviceMemory(options, policy, above_end);
  }
  return space;
}

absl::Status CheckDeviceMemory(const MachineOptions& options,
                               const LayoutPolicy& policy,
                               const AddressSpace& space) {
  const MemoryOptions& memory = options.memory;
  if (!policy.has_device_memory &&
      (memory.slots > 0 || memory.maxram_size_bytes > memory.ram_size_bytes)) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"-memory 'slots|maxmem'\" is not supported by: ",
                     ToString(options.type)));
  }
  if (!space.device_memory) return absl::OkStatus();
  if (memory.slots > kMaxSlots) {
    return absl::FailedPreconditionError(
        absl::StrCat("unsupported amount of memory slots: ", memory.slots));
  }
  if (memory.maxram_size_bytes % kMaxmemAlignmentBytes != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("maximum memory size must by aligned to multiple of ",
                     kMaxmemAlignmentBytes, " bytes"));
  }
  if (!CheckedAdd(space.device_memory->base, space.device_memory->size_bytes)) {
    return absl::FailedPreconditionError(
        absl::StrCat("unsupported amount of maximum memory: ",
                     absl::Hex(memory.maxram_size_bytes)));
  }
  return absl::OkStatus();
}

}  // namespace e820check::model
