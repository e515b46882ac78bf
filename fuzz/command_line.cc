// SPDX-License-Identifier: Apache-2.0

// Verify that any arguments at all are either a machine, which then has every
// property a machine must have, or refused in words.

#include "options/command_line.h"

#include <cstddef>
#include <cstdint>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "fuzz/check.h"
#include "fuzz/check_machine.h"
#include "fuzz/explain.h"
#include "fuzz/mutator.h"
#include "options/argument_lines.h"

namespace {

struct Refusal {
  static constexpr char kName[] = "refusal";
};

void Check(const e820check::ArgumentLines& lines) {
  const auto parsed = e820check::ParseCommandLine(lines.args, lines.context);
  if (!parsed.ok()) return;  // not modelled
  if (const auto* machine =
          std::get_if<e820check::MachineOptions>(&parsed->outcome)) {
    e820check::CheckMachine(*machine);
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
  const auto lines = e820check::SplitArgumentLines(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  e820check::Examine(
      [&] { return e820check::DescribeCase(lines.args, lines.context); },
      [&] { Check(lines); });
  return 0;
}
