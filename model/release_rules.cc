// SPDX-License-Identifier: Apache-2.0

#include "model/release_rules.h"

namespace e820check::model {
namespace {

ReleaseRules RulesOf7_2() {
  return {
      .address_check_tests_long_mode = false,
      .cxl_follows_absent_device_memory = true,
      .isapc_has_cxl = true,
      .isapc_is_32_bit = false,
      .tcg_refuses_x2apic_ids = true,
      .checks_smbios_threads = false,
      .hmat_skips_memoryless_nodes = false,
      .checks_memdev_before_maxmem = true,
      .checks_address_before_size = true,
      .private_files_warning = "",
      .default_ram_id_text_has_hint = false,
      .hyperthreading_advice =
          "\nPlease configure -smp options properly or try "
          "enabling topoext feature.",
      .cpu_limits_have_one_end = false,
      .phys_bits_text_has_one_end = false,
      .vendor_text_names_length = false,
  };
}

void ChangeIn10_0(ReleaseRules& rules) {
  rules.address_check_tests_long_mode = true;
  rules.cxl_follows_absent_device_memory = false;
  rules.isapc_has_cxl = false;
  rules.tcg_refuses_x2apic_ids = false;
  rules.checks_smbios_threads = true;
  rules.hmat_skips_memoryless_nodes = true;
  rules.checks_memdev_before_maxmem = false;
  rules.checks_address_before_size = false;
  rules.private_files_warning = "ram_block_discard_range";
  rules.default_ram_id_text_has_hint = true;
  rules.hyperthreading_advice =
      ". Please configure -smp options properly or try enabling topoext "
      "feature.";
  rules.cpu_limits_have_one_end = true;
  rules.vendor_text_names_length = true;
}

void ChangeIn11_1(ReleaseRules& rules) {
  rules.phys_bits_text_has_one_end = true;
  rules.isapc_is_32_bit = true;
  rules.private_files_warning = "ram_block_discard_shared_range";
}

}  // namespace

// In order of age.
ReleaseRules RulesOf(QemuVersion release) {
  ReleaseRules rules = RulesOf7_2();
  if (AtLeast(release, QemuVersion::k10_0)) ChangeIn10_0(rules);
  if (AtLeast(release, QemuVersion::k11_1)) ChangeIn11_1(rules);
  return rules;
}

}  // namespace e820check::model
