// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_FUZZ_SUPPORT_MACHINE_FIELDS_H_
#define E820CHECK_FUZZ_SUPPORT_MACHINE_FIELDS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"
#include "properties/generate/choices.h"

namespace e820check {

// A field, and a change of it to another value; of a list, in one element,
// which is added where there is none. The value may be one that no command line
// asks for.
template <typename Whole>
struct FieldChange {
  absl::string_view name;
  void (*change)(Whole&, Choices&);
};

absl::Span<const FieldChange<MachineOptions>> MachineFields();
// Of the tables decoded, and of the words of refusal.
absl::Span<const FieldChange<Answer>> AnswerFields();

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_MACHINE_FIELDS_H_
