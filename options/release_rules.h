// SPDX-License-Identifier: Apache-2.0

// What QEMU's reading of options does differently from release to release, but
// for what a release has or has not: that stands where it is listed.

#ifndef E820CHECK_OPTIONS_RELEASE_RULES_H_
#define E820CHECK_OPTIONS_RELEASE_RULES_H_

#include "absl/strings/string_view.h"
#include "machine/machine_type.h"
#include "machine/release.h"

namespace e820check {

struct OptionRules {
  // Numbers and sizes (doc/spec/qemu-options.md 3.2, 3.3).
  bool integers_may_be_binary;  // 0b11
  bool hex_sizes_take_units;    // 0x40M, with a warning
  bool negative_sizes_are_out_of_range;
  bool sizes_may_start_with_a_point;  // .5G
  // Fractions are rounded up to what is not 0 and may carry; else they are read
  // as strtod has it, an exponent included.
  bool sizes_round_fractions_up;

  // JSON (2.3): the parser takes tokens as they come and says where they are.
  bool json_is_read_by_token;
  bool json_device_ids_are_refused_as_ids;

  // Configuration files (11).
  bool config_file_refusals_name_the_line;

  // -machine
  bool unknown_machine_type_is_quoted;
  absl::string_view cxl_window_must;  // "must my a multiple of"
  bool isapc_has_cxl;
  bool isapc_looks_at_sgx_sections;
  bool smbios_entry_point_may_be_auto;

  // Machine types: the oldest of each family, those from which on QEMU does not
  // warn of them, and why it does.
  MachineVersion oldest_i440fx;
  MachineVersion oldest_q35;
  MachineVersion oldest_current_i440fx;
  MachineVersion oldest_current_q35;
  absl::string_view deprecation_reason;

  // -smp
  bool smp_zero_is_refused;        // else only a warning
  bool smp_levels_count_as_typed;  // else as their lowest 32 bits
  bool pcs_have_modules;

  // -numa node: mem= that has no number of bytes.
  bool numa_mem_out_of_range_is_refused;

  // -object memory-backend-*
  bool backing_store_refusal_names_object;
  bool file_backends_have_rom;
  bool file_backends_are_whole_pages;

  // -device: whether it is known what is said of an incomplete one.
  bool refusals_of_incomplete_devices_are_known;

  // -cpu
  bool pae_gives_36_address_bits;
  bool cpu_numbers_are_unsigned;
  bool cpu_threads_come_before_phys_bits;
  bool phys_bits_have_no_upper_end;
};

const OptionRules& OptionRulesOf(QemuVersion release);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_RELEASE_RULES_H_
