// SPDX-License-Identifier: Apache-2.0

// What layouts owe to the release of QEMU alone, whatever the machine type;
// each with the section of doc/spec/qemu-layout.md that it restates.

#ifndef E820CHECK_MODEL_RELEASE_RULES_H_
#define E820CHECK_MODEL_RELEASE_RULES_H_

#include "absl/strings/string_view.h"
#include "machine/release.h"

namespace e820check::model {

struct ReleaseRules {
  bool address_check_tests_long_mode;     // 2.3
  bool cxl_follows_absent_device_memory;  // 2.4
  bool isapc_has_cxl;                     // 2.4, observed
  bool isapc_is_32_bit;                   // 9
  bool tcg_refuses_x2apic_ids;            // 4.2
  bool checks_smbios_threads;             // observed
  bool hmat_skips_memoryless_nodes;       // 8
  bool checks_memdev_before_maxmem;       // 2.5, observed
  bool checks_address_before_size;        // 2.5, observed
  // Observed: the start of a warning, or empty where there is none.
  absl::string_view private_files_warning;
  bool default_ram_id_text_has_hint;  // qemu-options.md 9.1
  // The end of the hyper-threading warning, qemu-options.md 6.
  absl::string_view hyperthreading_advice;
  // Observed: texts that name the upper end alone, the lower end
  // alone, and the length.
  bool cpu_limits_have_one_end;
  bool phys_bits_text_has_one_end;
  bool vendor_text_names_length;
};

ReleaseRules RulesOf(QemuVersion release);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_RELEASE_RULES_H_
