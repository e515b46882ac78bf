// SPDX-License-Identifier: Apache-2.0

// What the grammar of doc/spec/qemu-options.md owes to the release of QEMU.
// Which members a record has stands in the tables of members.

#ifndef E820CHECK_MODEL_READER_RELEASE_RULES_H_
#define E820CHECK_MODEL_READER_RELEASE_RULES_H_

#include "machine/release.h"

namespace e820check::reader {

struct ReleaseRules {
  bool has_binary_integers;                     // 3.2: integer
  bool has_units_of_hex_sizes;                  // 3.3: "0x" hexdigits suffix
  bool has_sizes_without_integer;               // 3.3: "." digits
  bool has_exponents_of_fractions;              // 3.3: read, to be refused
  bool refuses_negative_sizes_as_out_of_range;  // 3.3
  bool refuses_mem_out_of_range;                // 7.1
  bool has_incremental_json_parser;             // 2.3, of 11.0
};

ReleaseRules RulesOf(QemuVersion release);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_RELEASE_RULES_H_
