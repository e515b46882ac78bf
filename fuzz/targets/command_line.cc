// SPDX-License-Identifier: Apache-2.0

// Verify that any arguments at all are either a machine, which then has every
// property a machine must have, or refused in words.

#include "options/command_line.h"

#include <cstddef>
#include <cstdint>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/check_laws.h"
#include "fuzz/support/check_machine.h"
#include "fuzz/support/command_line_case.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/mutator.h"
#include "model/reference_layout.h"
#include "rangetree/range_tree_layout.h"
#include "systems/command_line_answer.h"

namespace {

struct Refusal {
  static constexpr char kName[] = "refusal";
};

void Check(const e820check::CommandLineCase& command_line) {
  const auto parsed =
      e820check::ParseCommandLine(command_line.args(), command_line.context());
  if (!parsed.ok()) return;  // not modelled
  if (const auto* machine =
          std::get_if<e820check::MachineOptions>(&parsed->outcome)) {
    e820check::CheckMachine(*machine);
    // With the words of the command line before what is about a device. The
    // laws were asked just now.
    e820check::MustAgree(
        nullptr, AnswerCommandLine(*parsed, e820check::ReferenceLayout),
        AnswerCommandLine(*parsed, e820check::RangeTreeLayout));
  } else {
    const auto& refusal = std::get<e820check::Rejection>(parsed->outcome);
    if (refusal.text.empty() != refusal.help_exit_status.has_value()) {
      e820check::Fail<Refusal>("without a text");
    }
  }
}

}  // namespace

const e820check::Mutator& e820check::TargetMutator() {
  return kArgumentsMutator;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const e820check::CommandLineCase command_line(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  e820check::Examine([&] { return command_line.Describe(); },
                     [&] { Check(command_line); });
  return 0;
}
