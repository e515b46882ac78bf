// SPDX-License-Identifier: Apache-2.0

#include "rangetree/release_rules.h"

#include "machine/address_range.h"

namespace e820check {
namespace {

// As 10.0 and 11.1 show, APIC ids are asked for x2APIC of each started CPU; as
// 7.2 shows, of every possible one, on every board with a local APIC.
BoardRules RulesOf10_0() {
  BoardRules rules;
  rules.isapc_looks_for_cxl = false;
  rules.cxl_follows_missing_device_memory = false;
  rules.narrow_cpu_limit_is_by_machine = true;
  rules.xapic_id_limit = rules.apic_id_limit;
  rules.apic_id_limit = UINT32_MAX;
  rules.pci_boards_count_smbios_threads = true;
  rules.hmat_skips_empty_nodes = true;
  rules.plugs_by_old_checks = false;
  rules.discard_function = "ram_block_discard_range";
  rules.threads_end_with = "). ";
  rules.reserved_ram_id_has_hint = true;
  rules.number_too_high = "parameter '$0' can be at most $2";
  rules.bad_vendor =
      "value of property 'vendor' must consist of exactly 12 characters";
  return rules;
}

BoardRules RulesOf11_1() {
  BoardRules rules = RulesOf10_0();
  rules.isapc_max_ram_bytes = 3584 * kMiB;
  rules.isapc_usual_cpus =
      " 486 pentium pentium2 pentium3 athlon qemu32 kvm32 ";
  rules.discard_function = "ram_block_discard_shared_range";
  rules.bad_phys_bits = "phys-bits should be at least 32 (but is $0)";
  return rules;
}

}  // namespace

// The newest first.
BoardRules BoardRulesOf(QemuVersion release) {
  if (AtLeast(release, QemuVersion::k11_1)) return RulesOf11_1();
  if (AtLeast(release, QemuVersion::k10_0)) return RulesOf10_0();
  return BoardRules();
}

}  // namespace e820check
