// SPDX-License-Identifier: Apache-2.0

// Every constant and every version-dependent rule of the layout, each with the
// section of doc/spec/qemu-layout.md that it restates.

#ifndef E820CHECK_MODEL_LAYOUT_POLICY_H_
#define E820CHECK_MODEL_LAYOUT_POLICY_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "machine/address_range.h"
#include "machine/machine_type.h"
#include "model/release_rules.h"

namespace e820check::model {

// 2.1: where low RAM ends at most, by board.
inline constexpr uint64_t kI440fxLowRamBytes = 0xe0000000;
inline constexpr uint64_t kI440fxAlignedLowRamBytes = 0xc0000000;
inline constexpr uint64_t kQ35SmallLowRamBytes = 0xb0000000;
inline constexpr uint64_t kQ35LargeLowRamBytes = 0x80000000;
inline constexpr uint64_t kMicrovmLowRamBytes = 0xc0000000;
inline constexpr uint64_t kIsapcMaxRamBytes = 3584 * kMiB;  // 9: from 11.1 on

// 3: what KVM itself takes: one identity-map page and three TSS pages.
inline constexpr uint64_t kKvmStart = 0xfeffc000;
inline constexpr uint64_t kKvmSizeBytes = 0x4000;

// 2.1, 2.2: where high RAM starts, and what AMD's I/O link reserves below 1
// TiB.
inline constexpr uint64_t kAboveBase = 4 * kGiB;
inline constexpr uint64_t kRelocatedAboveBase = 0x10000000000;
inline constexpr uint64_t kHyperTransportStart = 0xfd00000000;
inline constexpr uint64_t kHyperTransportSizeBytes = 0x300000000;
inline constexpr uint32_t kHyperTransportMinPhysBits = 40;
inline constexpr absl::string_view kRelocatedVendor = "AuthenticAMD";

// 2.4: device memory.
inline constexpr uint64_t kDeviceMemoryAlignmentBytes = kGiB;
inline constexpr uint64_t kBytesPerSlot = kGiB;
inline constexpr uint64_t kHole64AlignmentBytes = kGiB;
inline constexpr uint64_t kCxlHostRegistersBytes = kMiB;
inline constexpr uint64_t kCxlWindowAlignmentBytes = 256 * kMiB;
inline constexpr uint64_t kMaxSlots = 256;               // 1
inline constexpr uint64_t kMaxmemAlignmentBytes = 4096;  // 1

// 2.5: units of memory devices.
inline constexpr uint64_t kPageSizeBytes = 4096;
inline constexpr uint64_t kRamAlignmentBytes = 2 * kMiB;
// Observed; it is the size of the host's transparent huge pages.
inline constexpr uint64_t kVirtioMemBlockSizeBytes = 2 * kMiB;

// 4.2: the first APIC id that needs an x2APIC; 6.2: SRAT rows use the long form
// from the same id on.
inline constexpr uint64_t kFirstX2ApicId = 255;

// 6.3: the hole below 1 MiB that SRAT leaves out and e820 does not.
inline constexpr uint64_t kLegacyHoleStart = 640 * kKiB;
inline constexpr uint64_t kLegacyHoleEnd = kMiB;

// 6.4: SRAT is padded up to this many memory rows more than there are nodes.
inline constexpr uint64_t kSpareMemoryRows = 2;

// What one machine type of one QEMU release does; what the release does to all
// of them is in `release`. 1.1 lists the version flags;
// there "v <= 7.0" is written here as version < 7.1. PolicyOf sets each member.
struct LayoutPolicy {
  ReleaseRules release;
  bool has_numa;         // 5.2: all but `none` take -numa
  bool has_acpi_tables;  // 6
  bool gigabyte_align;   // 2.1
  bool has_acpi_device;  // observed: isapc has none
  // Observed: without, memory devices are made, but get no place.
  bool plugs_memory_devices;
  bool nvdimm_brings_warning;  // observed
  bool has_device_memory;
  bool enforces_dimm_alignment;         // 1.1
  bool gigabyte_per_slot;               // 2.4
  bool hole64_overlaps_device_memory;   // 2.4, broken_reserved_end
  bool implicit_node_for_slots;         // 5.2
  bool implicit_node_for_maxmem;        // 5.2
  bool avoids_hyper_transport;          // 2.2
  bool address_check_trusts_phys_bits;  // 2.3, old 32-bit GPA limit
  bool has_cxl;                         // 2.4, observed
  bool is_32_bit_isapc;                 // 9
  bool has_old_cpu_hotplug;             // observed
  bool checks_smbios_threads;           // observed
  bool has_smbios_3;                    // observed
  bool unplugged_memory_is_accessible;  // observed, virtio-mem
  uint64_t hole64_size_bytes;           // 2.3
  absl::string_view default_ram_id;     // doc/spec/qemu-options.md 9.1
};

LayoutPolicy PolicyOf(const MachineType& type, QemuVersion qemu);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_LAYOUT_POLICY_H_
