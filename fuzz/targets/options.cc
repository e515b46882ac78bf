// SPDX-License-Identifier: Apache-2.0

// Verify that any arguments at all are read, and in a time that only their
// length decides: a valid machine, a refusal in words, or a reason why they are
// not covered. What follows from the machine is for command_line.cc.

#include <cstddef>
#include <cstdint>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/command_line_case.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/mutator.h"
#include "machine/machine_options.h"
#include "options/command_line.h"

namespace {

struct Refusal {
  static constexpr char kName[] = "refusal";
};
struct Validity {
  static constexpr char kName[] = "validity";
};

void Check(const e820check::CommandLineCase& command_line) {
  const auto parsed =
      e820check::ParseCommandLine(command_line.args(), command_line.context());
  if (!parsed.ok()) {
    if (parsed.status().message().empty()) {
      e820check::Fail<Refusal>("not covered, without a reason");
    }
  } else if (const auto* machine =
                 std::get_if<e820check::MachineOptions>(&parsed->outcome)) {
    e820check::CheckOk<Validity>(e820check::Validate(*machine));
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
