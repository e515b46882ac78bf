// SPDX-License-Identifier: Apache-2.0

// Verify that whatever the generators of texts make, two readers agree about
// it, that a generated command line splits and joins to itself and is a machine
// or refused in words, and that shrinking ends with something no larger that
// still is what it was shrunk for. The input is the generators' choices.

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/check_machine.h"
#include "fuzz/support/choice_bytes.h"
#include "fuzz/support/explain.h"
#include "options/shell.h"
#include "properties/generate/argument_units.h"
#include "properties/generate/command_line_generator.h"
#include "properties/generate/machine_generator.h"
#include "properties/generate/option_text_generator.h"
#include "properties/judge/readers.h"
#include "properties/shrink/shrink.h"
#include "properties/shrink/shrink_machine.h"

namespace e820check {
namespace {

struct Readers {
  static constexpr char kName[] = "readers";
};
struct Units {
  static constexpr char kName[] = "units of arguments";
};
struct Shrinking {
  static constexpr char kName[] = "shrinking";
};

constexpr int kMostRuns = 40;

struct TextKind {
  absl::string_view option;
  std::string (*generate)(Choices&);
  absl::Status (*compare)(absl::string_view, const reader::Release&,
                          ReferenceAnswer*);
};
constexpr TextKind kTexts[] = {
    {"-numa", GenerateNumaText, CompareNumaReaders},
    {"-object", GenerateObjectText, CompareObjectReaders},
    {"-m", GenerateMemoryText, CompareMemoryReaders},
    {"-machine", GenerateMachineText, CompareMachineReaders},
    {"-smp", GenerateSmpText, CompareSmpReaders}};

void ExamineText(const TextKind& kind, const GeneratorPolicy& policy,
                 Choices& choices) {
  const std::string text = kind.generate(choices);
  const OptionText option = {{policy.qemu_version, policy.dialect}, text};
  Examine(
      [&] { return DescribeOption(kind.option, option); },
      [&] { CheckOk<Readers>(kind.compare(text, option.release, nullptr)); });
}

// Of a command line, what shrinking is to keep: how it is answered.
std::string Outcome(const std::vector<std::string>& args,
                    const CommandLineContext& context) {
  const auto parsed = ParseCommandLine(args, context);
  if (!parsed.ok()) return "not covered";
  return parsed->accepted() ? "accepted" : "refused";
}

size_t Length(const std::vector<std::string>& args) {
  size_t length = args.size();
  for (const std::string& arg : args) length += arg.size();
  return length;
}

void CheckArguments(const std::vector<std::string>& args,
                    const CommandLineContext& context) {
  if (JoinArguments(SplitArguments(args)) != args) {
    Fail<Units>("do not join to the same arguments");
  }
  for (const std::string& arg : args) {
    if (JoinItems(SplitItems(arg)) != arg) Fail<Units>("items do not join");
    if (ShellQuote(arg).size() < arg.size()) Fail<Units>("quoting loses text");
  }
  const auto parsed = ParseCommandLine(args, context);
  if (parsed.ok() && parsed->accepted()) {
    CheckMachine(std::get<MachineOptions>(parsed->outcome));
  }
  const std::string outcome = Outcome(args, context);
  const std::vector<std::string> shrunk = Shrink(
      args,
      [&](const std::vector<std::string>& candidate) {
        return Outcome(candidate, context) == outcome;
      },
      kMostRuns);
  if (Length(shrunk) > Length(args) || Outcome(shrunk, context) != outcome) {
    Fail<Shrinking>("of a command line");
  }
}

void ExamineCommandLine(const GeneratorPolicy& policy, Choices& choices) {
  const std::vector<std::string> args = GenerateCommandLine(choices, policy);
  const CommandLineContext context = {.qemu_version = policy.qemu_version,
                                      .dialect = policy.dialect};
  Examine([&] { return DescribeCase(args, context); },
          [&] { CheckArguments(args, context); });
}

// Shrunk for its number of nodes, since what is not wanted would all go.
void ExamineMachine(const GeneratorPolicy& policy, Choices& choices) {
  const MachineOptions machine = GenerateMachine(choices, policy);
  const size_t nodes = machine.numa_nodes.size() / 2;
  const auto check = [&] {
    const MachineOptions shrunk = ShrinkMachine(
        machine,
        [&](const MachineOptions& smaller) {
          if (!Validate(smaller).ok()) Fail<Shrinking>("to no machine");
          return smaller.numa_nodes.size() >= nodes;
        },
        kMostRuns);
    if (shrunk.numa_nodes.size() < nodes ||
        shrunk.numa_nodes.size() > machine.numa_nodes.size()) {
      Fail<Shrinking>("of a machine");
    }
  };
  Examine([&] { return DescribeMachine(machine); }, check);
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  ListedChoices choices =
      ChoicesOf(absl::string_view(reinterpret_cast<const char*>(data), size));
  const GeneratorPolicy policy = ChoosePolicy(choices);
  const size_t kind = choices.Below(std::size(kTexts) + 2);
  if (kind < std::size(kTexts)) {
    ExamineText(kTexts[kind], policy, choices);
  } else if (kind == std::size(kTexts)) {
    ExamineCommandLine(policy, choices);
  } else {
    ExamineMachine(policy, choices);
  }
  return 0;
}
