// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "cli/diff.h"
#include "cli/hunt.h"
#include "cli/laws.h"
#include "cli/merge.h"
#include "cli/predict.h"
#include "cli/rules.h"
#include "cli/zoo.h"

namespace e820check {
namespace {

constexpr char kExitStatuses[] =
    "Exit status: 0 accepted, or the systems agree; 1 refused, or they "
    "disagree;\n2 a wrong argument or an option that is not covered; 3 a "
    "needed program is\nmissing; 4 a system gave no answer (crash, hang, host "
    "memory); 130 Ctrl-C.\n";

constexpr char kReleases[] =
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

const std::map<std::string, QemuVersion> kVersions = {
    {"7.2", QemuVersion::k7_2},
    {"10.0", QemuVersion::k10_0},
    {"11.1", QemuVersion::k11_1}};

const std::map<std::string, Dialect> kDialects = {
    {"stock", Dialect::kStock}, {"memmap-type", Dialect::kMemmapType}};

CLI::Option* AddDialect(CLI::App& command, Dialect& dialect) {
  return command
      .add_option("--dialect", dialect,
                  "stock QEMU, or with -numa node,memmap-type=")
      ->transform(CLI::CheckedTransformer(kDialects).description(""))
      ->type_name("stock|memmap-type");
}

template <typename T>
CLI::Option* AddVersion(CLI::App& command, T& version,
                        const std::string& help) {
  return command.add_option("--qemu-version", version, help)
      ->transform(CLI::CheckedTransformer(kVersions).description(""))
      ->type_name("7.2|10.0|11.1");
}

// CLI11 takes "-1" for 2^64 - 1, and nothing for 0.
std::string CheckSeed(const std::string& text) {
  uint64_t seed = 0;
  const bool has_digits_only =
      std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  if (has_digits_only && absl::SimpleAtoi(text, &seed)) return "";
  return "'" + text + "' is no whole number from 0 to 2^64 - 1";
}

template <typename Options>
void AddSeedAndJobs(CLI::App& command, Options& options) {
  command.add_option("--seed", options.seed, "which command lines")
      ->capture_default_str()
      ->check(CheckSeed)
      ->type_name("N");
  command
      .add_option("--jobs", options.jobs,
                  "how many at a time (default: one per processor)")
      ->check(CLI::Range(1, 1024).description(""))
      ->type_name("N");
}

CLI::App* AddPredict(CLI::App& app, PredictOptions& options) {
  CLI::App* command = app.add_subcommand(
      "predict", "print the tables that a command line gives");
  command->add_option("--system", options.system, "who answers: SYSTEM")
      ->capture_default_str()
      ->type_name("SYSTEM");
  AddVersion(*command, options.qemu_version,
             "which to predict (default: see below)");
  AddDialect(*command, options.dialect);
  CLI::Option* format =
      command->add_option("--format", options.json, "text, or one JSON object")
          ->transform(
              CLI::CheckedTransformer(
                  std::map<std::string, bool>{{"text", false}, {"json", true}})
                  .description(""))
          ->type_name("text|json");
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
      kSystems + kReleases + "\n" + kExitStatuses);
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
  command->add_option("--cases", options.cases, "how many command lines")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000000).description(""))
      ->type_name("N");
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
  AddVersion(*command, options.qemu_version,
             "which to expect (default: see below)");
  AddDialect(*command, options.dialect);
  command->footer(
      std::string("\nForms: e820check diff [OPTIONS]\n"
                  "       e820check diff [OPTIONS] -- QEMU ARGS...\n\n") +
      kSystems + kReleases + "\n" + kExitStatuses);
  return command;
}

CLI::App* AddHunt(CLI::App& app, HuntOptions& options) {
  CLI::App* command = app.add_subcommand(
      "hunt", "look for command lines that break QEMU, or the model of it");
  command->add_option("--qemu", options.qemu, "which (default: that in PATH)")
      ->type_name("FILE");
  CLI::Option* minutes =
      command->add_option("--minutes", options.minutes, "how long")
          ->check(CLI::Range(0.01, 1000000.0).description(""))
          ->check([](const std::string& text) {  // no range leaves it out
            return absl::EqualsIgnoreCase(text, "nan") ? "'nan' is no time"
                                                       : std::string();
          })
          ->type_name("M");
  CLI::Option* cases =
      command->add_option("--cases", options.cases, "how many command lines")
          ->check(CLI::Range(1, 1000000000).description(""))
          ->type_name("N");
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
      ->type_name("DIR|FILE");
  command->footer(
      std::string("\nWithout --minutes and --cases, until Ctrl-C. Exit status "
                  "1: something was found\nthat no ledger has.\n\n") +
      kExitStatuses);
  return command;
}

CLI::App* AddMerge(CLI::App& app, MergeOptions& options) {
  CLI::App* command = app.add_subcommand(
      "merge", "add up the reports of all shards of one diff");
  command->add_option("FILES", options.files, "as diff --report wrote them")
      ->required();
  command->footer(kExitStatuses);
  return command;
}

CLI::App* AddRules(CLI::App& app, RulesOptions& options) {
  CLI::App* command = app.add_subcommand(
      "rules", "print the model's rules, and how often each is hit");
  command->add_option("--cases", options.cases, "machines of each release")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000000).description(""))
      ->type_name("N");
  command->add_option("--seed", options.seed, "which machines")
      ->capture_default_str()
      ->type_name("N");
  return command;
}

const CLI::App* AddLaws(CLI::App& app) {
  return app.add_subcommand(
      "laws", "print the laws, their severity, and who suffers from a breach");
}

CLI::App* AddZoo(CLI::App& app, ZooOptions& options) {
  CLI::App* command = app.add_subcommand(
      "zoo", "check that known kinds of bugs would be caught");
  command->add_option("--cases", options.cases, "for each mutant, at most")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000000).description(""))
      ->type_name("N");
  AddSeedAndJobs(*command, options);
  command->add_option("--mutant", options.mutants, "only this (repeatable)")
      ->type_name("ID");
  command
      ->add_option("--fuzzer", options.fuzzer,
                   "also run this target on each: build/fuzz/bin/fuzz_zoo")
      ->type_name("FILE");
  command->add_option("--corpus", options.corpora, "its seeds (repeatable)")
      ->type_name("DIR");
  command
      ->add_option("--fuzz-seconds", options.fuzz_seconds,
                   "for each mutant, at most")
      ->capture_default_str()
      ->check(CLI::Range(1, 86400).description(""))
      ->type_name("N");
  command->add_option("--format", options.format, "how to print the scoreboard")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, ZooFormat>{
                                      {"text", ZooFormat::kText},
                                      {"markdown", ZooFormat::kMarkdown},
                                      {"html", ZooFormat::kHtml},
                                      {"json", ZooFormat::kJson}})
              .description(""))
      ->type_name("text|markdown|html|json");
  command->footer(
      std::string("\nExit status 1: a mutant survives, or fuzzing catches less "
                  "than nine of ten, or\nsomething is caught where there is no "
                  "mutant.\n\n") +
      kExitStatuses);
  return command;
}

int Main(std::vector<std::string> words) {
  // QEMU's arguments go to no parser but our own model of QEMU's.
  const auto separator = std::find(words.begin(), words.end(), "--");
  const bool separated = separator != words.end();
  std::vector<std::string> qemu_args;
  if (separated) {
    qemu_args.assign(separator + 1, words.end());
    words.erase(separator, words.end());
  }

  CLI::App app("Checks the memory maps that a QEMU command line gives.",
               "e820check");
  app.require_subcommand(1);
  app.set_version_flag("--version", "e820check " E820CHECK_VERSION);
  PredictOptions predict_options;
  DiffOptions diff_options;
  const CLI::App* predict = AddPredict(app, predict_options);
  AddDiff(app, diff_options);
  HuntOptions hunt_options;
  const CLI::App* hunt = AddHunt(app, hunt_options);
  MergeOptions merge_options;
  const CLI::App* merge = AddMerge(app, merge_options);
  RulesOptions rules_options;
  const CLI::App* rules = AddRules(app, rules_options);
  const CLI::App* laws = AddLaws(app);
  ZooOptions zoo_options;
  const CLI::App* zoo = AddZoo(app, zoo_options);
  try {
    std::reverse(words.begin(), words.end());
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }

  const auto refuse = [](const char* reason) {
    std::cerr << "e820check: " << reason << "\n";
    return kExitUsage;
  };
  if (laws->parsed()) {
    if (separated) return refuse("laws takes no QEMU arguments");
    return PrintLaws();
  }
  if (rules->parsed()) {
    if (separated) return refuse("rules takes no QEMU arguments");
    return PrintRules(rules_options);
  }
  if (merge->parsed()) {
    if (separated) return refuse("merge takes no QEMU arguments");
    return MergeFiles(merge_options);
  }
  if (zoo->parsed()) {
    if (separated) return refuse("zoo takes no QEMU arguments");
    return RunZoo(zoo_options);
  }
  if (hunt->parsed()) {
    if (separated) return refuse("hunt takes no QEMU arguments");
    return Hunt(hunt_options);
  }
  if (predict->parsed()) {
    if (!predict_options.batch.empty() && separated) {
      return refuse(
          "--batch takes its QEMU arguments from the file, not after --");
    }
    if (predict_options.batch.empty() && !separated) {
      return refuse(
          "predict needs -- and QEMU's arguments after it, or --batch");
    }
    predict_options.args = std::move(qemu_args);
    return Predict(predict_options);
  }
  if (separated && qemu_args.empty()) {
    return refuse("no QEMU arguments after --");
  }
  const absl::StatusOr<Shard> shard = ParseShard(diff_options.shard_text);
  if (!shard.ok()) return refuse("--shard needs I/N with I < N");
  diff_options.shard = *shard;
  if (!diff_options.report_file.empty() && !diff_options.keep_going) {
    return refuse("--report needs --keep-going: shards add up only if whole");
  }
  diff_options.args = std::move(qemu_args);
  return Diff(diff_options);
}

}  // namespace
}  // namespace e820check

int main(int argc, char** argv) {
  return e820check::Main(std::vector<std::string>(argv + 1, argv + argc));
}
