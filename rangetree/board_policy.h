// SPDX-License-Identifier: Apache-2.0

// What sets one QEMU board and version apart from another, as data: every
// constant that RangeTreeLayout uses stands in this file, in its .cc or in
// release_rules.*, with the section of the specification it restates.

#ifndef E820CHECK_RANGETREE_BOARD_POLICY_H_
#define E820CHECK_RANGETREE_BOARD_POLICY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "machine/address_range.h"
#include "machine/machine_options.h"
#include "machine/machine_type.h"
#include "rangetree/release_rules.h"

namespace e820check {

// Where RAM resumes above the 32-bit address space
// (doc/spec/qemu-layout.md 2.1).
inline constexpr uint64_t kAboveBase = 4 * kGiB;

// The range that AMD's HyperTransport reserves, and where RAM resumes if it
// would reach into it (doc/spec/qemu-layout.md 2.2).
inline constexpr uint64_t kHyperTransportBase = 0xFD00000000;
inline constexpr uint64_t kHyperTransportSizeBytes = 0x300000000;
inline constexpr uint64_t kRelocatedAboveBase = kTiB;
inline constexpr uint32_t kHyperTransportPhysBits = 40;
inline constexpr absl::string_view kAmdVendor = "AuthenticAMD";  // of CPUID

// The VGA and ROM window that node memory leaves out
// (doc/spec/qemu-layout.md 6.3).
inline constexpr uint64_t kLegacyHoleBase = 640 * kKiB;
inline constexpr uint64_t kLegacyHoleEnd = kMiB;

// Device memory (doc/spec/qemu-layout.md 2.4, doc/spec/qemu-options.md 9.10).
inline constexpr uint64_t kDeviceMemoryAlignmentBytes = kGiB;
inline constexpr uint64_t kSizePerSlotBytes = kGiB;
inline constexpr uint64_t kHole64AlignmentBytes = kGiB;
inline constexpr uint64_t kMaxSlots = 256;
inline constexpr uint64_t kMaxramGranuleBytes = 4096;

// CXL (2.4): host bridge registers, then windows.
inline constexpr uint64_t kCxlRegistersBytes = kMiB;
inline constexpr uint64_t kCxlWindowAlignmentBytes = 256 * kMiB;
inline constexpr std::array<char, 8> kCxlHostBridgeHid = {'A', 'C', 'P', 'I',
                                                          '0', '0', '1', '6'};

// What KVM keeps on Intel hosts: the identity map and a task state segment
// (doc/spec/qemu-layout.md 3).
inline constexpr uint64_t kKvmPagesBase = 0xFEFFC000;
inline constexpr uint64_t kKvmPagesBytes = uint64_t{4} * 4096;

// Pages that backends are made of, which memory devices are aligned to (2.5).
inline constexpr uint64_t kHugePageBytes = 2 * kMiB;
inline constexpr uint64_t kSmallPageBytes = 4096;
// virtio-mem's block where none is given, on hosts with huge pages of 2 MiB.
inline constexpr uint64_t kDefaultBlockBytes = 2 * kMiB;

// APIC ids from here on take an x2APIC row (doc/spec/qemu-layout.md 6.2).
inline constexpr uint32_t kFirstX2ApicId = 255;
// The row count below which SRAT is padded is nodes + this (6.4).
inline constexpr size_t kPaddingRowsBeyondNodes = 2;
inline constexpr uint8_t kLocalDistance = 10;

struct BoardPolicy {
  enum class Split { kI440fx, kQ35, kFixed, kNoRam };
  // How the last address a CPU without long mode may be asked for is found
  // (doc/spec/qemu-layout.md 2.3).
  enum class NarrowCpuLimit {
    kNoneUpTo32PhysBits,  // no limit if phys_bits <= 32, else as for 64 bits
    kNone,                // no limit
    kEndOfMemory,         // the end of RAM or of device memory
  };

  // What the release does on every board.
  BoardRules release;

  // The CPU models that go without a warning, with a blank around each; empty:
  // all.
  absl::string_view usual_cpus;
  // That of i440fx, q35 and isapc, with device memory and HyperTransport.
  bool has_pc_memory_map = false;
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

  bool supports_memmap_type = false;  // doc/spec/memmap-type.md 5

  NarrowCpuLimit narrow_cpu_limit = NarrowCpuLimit::kNoneUpTo32PhysBits;
  uint64_t hole64_size_bytes = 0;      // 2.3
  bool publishes_numa_tables = false;  // 6

  // Memory devices (2.5), as QEMU shows.
  bool plugs_memory_devices = false;  // else they are made, but have no place
  bool has_acpi_controller = false;   // without, DIMMs are refused
  bool aligns_dimms = false;
  bool shows_unplugged_memory = false;  // virtio-mem's unplugged-inaccessible
  bool warns_of_nvdimm = false;  // which firmware of its time does not know

  // CXL (2.4).
  bool checks_cxl = false;
  bool cxl_follows_missing_device_memory = false;

  // Where not 0: an APIC id that hot-plug of CPUs cannot name.
  uint32_t cpu_hotplug_limit = 0;
  // Whether more threads of a socket than SMBIOS 2.0 can count are refused,
  // and whether this board has SMBIOS 3 where nothing else was asked for.
  bool counts_smbios_threads = false;
  bool prefers_smbios_3 = false;

  // The id that no backend may have where QEMU makes the RAM itself
  // (doc/spec/qemu-options.md 9.1).
  absl::string_view default_ram_id;
};

BoardPolicy PolicyOf(QemuVersion qemu, const MachineType& type);

// The refusal of a backend called like the RAM that QEMU makes itself.
std::string ReservedRamIdText(const BoardPolicy& policy);
// The warning about threads that an AMD CPU without TOPOEXT cannot show.
std::string HyperthreadingText(const BoardPolicy& policy, uint32_t threads);

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_BOARD_POLICY_H_
