// SPDX-License-Identifier: Apache-2.0

#include "rangetree/board_policy.h"

#include "absl/strings/str_cat.h"

namespace e820check {
namespace {

using NarrowCpuLimit = BoardPolicy::NarrowCpuLimit;
using Split = BoardPolicy::Split;

NarrowCpuLimit NarrowCpuLimitOf(QemuVersion qemu, MachineVersion version) {
  if (qemu == QemuVersion::k7_2) return NarrowCpuLimit::kNoneUpTo32PhysBits;
  return version <= MachineVersion{8, 1} ? NarrowCpuLimit::kNone
                                         : NarrowCpuLimit::kEndOfMemory;
}

// What i440fx and q35 share (doc/spec/qemu-layout.md 1.1).
BoardPolicy PciPcPolicy(MachineVersion version) {
  BoardPolicy policy;
  policy.has_device_memory = version >= MachineVersion{2, 1};
  policy.sizes_device_memory_by_slots = version >= MachineVersion{2, 2};
  policy.hole64_follows_device_memory = version >= MachineVersion{2, 5};
  policy.has_acpi_controller = true;
  policy.checks_cxl = true;
  policy.warns_of_nvdimm = version <= MachineVersion{2, 5};
  policy.supports_memmap_type = true;
  policy.implies_node_for_slots = version >= MachineVersion{2, 11};
  policy.implies_node_for_maxmem = version >= MachineVersion{5, 1};
  policy.avoids_hyper_transport = version >= MachineVersion{7, 1};
  // doc/spec/qemu-layout.md 6.
  policy.publishes_numa_tables = version >= MachineVersion{1, 7};
  return policy;
}

BoardPolicy I440fxPolicy(MachineVersion version) {
  BoardPolicy policy = PciPcPolicy(version);
  policy.split = Split::kI440fx;
  policy.low_limit_bytes = 0xE0000000;
  policy.low_limit_if_more_bytes =
      version >= MachineVersion{2, 0} ? 0xC0000000 : 0xE0000000;
  policy.hole64_size_bytes = 2 * kGiB;
  return policy;
}

BoardPolicy Q35Policy(MachineVersion version) {
  BoardPolicy policy = PciPcPolicy(version);
  policy.split = Split::kQ35;
  policy.low_limit_bytes = 0xB0000000;
  policy.low_limit_if_more_bytes = 0x80000000;
  policy.hole64_size_bytes = 32 * kGiB;
  return policy;
}

BoardPolicy IsapcPolicy(QemuVersion qemu) {
  BoardPolicy policy;
  policy.split = Split::kI440fx;
  policy.low_limit_bytes = 0xE0000000;
  policy.low_limit_if_more_bytes = 0xE0000000;
  policy.avoids_hyper_transport = true;
  policy.checks_cxl = qemu == QemuVersion::k7_2;
  if (qemu == QemuVersion::k11_1) {
    policy.usual_cpus = " 486 pentium pentium2 pentium3 athlon qemu32 kvm32 ";
    // All RAM lies below 4 GiB, whatever max-ram-below-4g says.
    policy.max_ram_bytes = 3584 * kMiB;
    policy.split = Split::kFixed;
    policy.low_limit_bytes = policy.max_ram_bytes;
  }
  return policy;
}

BoardPolicy MicrovmPolicy() {
  BoardPolicy policy;
  policy.split = Split::kFixed;
  policy.low_limit_bytes = 0xC0000000;
  policy.low_limit_if_more_bytes = 0xC0000000;
  policy.default_ram_id = "microvm.ram";
  return policy;
}

BoardPolicy NonePolicy() {
  BoardPolicy policy;
  policy.has_numa = false;
  policy.default_ram_id = "ram";
  return policy;
}

BoardPolicy FamilyPolicy(QemuVersion qemu, const MachineType& type) {
  switch (type.family) {
    case MachineFamily::kI440fx:
      return I440fxPolicy(type.version);
    case MachineFamily::kQ35:
      return Q35Policy(type.version);
    case MachineFamily::kIsapc:
      return IsapcPolicy(qemu);
    case MachineFamily::kMicrovm:
      return MicrovmPolicy();
    case MachineFamily::kNone:
      break;
  }
  return NonePolicy();
}

}  // namespace

BoardPolicy PolicyOf(QemuVersion qemu, const MachineType& type) {
  BoardPolicy policy = FamilyPolicy(qemu, type);
  policy.is_pc = type.family == MachineFamily::kI440fx ||
                 type.family == MachineFamily::kQ35 ||
                 type.family == MachineFamily::kIsapc;
  if (policy.is_pc) policy.default_ram_id = "pc.ram";
  policy.plugs_memory_devices = policy.is_pc;
  if (type.version <= MachineVersion{2, 6}) policy.cpu_hotplug_limit = 256;
  policy.counts_smbios_threads =
      policy.has_acpi_controller && qemu != QemuVersion::k7_2;
  policy.prefers_smbios_3 = type.version > MachineVersion{8, 0};
  policy.aligns_dimms = type.version >= MachineVersion{2, 2};
  policy.shows_unplugged_memory = type.version <= MachineVersion{6, 2};
  switch (qemu) {
    case QemuVersion::k7_2:
      policy.looks_at_memdev_before_area = true;
      policy.cxl_follows_missing_device_memory = policy.has_device_memory;
      break;
    case QemuVersion::k10_0:
      policy.discard_function = "ram_block_discard_range";
      break;
    case QemuVersion::k11_1:
      policy.discard_function = "ram_block_discard_shared_range";
      break;
  }
  policy.narrow_cpu_limit = NarrowCpuLimitOf(qemu, type.version);
  policy.hmat_skips_empty_nodes = qemu != QemuVersion::k7_2;
  // As QEMU 7.2 shows, under TCG: every possible CPU counts, started or not, on
  // every board with a local APIC. Later ones want x2APIC of each started one.
  if (qemu == QemuVersion::k7_2) {
    policy.apic_id_limit = 255;
  } else {
    policy.xapic_id_limit = 255;
  }
  return policy;
}

std::string ReservedRamIdText(QemuVersion qemu, absl::string_view id) {
  if (qemu == QemuVersion::k7_2) {
    return absl::StrCat(
        "object name '", id,
        "' is reserved for the default RAM backend, it can't be used for any "
        "other purposes. Change the object's 'id' to something else");
  }
  return absl::StrCat(
      "object's id '", id,
      "' is reserved for the default RAM backend, it can't be used for any "
      "other purposes\nChange the object's 'id' to something else or disable "
      "automatic creation of the default RAM backend by setting "
      "'memory-backend=",
      id, "' with '-machine'.");
}

std::string HyperthreadingText(QemuVersion qemu, uint32_t threads) {
  return absl::StrCat(
      "warning: This family of AMD CPU doesn't support hyperthreading(",
      threads, qemu == QemuVersion::k7_2 ? ")\n" : "). ",
      "Please configure -smp options properly or try enabling topoext "
      "feature.");
}

}  // namespace e820check
