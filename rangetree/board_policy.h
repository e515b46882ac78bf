// SPDX-License-Identifier: Apache-2.0

// What sets one QEMU board and version apart from another, as data: every
// constant that RangeTreeLayout uses stands in this file or in its .cc, with
// the section of the specification it restates.

#ifndef E820CHECK_RANGETREE_BOARD_POLICY_H_
#define E820CHECK_RANGETREE_BOARD_POLICY_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "machine/address_range.h"
#include "machine/machine_options.h"
#include "machine/machine_type.h"

namespace e820check {

// Where RAM resumes above the 32-bit address space (spec/qemu-layout.md 2.1).
inline constexpr uint64_t kAboveBase = 4 * kGiB;

// The range that AMD's HyperTransport reserves, and where RAM resumes if it
// would reach into it (spec/qemu-layout.md 2.2).
inline constexpr uint64_t kHyperTransportBase = 0xFD00000000;
inline constexpr uint64_t kHyperTransportSizeBytes = 0x300000000;
inline constexpr uint64_t kRelocatedAboveBase = kTiB;
inline constexpr uint32_t kHyperTransportPhysBits = 40;
inline constexpr absl::string_view kAmdVendor = "AuthenticAMD";  // of CPUID

// The VGA and ROM window that node memory leaves out (spec/qemu-layout.md 6.3).
inline constexpr uint64_t kLegacyHoleBase = 640 * kKiB;
inline constexpr uint64_t kLegacyHoleEnd = kMiB;

// Device memory (spec/qemu-layout.md 2.4, spec/qemu-options.md 9.10).
inline constexpr uint64_t kDeviceMemoryAlignmentBytes = kGiB;
inline constexpr uint64_t kSizePerSlotBytes = kGiB;
inline constexpr uint64_t kHole64AlignmentBytes = kGiB;
inline constexpr uint64_t kMaxSlots = 256;
inline constexpr uint64_t kMaxramGranuleBytes = 4096;

// APIC ids from here on take an x2APIC row (spec/qemu-layout.md 6.2).
inline constexpr uint32_t kFirstX2ApicId = 255;
// The row count below which SRAT is padded is nodes + this (6.4).
inline constexpr size_t kPaddingRowsBeyondNodes = 2;
inline constexpr uint8_t kLocalDistance = 10;
// HMAT (spec/qemu-layout.md 8).
inline constexpr uint8_t kHmatRevision = 2;
inline constexpr uint32_t kHmatMemoryDomainSizeBytes = 40;

struct BoardPolicy {
  enum class Split { kI440fx, kQ35, kFixed, kNoRam };
  // How the last address a CPU without long mode may be asked for is found
  // (spec/qemu-layout.md 2.3).
  enum class NarrowCpuLimit {
    kNoneUpTo32PhysBits,  // no limit if phys_bits <= 32, else as for 64 bits
    kNone,                // no limit
    kEndOfMemory,         // the end of RAM or of device memory
  };

  // Whether it is laid out as a PC: i440fx, q35, isapc.
  bool is_pc = false;
  bool has_numa = true;

  // RAM split (2.1).
  Split split = Split::kNoRam;
  uint64_t low_limit_bytes = 0;          // where RAM splits ...
  uint64_t low_limit_if_more_bytes = 0;  // ... and where, if there is more RAM
  uint64_t max_ram_bytes = UINT64_MAX;

  // Machine-version flags (1.1).
  bool has_device_memory = false;
  bool sizes_device_memory_by_slots = false;
  bool hole64_follows_device_memory = false;
  bool implies_node_for_slots = false;
  bool implies_node_for_maxmem = false;
  bool avoids_hyper_transport = false;

  bool supports_memmap_type = false;  // spec/memmap-type.md 5

  NarrowCpuLimit narrow_cpu_limit = NarrowCpuLimit::kNoneUpTo32PhysBits;
  uint64_t hole64_size_bytes = 0;  // 2.3
  // vCPUs whose APIC id would reach this are refused (4.2).
  uint32_t apic_id_limit = UINT32_MAX;
  bool publishes_numa_tables = false;   // 6
  bool hmat_skips_empty_nodes = false;  // 8

  // The id that no backend may have where QEMU makes the RAM itself
  // (spec/qemu-options.md 9.1).
  absl::string_view default_ram_id;
};

BoardPolicy PolicyOf(QemuVersion qemu, const MachineType& type);

// The refusal of a backend called like the RAM that QEMU makes itself.
std::string ReservedRamIdText(QemuVersion qemu, absl::string_view id);
// The warning about threads that an AMD CPU without TOPOEXT cannot show.
std::string HyperthreadingText(QemuVersion qemu, uint32_t threads);

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_BOARD_POLICY_H_
