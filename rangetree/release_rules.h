// SPDX-License-Identifier: Apache-2.0

// How the releases of QEMU differ in laying out one and the same machine type.

#ifndef E820CHECK_RANGETREE_RELEASE_RULES_H_
#define E820CHECK_RANGETREE_RELEASE_RULES_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "machine/release.h"

namespace e820check {

// As 7.2 has it, where nothing else is said.
struct BoardRules {
  // isapc is a PC like others, with CXL but without a PCI bus; else it has one
  // low RAM of this size at most and only CPUs of its time.
  bool isapc_looks_for_cxl = true;
  uint64_t isapc_max_ram_bytes = UINT64_MAX;
  absl::string_view isapc_usual_cpus;  // a blank around each

  // CXL windows follow where device memory would end, were there any
  // (doc/spec/qemu-layout.md 2.4).
  bool cxl_follows_missing_device_memory = true;

  // CPUs without long mode: whether the address limit asks for the version of
  // the machine type; else for the number of address bits (2.3).
  bool narrow_cpu_limit_is_by_machine = false;

  // APIC ids that TCG refuses: of possible CPUs from here on, of started ones
  // that lack x2APIC (4.2).
  uint32_t apic_id_limit = 255;
  uint32_t xapic_id_limit = UINT32_MAX;
  bool pci_boards_count_smbios_threads = false;

  bool hmat_skips_empty_nodes = false;  // 8

  // Memory devices (2.5): whether the memdev is looked at before the area and
  // the address before the size, in the words of then; and the function named
  // in the warning about private files; empty: no warning.
  bool plugs_by_old_checks = true;
  absl::string_view discard_function;

  // What stands between a number of threads and advice about it
  // (doc/spec/qemu-options.md 6), and whether the refusal of a backend called
  // like the RAM that QEMU makes itself has a hint (9.1).
  absl::string_view threads_end_with = ")\n";
  bool reserved_ram_id_has_hint = false;

  // Texts about CPUs, as observed, for absl::Substitute: $0 a
  // property, $1 its value and $2 the limit; $0 a value.
  absl::string_view number_too_high =
      "Property .$0 doesn't take value $1 (minimum: 0, maximum: $2)";
  absl::string_view bad_vendor = "Property '.vendor' doesn't take value '$0'";
  absl::string_view bad_phys_bits =
      "phys-bits should be between 32 and 52  (but is $0)";
};

BoardRules BoardRulesOf(QemuVersion release);

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_RELEASE_RULES_H_
