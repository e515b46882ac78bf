// SPDX-License-Identifier: Apache-2.0

#include "cli/commands.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_status.h"
#include "cli/strict_options.h"
#include "machine/release.h"

namespace e820check {
namespace {

constexpr char kImpliedRelease[] =
    "Without --qemu-version, the rules are those of the QEMU taking part, else "
    "of the\noldest release that has the machine type.\n";

constexpr char kSystems[] =
    "SYSTEM is one of\n"
    "  reference, rangetree    the slow model, and the optimized one\n"
    "  qemu, qemu:FILE         the binary in PATH, or another\n"
    "  so:FILE                 a shared object, see "
    "systems/subject/e820_subject.h\n"
    "  exec:COMMAND            a process that answers JSON lines as predict "
    "--batch -\n"
    "                          does; words are apart by blanks\n"
    "  memmap-v5               the patch of memmap-type=, its mistakes "
    "included\n";

constexpr NumberBounds kCases = {1, 1000000000};
constexpr NumberBounds kSeeds = {0, UINT64_MAX};

void AddDialect(CLI::App& command, Dialect& dialect) {
  AddChoice<Dialect>(
      command, "--dialect", dialect,
      {{"stock", Dialect::kStock}, {"memmap-type", Dialect::kMemmapType}},
      "stock QEMU, or with -numa node,memmap-type=");
}

template <typename Options>
void AddVersion(CLI::App& command, Options& options, const std::string& help) {
  std::vector<std::pair<std::string, QemuVersion>> choices;
  for (const QemuVersion version : kReleases) {
    choices.emplace_back(ToString(version), version);
  }
  AddChoice(command, "--qemu-version", options.qemu_version, choices, help);
}

template <typename Options>
CLI::Option* AddNearest(CLI::App& command, Options& options) {
  return command.add_flag_callback(
      "--nearest",
      [&options] { options.others = OtherReleases::kTakenForTheNearest; },
      "take a QEMU of another release for the nearest of them");
}

template <typename Options>
void AddSeed(CLI::App& command, Options& options, const std::string& help) {
  AddNumberWithDefault(command, "--seed", options.seed, kSeeds, help);
}

template <typename Options>
void AddSeedAndJobs(CLI::App& command, Options& options) {
  AddSeed(command, options, "which command lines");
  AddNumber(command, "--jobs", options.jobs, {1, 1024},
            "how many at a time (default: one per processor)");
}

void AddTableFormat(CLI::App& command, bool& as_page) {
  AddChoice<bool>(command, "--format", as_page,
                  {{"text", false}, {"markdown", true}},
                  "a table for the terminal, or a page of doc/generated/");
}

CLI::App* AddPredict(CLI::App& app, PredictOptions& options) {
  CLI::App* command = app.add_subcommand(
      "predict", "print the tables that a command line gives");
  command->add_option("--system", options.system, "who answers: SYSTEM")
      ->capture_default_str()
      ->type_name("SYSTEM");
  AddVersion(*command, options, "which to predict (default: see below)");
  AddNearest(*command, options)->excludes("--qemu-version");
  AddDialect(*command, options.dialect);
  CLI::Option* format = AddChoice<bool>(*command, "--format", options.json,
                                        {{"text", false}, {"json", true}},
                                        "text, or one JSON object");
  CLI::Option* batch =
      command
          ->add_option("--batch", options.batch,
                       "JSON lines {\"args\":[...]}; - is standard input")
          ->type_name("FILE");
  CLI::Option* audit = command->add_flag(
      "--audit", options.audit,
      "show the laws that the tables break, warnings and notes too");
  audit->excludes(batch);
  audit->excludes(format);
  command->footer(
      std::string("\nForms: e820check predict [OPTIONS] -- QEMU ARGS...\n"
                  "       e820check predict [OPTIONS] --batch FILE\n\n"
                  "QEMU ARGS is what would follow "
                  "qemu-system-x86_64 -display none -nodefaults\n"
                  "-accel tcg -S.\n\n") +
      kSystems + kImpliedRelease + "\n" + ExitStatusHelp());
  return command;
}

CLI::App* AddDiff(CLI::App& app, DiffOptions& options) {
  CLI::App* command =
      app.add_subcommand("diff", "compare two systems on command lines");
  command->add_option("--left", options.left, "what is expected: SYSTEM")
      ->capture_default_str()
      ->type_name("SYSTEM");
  command->add_option("--right", options.right, "what is checked: SYSTEM")
      ->capture_default_str()
      ->type_name("SYSTEM");
  AddNumberWithDefault(*command, "--cases", options.cases, kCases,
                       "how many command lines");
  AddSeedAndJobs(*command, options);
  command->add_flag("--keep-going", options.keep_going,
                    "show the first disagreement of every defect");
  command
      ->add_option("--shard", options.shard_text,
                   "only every N-th case, from the I-th on")
      ->type_name("I/N");
  command
      ->add_option("--report", options.report_file,
                   "with --keep-going: counts, for merge")
      ->type_name("FILE");
  AddVersion(*command, options, "which to expect (default: see below)");
  AddNearest(*command, options)->excludes("--qemu-version");
  AddDialect(*command, options.dialect);
  command->footer(
      std::string("\nForms: e820check diff [OPTIONS]\n"
                  "       e820check diff [OPTIONS] -- QEMU ARGS...\n\n") +
      kSystems + kImpliedRelease + "\n" + ExitStatusHelp());
  return command;
}

CLI::App* AddHunt(CLI::App& app, HuntOptions& options) {
  CLI::App* command = app.add_subcommand(
      "hunt", "look for command lines that break QEMU, or the model of it");
  command->add_option("--qemu", options.qemu, "which (default: that in PATH)")
      ->type_name("FILE");
  AddNearest(*command, options);
  CLI::Option* minutes = AddStrictOption(*command, "--minutes", "how long",
                                         [&options](const std::string& text) {
                                           const absl::StatusOr<double> value =
                                               ReadMinutes(text);
                                           if (value.ok())
                                             options.minutes = *value;
                                           return value.status();
                                         })
                             ->type_name("M");
  CLI::Option* cases = AddNumber(*command, "--cases", options.cases, kCases,
                                 "how many command lines");
  minutes->excludes(cases);
  AddSeedAndJobs(*command, options);
  command
      ->add_option("--out", options.out,
                   "where findings go, and what to go on from")
      ->capture_default_str()
      ->type_name("DIR");
  command
      ->add_option("--corpus", options.corpus,
                   "command lines to begin with: files, one argument a line")
      ->type_name("DIR");
  command->footer(
      std::string("\nWithout --minutes and --cases, until Ctrl-C. Exit status "
                  "1: something was found\nthat no ledger has.\n\n") +
      ExitStatusHelp());
  return command;
}

CLI::App* AddMerge(CLI::App& app, MergeOptions& options) {
  CLI::App* command = app.add_subcommand(
      "merge", "add up the reports of all shards of one diff");
  command->add_option("FILES", options.files, "as diff --report wrote them")
      ->required();
  command->footer(ExitStatusHelp());
  return command;
}

CLI::App* AddRules(CLI::App& app, RulesOptions& options, bool& as_page) {
  CLI::App* command = app.add_subcommand(
      "rules", "print the model's rules, and how often each is hit");
  AddNumberWithDefault(*command, "--cases", options.cases, kCases,
                       "machines of each release");
  AddSeed(*command, options, "which machines");
  AddTableFormat(*command, as_page);
  return command;
}

CLI::App* AddLaws(CLI::App& app, bool& as_page) {
  CLI::App* command = app.add_subcommand(
      "laws", "print the laws, their severity, and who suffers from a breach");
  AddTableFormat(*command, as_page);
  return command;
}

CLI::App* AddExplain(CLI::App& app, std::string& name) {
  CLI::App* command = app.add_subcommand(
      "explain", "say what a law or an entry of the quirk ledger means");
  command->add_option("NAME", name, "as reports have it (default: list all)")
      ->type_name("");
  return command;
}

CLI::App* AddZoo(CLI::App& app, ZooOptions& options) {
  CLI::App* command = app.add_subcommand(
      "zoo", "check that known kinds of bugs would be caught");
  AddNumberWithDefault(*command, "--cases", options.cases, kCases,
                       "for each mutant, at most");
  AddSeedAndJobs(*command, options);
  command->add_option("--mutant", options.mutants, "only this (repeatable)")
      ->type_name("ID");
  command
      ->add_option("--fuzzer", options.fuzzer,
                   "also run this target on each: build/fuzz/bin/fuzz_zoo")
      ->type_name("FILE");
  command->add_option("--corpus", options.corpora, "its seeds (repeatable)")
      ->type_name("DIR");
  AddNumberWithDefault(*command, "--fuzz-seconds", options.fuzz_seconds,
                       {1, 86400}, "for each mutant, at most");
  AddChoice<ZooFormat>(*command, "--format", options.format,
                       {{"text", ZooFormat::kText},
                        {"markdown", ZooFormat::kMarkdown},
                        {"html", ZooFormat::kHtml},
                        {"json", ZooFormat::kJson}},
                       "how to print the scoreboard");
  command->footer(
      std::string("\nExit status 1: a mutant survives, or fuzzing catches less "
                  "than nine of ten, or\nsomething is caught where there is no "
                  "mutant.\n\n") +
      ExitStatusHelp());
  return command;
}

}  // namespace

void AddCommands(CLI::App& app, AllOptions& options) {
  app.require_subcommand(1);
  app.set_version_flag("--version", "e820check " E820CHECK_VERSION);
  AddPredict(app, options.predict);
  AddDiff(app, options.diff);
  AddHunt(app, options.hunt);
  AddMerge(app, options.merge);
  AddRules(app, options.rules, options.as_page);
  AddLaws(app, options.as_page);
  AddExplain(app, options.name_to_explain);
  AddZoo(app, options.zoo);
  app.footer("\n'e820check COMMAND --help' tells more of each.");
}

}  // namespace e820check
