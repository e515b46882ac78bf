// SPDX-License-Identifier: Apache-2.0

#include "model/layout_policy.h"

namespace e820check::model {
namespace {

uint64_t Hole64SizeBytes(MachineFamily family) {
  switch (family) {
    case MachineFamily::kI440fx:
      return 2 * kGiB;
    case MachineFamily::kQ35:
      return 32 * kGiB;
    case MachineFamily::kIsapc:
    case MachineFamily::kMicrovm:
    case MachineFamily::kNone:
      return 0;
  }
  return 0;
}

absl::string_view DefaultRamId(MachineFamily family) {
  switch (family) {
    case MachineFamily::kI440fx:
    case MachineFamily::kQ35:
    case MachineFamily::kIsapc:
      return "pc.ram";
    case MachineFamily::kMicrovm:
      return "microvm.ram";
    case MachineFamily::kNone:
      return "ram";
  }
  return "";
}

}  // namespace

LayoutPolicy PolicyOf(const MachineType& type, QemuVersion qemu) {
  const auto at_least = [&type](int major, int minor) {
    return type.version >= MachineVersion{.major = major, .minor = minor};
  };
  const bool i440fx = type.family == MachineFamily::kI440fx;
  const bool pci_board = i440fx || type.family == MachineFamily::kQ35;
  const bool isapc = type.family == MachineFamily::kIsapc;

  LayoutPolicy policy = {};
  policy.release = RulesOf(qemu);
  policy.has_numa = type.family != MachineFamily::kNone;
  policy.has_acpi_tables = pci_board && at_least(1, 7);
  policy.gigabyte_align = i440fx && at_least(2, 0);
  policy.has_acpi_device = pci_board;
  policy.plugs_memory_devices = pci_board || isapc;
  policy.nvdimm_brings_warning = pci_board && !at_least(2, 6);
  policy.enforces_dimm_alignment = at_least(2, 2);
  policy.unplugged_memory_is_accessible = !at_least(7, 0);
  policy.has_device_memory = pci_board && at_least(2, 1);
  policy.gigabyte_per_slot = at_least(2, 2);
  policy.hole64_overlaps_device_memory = !at_least(2, 5);
  policy.implicit_node_for_slots = pci_board && at_least(2, 11);
  policy.implicit_node_for_maxmem = pci_board && at_least(5, 1);
  policy.avoids_hyper_transport = (pci_board || isapc) && at_least(7, 1);
  policy.address_check_trusts_phys_bits = !at_least(8, 2);
  policy.has_cxl = pci_board || (isapc && policy.release.isapc_has_cxl);
  policy.is_32_bit_isapc = isapc && policy.release.isapc_is_32_bit;
  policy.has_old_cpu_hotplug = !at_least(2, 7);
  policy.checks_smbios_threads =
      pci_board && policy.release.checks_smbios_threads;
  policy.has_smbios_3 = at_least(8, 1);
  policy.hole64_size_bytes = Hole64SizeBytes(type.family);
  policy.default_ram_id = DefaultRamId(type.family);
  return policy;
}

}  // namespace e820check::model
