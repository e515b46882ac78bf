// SPDX-License-Identifier: Apache-2.0

#include "options/release_rules.h"

namespace e820check {
namespace {

constexpr OptionRules RulesOf7_2() {
  OptionRules rules = {};
  rules.hex_sizes_take_units = true;
  rules.config_file_refusals_name_the_line = true;
  rules.cxl_window_must = "must my a multiple of";
  rules.isapc_has_cxl = true;
  rules.isapc_looks_at_sgx_sections = true;
  rules.oldest_i440fx = {.major = 1, .minor = 4};
  rules.oldest_q35 = {.major = 2, .minor = 4};
  rules.oldest_current_i440fx = {.major = 2, .minor = 0};
  rules.deprecation_reason = "old and unattended - use a newer version instead";
  rules.refusals_of_incomplete_devices_are_known = true;
  return rules;
}

// That it quotes a machine type as 11.1 does is a guess.
constexpr OptionRules RulesOf10_0() {
  OptionRules rules = RulesOf7_2();
  rules.integers_may_be_binary = true;
  rules.hex_sizes_take_units = false;
  rules.negative_sizes_are_out_of_range = true;
  rules.sizes_may_start_with_a_point = true;
  rules.sizes_round_fractions_up = true;
  rules.config_file_refusals_name_the_line = false;
  rules.unknown_machine_type_is_quoted = true;
  rules.cxl_window_must = "must be a multiple of";
  rules.isapc_has_cxl = false;
  rules.smbios_entry_point_may_be_auto = true;
  rules.oldest_i440fx = rules.oldest_q35 = {.major = 2, .minor = 4};
  rules.oldest_current_i440fx =
      rules.oldest_current_q35 = {.major = 7, .minor = 1};
  rules.deprecation_reason =
      "machines more than 3 years old are subject to deletion after 6 years";
  rules.smp_zero_is_refused = true;
  rules.smp_levels_count_as_typed = true;
  rules.pcs_have_modules = true;
  rules.numa_mem_out_of_range_is_refused = true;
  rules.backing_store_refusal_names_object = true;
  rules.file_backends_have_rom = true;
  rules.file_backends_are_whole_pages = true;
  rules.refusals_of_incomplete_devices_are_known = false;
  rules.pae_gives_36_address_bits = true;
  rules.cpu_numbers_are_unsigned = true;
  rules.cpu_threads_come_before_phys_bits = true;
  return rules;
}

constexpr OptionRules RulesOf11_1() {
  OptionRules rules = RulesOf10_0();
  rules.json_is_read_by_token = true;
  rules.json_device_ids_are_refused_as_ids = true;
  rules.isapc_looks_at_sgx_sections = false;
  rules.oldest_i440fx = rules.oldest_q35 = {.major = 5, .minor = 2};
  rules.oldest_current_i440fx =
      rules.oldest_current_q35 = {.major = 8, .minor = 2};
  rules.phys_bits_have_no_upper_end = true;
  return rules;
}

struct Row {
  QemuVersion since;
  OptionRules rules;
};
constexpr Row kRules[] = {
    {QemuVersion::k7_2, RulesOf7_2()},
    {QemuVersion::k10_0, RulesOf10_0()},
    {QemuVersion::k11_1, RulesOf11_1()},
};

}  // namespace

const OptionRules& OptionRulesOf(QemuVersion release) {
  return InForce(kRules, release).rules;
}

}  // namespace e820check
