// SPDX-License-Identifier: Apache-2.0

// -object acpi-generic-initiator and acpi-generic-port, which 10.0 brought.

#ifndef E820CHECK_OPTIONS_GENERIC_AFFINITY_H_
#define E820CHECK_OPTIONS_GENERIC_AFFINITY_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/machine_options.h"
#include "options/visitor.h"
#include "options/vocabulary.h"

namespace e820check {

// "acpi-generic-initiator", "acpi-generic-port".
absl::string_view QomType(GenericAffinity::Kind kind);

// Checks the types of one -object of this kind (step 1).
absl::StatusOr<GenericAffinity> VisitGenericAffinity(
    GenericAffinity::Kind kind, const VisitContext& context,
    RecordSource& source);

void AddGenericAffinityWords(Vocabulary& vocabulary);

// What QEMU refuses when it makes the object, but for a duplicate id.
absl::Status CheckGenericAffinity(const GenericAffinity& generic);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_GENERIC_AFFINITY_H_
