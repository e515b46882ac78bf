// SPDX-License-Identifier: Apache-2.0

// -object acpi-generic-initiator and acpi-generic-port, which 10.0 brought.

#ifndef E820CHECK_OPTIONS_GENERIC_AFFINITY_H_
#define E820CHECK_OPTIONS_GENERIC_AFFINITY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/machine_options.h"
#include "options/qemu_opts.h"
#include "options/visitor.h"

namespace e820check {

// "acpi-generic-initiator", "acpi-generic-port".
absl::string_view QomType(GenericAffinity::Kind kind);

// Whether the argument of -object asks for one, and `qemu` has such.
bool IsGenericAffinity(absl::string_view text, QemuVersion qemu);

// Reads an argument of which that is true. `list` is that of all -object
// options. Unimplemented for help.
absl::StatusOr<GenericAffinity> ParseGenericAffinity(
    absl::string_view text, const VisitContext& context, QemuOptsList& list,
    std::vector<std::string>& warnings);

// What QEMU refuses when it makes the object, but for a duplicate id.
absl::Status CheckGenericAffinity(const GenericAffinity& generic);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_GENERIC_AFFINITY_H_
