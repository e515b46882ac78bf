// SPDX-License-Identifier: Apache-2.0

#include "rangetree/board_policy.h"

#include "absl/strings/str_cat.h"

namespace e820check {
namespace {

using NarrowCpuLimit = BoardPolicy::NarrowCpuLimit;
using Split = BoardPolicy::Split;

NarrowCpuLimit NarrowCpuLimitOf(const BoardRules& rules,
                                MachineVersion version) {
  if (!rules.narrow_cpu_limit_is_by_machine) {
    return NarrowCpuLimit::kNoneUpTo32PhysBits;
  }
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

BoardPolicy IsapcPolicy(const BoardRules& rules) {
  BoardPolicy policy;
  policy.split = Split::kI440fx;
  policy.low_limit_bytes = 0xE0000000;
  policy.low_limit_if_more_bytes = 0xE0000000;
  policy.avoids_hyper_transport = true;
  policy.checks_cxl = rules.isapc_looks_for_cxl;
  policy.usual_cpus = rules.isapc_usual_cpus;
  policy.max_ram_bytes = rules.isapc_max_ram_bytes;
  if (policy.max_ram_bytes < 4 * kGiB) {
    // All RAM lies below 4 GiB, whatever max-ram-below-4g says.
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

BoardPolicy FamilyPolicy(const BoardRules& rules, const MachineType& type) {
  switch (type.family) {
    case MachineFamily::kI440fx:
      return I440fxPolicy(type.version);
    case MachineFamily::kQ35:
      return Q35Policy(type.version);
    case MachineFamily::kIsapc:
      return IsapcPolicy(rules);
    case MachineFamily::kMicrovm:
      return MicrovmPolicy();
    case MachineFamily::kNone:
      break;
  }
  return NonePolicy();
}

}  // namespace

BoardPolicy PolicyOf(QemuVersion qemu, const MachineType& type) {
  const BoardRules rules = BoardRulesOf(qemu);
  BoardPolicy policy = FamilyPolicy(rules, type);
  policy.release = rules;
  policy.has_pc_memory_map = type.family == MachineFamily::kI440fx ||
                             type.family == MachineFamily::kQ35 ||
                             type.family == MachineFamily::kIsapc;
  if (policy.has_pc_memory_map) policy.default_ram_id = "pc.ram";
  policy.plugs_memory_devices = policy.has_pc_memory_map;
  if (type.version <= MachineVersion{2, 6}) policy.cpu_hotplug_limit = 256;
  policy.counts_smbios_threads =
      policy.has_acpi_controller && rules.pci_boards_count_smbios_threads;
  policy.prefers_smbios_3 = type.version > MachineVersion{8, 0};
  policy.aligns_dimms = type.version >= MachineVersion{2, 2};
  policy.shows_unplugged_memory = type.version <= MachineVersion{6, 2};
  policy.cxl_follows_missing_device_memory =
      policy.has_device_memory && rules.cxl_follows_missing_device_memory;
  policy.narrow_cpu_limit = NarrowCpuLimitOf(rules, type.version);
  return policy;
}

std::string ReservedRamIdText(const BoardPolicy& policy) {
  const absl::string_view id = policy.default_ram_id;
  if (!policy.release.reserved_ram_id_has_hint) {
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

std::string HyperthreadingText(const BoardPolicy& policy, uint32_t threads) {
  return absl::StrCat(
      "warning: This family of AMD CPU doesn't support hyperthreading(",
      threads, policy.release.threads_end_with,
      "Please configure -smp options properly or try enabling topoext "
      "feature.");
}

}  // namespace e820check
