// SPDX-License-Identifier: Apache-2.0

// Verify that every field of a machine and of an answer counts: with another
// value it is not equal to what it was, and a copy is; and that a machine with
// any value in any field is valid or refused in words. The input is the choices
// of a field, a machine, and a value.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/choice_bytes.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/machine_fields.h"
#include "model/reference_layout.h"
#include "properties/generate/machine_generator.h"

namespace e820check {
namespace {

struct Equality {
  static constexpr char kName[] = "equality";
};
struct Validity {
  static constexpr char kName[] = "validity";
};

void CheckValidity(const MachineOptions& machine) {
  const absl::Status status = Validate(machine);
  if (!status.ok() && status.message().empty()) {
    Fail<Validity>("refused without words");
  }
}

// Whether `change` of a copy shows. Of an answer it may have no such field.
template <typename Whole>
Whole CheckField(const FieldChange<Whole>& field, const Whole& whole,
                 bool must_change, Choices& choices) {
  Whole changed = whole;
  if (!(changed == whole)) Fail<Equality>("of a copy");
  field.change(changed, choices);
  if (must_change && changed == whole) {
    Fail<Equality>(absl::StrCat("whatever its ", field.name));
  }
  return changed;
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  ListedChoices choices =
      ChoicesOf(absl::string_view(reinterpret_cast<const char*>(data), size));
  const auto& field = choices.Pick(MachineFields());
  const auto& answer_field = choices.Pick(AnswerFields());
  const uint64_t value = choices.Below(UINT64_MAX);
  const GeneratorPolicy policy = ChoosePolicy(choices);
  const MachineOptions machine = GenerateMachine(choices, policy);
  const Answer answer = ReferenceLayout(machine);
  Examine(
      [&] {
        return absl::StrCat("field: ", field.name,
                            ", of an answer: ", answer_field.name, "\n",
                            DescribeMachine(machine));
      },
      [&] {
        ListedChoices of_value({value, value});
        CheckValidity(CheckField(field, machine, true, of_value));
        CheckField(answer_field, answer, false, of_value);
      });
  return 0;
}
