// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/explain.h"

#include <cstdlib>
#include <fstream>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "fuzz/support/check.h"
#include "fuzz/support/check_machine.h"
#include "machine/describe.h"
#include "model/reference_layout.h"
#include "options/format.h"
#include "options/shell.h"
#include "search/harmless.h"
#include "systems/command_line_answer.h"

namespace e820check {
namespace {

struct Arguments {
  static constexpr char kName[] = "E820CHECK_ARGUMENTS";
};

void WriteArguments(const std::vector<std::string>& args,
                    const CommandLineContext& context) {
  const char* const path = std::getenv("E820CHECK_ARGUMENTS");
  if (path == nullptr || context.dialect != Dialect::kStock) return;
  const auto parsed = ParseCommandLine(args, context);
  // No process can be given a NUL byte.
  if (absl::IsInvalidArgument(parsed.status())) return;
  const bool harmless =
      CheckHarmless({.args = args, .files = {}}, parsed, context.qemu_version)
          .ok();
  std::vector<std::string> items = {std::string(ToString(context.qemu_version)),
                                    harmless ? "harmless" : "harmful",
                                    absl::StrCat(args.size())};
  items.insert(items.end(), args.begin(), args.end());
  std::ofstream file(path, std::ios::binary | std::ios::app);
  for (const std::string& item : items) file << item << '\0';
  if (!file.flush()) {
    Fail<Arguments>(absl::StrCat(path, " cannot be written"));
  }
}

std::string DescribeWords(const std::vector<std::string>& args,
                          const CommandLineContext& context) {
  return absl::StrCat(
      "QEMU ", ToString(context.qemu_version), ", ", ToString(context.dialect),
      "\nqemu-system-x86_64 -display none -nodefaults -accel tcg -S ",
      ShellJoin(args));
}

std::string DescribeAnswer(const Answer& answer) {
  std::string text = "\nexpected:";
  if (const auto* rejection = std::get_if<Rejection>(&answer.outcome)) {
    absl::StrAppend(&text, " refused: ", Describe(*rejection));
  } else {
    absl::StrAppend(&text, "\n",
                    Describe(std::get<GuestLayout>(answer.outcome)));
  }
  for (const std::string& warning : answer.warnings) {
    absl::StrAppend(&text, "\n", warning);
  }
  return text;
}

}  // namespace

bool Explaining() {
  static const bool kExplaining = [] {
    const char* const value = std::getenv("E820CHECK_EXPLAIN");
    return value != nullptr && absl::string_view(value) == "1";
  }();
  return kExplaining;
}

std::string DescribeCase(const std::vector<std::string>& args,
                         const CommandLineContext& context) {
  WriteArguments(args, context);
  const auto parsed = ParseCommandLine(args, context);
  return absl::StrCat(
      DescribeWords(args, context),
      parsed.ok() ? DescribeAnswer(AnswerCommandLine(*parsed, ReferenceLayout))
                  : absl::StrCat("\nnot covered: ", parsed.status().message()));
}

std::string DescribeOption(absl::string_view name, const OptionText& option) {
  return DescribeWords(
      {std::string(name), std::string(option.text)},
      {.qemu_version = option.release.qemu, .dialect = option.release.dialect});
}

std::string DescribeMachine(const MachineOptions& machine) {
  const std::vector<std::string> args = Format(machine);
  const CommandLineContext context = {.qemu_version = machine.qemu_version,
                                      .dialect = DialectOf(machine)};
  WriteArguments(args, context);
  return absl::StrCat(DescribeWords(args, context),
                      HasWords(machine)
                          ? ""
                          : "\nand more, for which no command line has words",
                      DescribeAnswer(ReferenceLayout(machine)));
}

}  // namespace e820check
