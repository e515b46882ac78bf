// SPDX-License-Identifier: Apache-2.0

#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/command_status.h"
#include "cli/commands.h"
#include "cli/explain.h"
#include "cli/laws.h"
#include "cli/pages.h"
#include "cli/printable_stream.h"
#include "cli/wrong_words.h"

namespace e820check {
namespace {

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    names.push_back(command->get_name());
  }
  return names;
}

std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back(absl::StrCat("--", name));
    }
  }
  return names;
}

bool TakesQemuArgs(absl::string_view command) {
  return command == "predict" || command == "diff";
}

CommandStatus Refuse(absl::string_view reason) {
  return Complain(kExitUsage, reason);
}

// What the user typed: words for e820check, then perhaps -- and words for QEMU.
struct Typed {
  std::vector<std::string> words;
  bool separated = false;
  std::vector<std::string> qemu_args;
};

CommandStatus RunPredict(PredictOptions options, const Typed& typed) {
  if (!options.batch.empty() && typed.separated) {
    return Refuse(
        "--batch takes its QEMU arguments from the file, not after --");
  }
  if (options.batch.empty() && !typed.separated) {
    return Refuse("predict needs -- and QEMU's arguments after it, or --batch");
  }
  options.args = typed.qemu_args;
  return Predict(options);
}

CommandStatus RunDiff(DiffOptions options, const Typed& typed) {
  if (typed.separated && typed.qemu_args.empty()) {
    return Refuse("no QEMU arguments after --");
  }
  const absl::StatusOr<Shard> shard = ParseShard(options.shard_text);
  if (!shard.ok()) return Refuse("--shard needs I/N with I < N <= 4096");
  options.shard = *shard;
  if (!options.report_file.empty() && !options.keep_going) {
    return Refuse("--report needs --keep-going: shards add up only if whole");
  }
  options.args = typed.qemu_args;
  return Diff(options);
}

CommandStatus RunRules(const AllOptions& options) {
  if (!options.as_page) return PrintRules(options.rules);
  std::cout << RulesPage();
  return kExitOk;
}

CommandStatus RunLaws(const AllOptions& options) {
  if (!options.as_page) return PrintLaws();
  std::cout << LawsPage();
  return kExitOk;
}

CommandStatus RunCommand(absl::string_view command, const AllOptions& options,
                         const Typed& typed) {
  if (command == "predict") return RunPredict(options.predict, typed);
  if (command == "diff") return RunDiff(options.diff, typed);
  if (command == "hunt") return Hunt(options.hunt);
  if (command == "merge") return MergeFiles(options.merge);
  if (command == "rules") return RunRules(options);
  if (command == "laws") return RunLaws(options);
  if (command == "explain") return PrintExplanation(options.name_to_explain);
  return RunZoo(options.zoo);
}

// QEMU's arguments go to no parser but our own model of QEMU's.
Typed Split(std::vector<std::string> words) {
  Typed typed;
  const auto separator = absl::c_find(words, "--");
  typed.separated = separator != words.end();
  if (typed.separated) {
    typed.qemu_args.assign(separator + 1, words.end());
    words.erase(separator, words.end());
  }
  // "help diff" is "diff --help".
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    if (words.size() > 1) words.resize(1);
    words.emplace_back("--help");
  }
  typed.words = std::move(words);
  return typed;
}

int Main(std::vector<std::string> all_words) {
  const Typed typed = Split(std::move(all_words));
  CLI::App app("Checks the memory maps that a QEMU command line gives.",
               "e820check");
  AllOptions options;
  AddCommands(app, options);
  const std::vector<std::string> commands = CommandNames(app);
  if (typed.words.empty()) {
    std::cerr << app.help();
    return kExitUsage;
  }
  const std::string& first = typed.words.front();
  if (!absl::StartsWith(first, "-") &&
      !absl::c_linear_search(commands, first)) {
    return Refuse(NoSuchCommand(first, commands));
  }
  for (const std::string& name : commands) {
    app.get_subcommand(name)->allow_extras();  // which are looked at below
  }
  try {
    std::vector<std::string> backwards(typed.words.rbegin(),
                                       typed.words.rend());
    app.parse(std::move(backwards));
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    if (absl::StartsWith(first, "-")) {
      return Refuse(absl::StrCat("a command comes first, not '", first,
                                 "'; see e820check help"));
    }
    return Refuse(absl::StrCat(first, ": ", error.what()));
  }

  const CLI::App& command = *app.get_subcommands().front();
  const bool takes_qemu_args = TakesQemuArgs(command.get_name());
  if (const auto unknown = command.remaining(); !unknown.empty()) {
    return Refuse(
        UnknownWords({.command = command.get_name(),
                      .words = {typed.words.begin() + 1, typed.words.end()},
                      .unknown = unknown,
                      .options = OptionNames(command),
                      .takes_qemu_args = takes_qemu_args,
                      .qemu_args = typed.qemu_args}));
  }
  if (typed.separated && !takes_qemu_args) {
    return Refuse(absl::StrCat(command.get_name(), " takes no QEMU arguments"));
  }
  return RunCommand(command.get_name(), options, typed);
}

}  // namespace
}  // namespace e820check

int main(int argc, char** argv) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  const PrintableStream out(std::cout);
  const PrintableStream err(std::cerr);
  int status = kExitHost;
  try {
    status = Main(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    // The standard library's, for want of memory or threads; ours throws none.
    Complain(kExitHost, error.what());
  }
  if (!std::cout.flush()) {
    return Complain(kExitHost, "standard output could not be written");
  }
  return status;
}
