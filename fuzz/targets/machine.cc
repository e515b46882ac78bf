// SPDX-License-Identifier: Apache-2.0

// Verify that the two layouts agree on every machine that the generator can
// make, with devices, HMAT, CXL, KVM and enclaves, that what they lay out keeps
// the laws, that a machine survives its own command line, and that one which no
// command line gives is told from it. The input is the generator's choices, one
// after the other.

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/break_machine.h"
#include "fuzz/support/check.h"
#include "fuzz/support/check_machine.h"
#include "fuzz/support/choice_bytes.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/mutator.h"
#include "properties/generate/machine_generator.h"

namespace e820check {
namespace {

struct Validity {
  static constexpr char kName[] = "validity of a broken machine";
};

void CheckBroken(MachineOptions machine, size_t way) {
  BreakMachine(way, machine);
  if (Validate(machine).ok()) Fail<Validity>(absl::StrCat("way ", way));
}

}  // namespace
}  // namespace e820check

const e820check::Mutator& e820check::TargetMutator() { return kChoicesMutator; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  e820check::ListedChoices choices = e820check::ChoicesOf(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  e820check::GeneratorPolicy policy = e820check::ChoosePolicy(choices);
  policy.beyond_command_lines = true;
  const e820check::MachineOptions machine = GenerateMachine(choices, policy);
  e820check::Examine([&] { return e820check::DescribeMachine(machine); },
                     [&] {
                       e820check::CheckMachine(machine);
                       e820check::CheckBroken(
                           machine, size % e820check::kWaysToBreakAMachine);
                     });
  return 0;
}
