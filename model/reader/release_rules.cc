// SPDX-License-Identifier: Apache-2.0

#include "model/reader/release_rules.h"

namespace e820check::reader {
namespace {

ReleaseRules RulesOf7_2() {
  return {
      .has_binary_integers = false,
      .has_units_of_hex_sizes = true,
      .has_sizes_without_integer = false,
      .has_exponents_of_fractions = true,
      .refuses_negative_sizes_as_out_of_range = false,
      .refuses_mem_out_of_range = false,
      .has_incremental_json_parser = false,
  };
}

// Its builds use a C library that reads binary numbers.
void ChangeIn10_0(ReleaseRules& rules) {
  rules.has_binary_integers = true;
  rules.has_units_of_hex_sizes = false;
  rules.has_sizes_without_integer = true;
  rules.has_exponents_of_fractions = false;
  rules.refuses_negative_sizes_as_out_of_range = true;
  rules.refuses_mem_out_of_range = true;
}

void ChangeIn11_1(ReleaseRules& rules) {
  rules.has_incremental_json_parser = true;
}

}  // namespace

// In order of age.
ReleaseRules RulesOf(QemuVersion release) {
  ReleaseRules rules = RulesOf7_2();
  if (AtLeast(release, QemuVersion::k10_0)) ChangeIn10_0(rules);
  if (AtLeast(release, QemuVersion::k11_1)) ChangeIn11_1(rules);
  return rules;
}

}  // namespace e820check::reader
