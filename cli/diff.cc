// SPDX-License-Identifier: Apache-2.0

#include "cli/diff.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "machine/describe.h"
#include "options/format.h"
#include "options/shell.h"
#include "properties/generate/choices.h"
#include "properties/generate/command_line_generator.h"
#include "properties/judge/judgement.h"
#include "properties/shrink/shrink.h"
#include "properties/shrink/shrink_machine.h"
#include "search/interrupt.h"
#include "search/runner.h"

namespace e820check {
namespace {

// Enough to shrink any generated command line against a real QEMU in a minute.
constexpr int kMostShrinkRuns = 1000;
// Each may last until a system's deadline.
constexpr int kMostShrinkRunsOfHang = 5;

using Clock = std::chrono::steady_clock;

struct Pair {
  std::unique_ptr<System> left;
  std::unique_ptr<System> right;
  CommandLineContext context;

  // Of the QEMU that takes part.
  std::string nearest_to() const {
    const std::string text = left->nearest_to();
    return text.empty() ? right->nearest_to() : text;
  }

  Judgement Judge(std::vector<std::string> args) const {
    return e820check::Judge(*left, *right,
                            MakeQuestion(std::move(args), context));
  }
};

absl::StatusOr<Pair> MakePair(const DiffOptions& options) {
  absl::StatusOr<std::unique_ptr<System>> left =
      MakeSystem(options.left, options.others);
  if (!left.ok()) return left.status();
  absl::StatusOr<std::unique_ptr<System>> right =
      MakeSystem(options.right, options.others);
  if (!right.ok()) return right.status();
  Pair pair{*std::move(left), *std::move(right), {}};
  pair.context.dialect = options.dialect;
  pair.context.read_file = ReadHostFile;
  std::optional<QemuVersion> version = options.qemu_version;
  if (!version) version = pair.left->version();
  if (!version) version = pair.right->version();
  if (!version) version = ImpliedVersion(options.args, pair.context);
  pair.context.qemu_version = *version;
  return pair;
}

std::vector<std::string> MakeCase(uint64_t seed, uint64_t index,
                                  const CommandLineContext& context) {
  SeededChoices choices = ChoicesOfCase({.seed = seed, .index = index});
  GeneratorPolicy policy;
  policy.qemu_version = context.qemu_version;
  policy.dialect = context.dialect;
  return GenerateCommandLine(choices, policy);
}

// Unless it is to keep going, ends with the first disagreement.
class Run {
 public:
  Run(const Pair& pair, const DiffOptions& options)
      : pair_(pair), options_(options) {
    report_.left = pair.left->name();
    report_.right = pair.right->name();
    report_.qemu_version = pair.context.qemu_version;
    report_.nearest_to = pair.nearest_to();
    report_.dialect = pair.context.dialect;
    report_.seed = options.seed;
    report_.cases = options.cases;
    report_.shard = options.shard;
  }

  // ResourceExhausted if the host did not let the run go on.
  absl::Status Execute() {
    const Clock::time_point start = Clock::now();
    Runner<Judgement> runner(
        CasesOf(report_), [this](uint64_t i, uint32_t) { return JudgeCase(i); },
        [this](uint64_t i, const Judgement& done) { return Count(i, done); });
    absl::Status status = runner.Run(ThreadsFor(options_.jobs));
    progress_.Clear();
    report_.seconds =
        std::chrono::duration<double>(Clock::now() - start).count();
    return status;
  }

  const RunReport& report() const { return report_; }

 private:
  uint64_t IndexOf(uint64_t i) const {
    return options_.shard.index + i * options_.shard.count;
  }

  Judgement JudgeCase(uint64_t i) const {
    Judgement judgement =
        pair_.Judge(MakeCase(options_.seed, IndexOf(i), pair_.context));
    // Two answers are done with, and would wait in memory to be counted.
    if (judgement.none() == nullptr) {
      judgement.expected.reset();
      judgement.actual.reset();
    }
    return judgement;
  }

  bool Count(uint64_t i, const Judgement& judgement) {
    report_.tally.Add(judgement);
    progress_.Show([this] { return StatusLine(); });
    if (judgement.verdict != Verdict::kDisagree) return true;
    for (size_t place = 0; place < judgement.defects.size(); ++place) {
      report_.first_sights.try_emplace(
          judgement.defects[place].id,
          FirstSight{.index = IndexOf(i), .place = place});
    }
    return options_.keep_going;
  }

  std::string StatusLine() const {
    return absl::StrFormat("%d of %d cases, %d refused, %d disagree",
                           report_.tally.cases, CasesOf(report_),
                           report_.tally.Count(Verdict::kRefused),
                           report_.tally.Count(Verdict::kDisagree));
  }

  const Pair& pair_;
  const DiffOptions& options_;
  Progress progress_;
  RunReport report_;
};

std::string ReplayLine(const DiffOptions& options, const Pair& pair,
                       const std::vector<std::string>& args) {
  std::string line =
      absl::StrCat("e820check diff --left ", ShellQuote(options.left),
                   " --right ", ShellQuote(options.right));
  if (options.others == OtherReleases::kTakenForTheNearest) {
    line += " --nearest";
  } else {
    absl::StrAppend(&line, " --qemu-version ",
                    ToString(pair.context.qemu_version));
  }
  if (options.dialect != Dialect::kStock) {
    absl::StrAppend(&line, " --dialect ", ToString(options.dialect));
  }
  return absl::StrCat(line, " -- ", ShellJoin(args));
}

void PrintAnswer(absl::string_view title, const System& system,
                 const std::optional<Reply>& reply) {
  std::cout << "\n" << title << " (" << system.name() << ")\n";
  if (!reply) {
    std::cout << "was not asked\n";
    return;
  }
  if (!reply->ok()) {
    std::cout << "no answer, " << ToString(reply->none().kind) << ": "
              << Describe(reply->none()) << "\n";
    return;
  }
  const Answer& answer = **reply;
  for (const std::string& warning : answer.warnings) {
    std::cout << warning << "\n";
  }
  if (const auto* rejection = std::get_if<Rejection>(&answer.outcome)) {
    std::cout << "refused: " << rejection->text << "\n";
  } else {
    std::cout << Describe(std::get<GuestLayout>(answer.outcome));
  }
}

// A command line and what it came to.
struct JudgedCase {
  std::vector<std::string> args;
  Judgement judgement;
};

// With `wanted`, the defect that the command line was shrunk to show, first;
// empty: all are as good.
void PrintDisagreement(const Pair& pair, const DiffOptions& options,
                       const JudgedCase& judged, absl::string_view wanted) {
  std::cout << "\nfirst divergence: " << Describe(judged.judgement) << "\n";
  std::vector<Defect> defects = judged.judgement.defects;
  std::stable_partition(
      defects.begin(), defects.end(),
      [wanted](const Defect& defect) { return defect.id == wanted; });
  for (const Defect& defect : defects) {
    std::cout << "\ndefect: " << defect.id << "\n  " << defect.detail
              << "\n  breaks: " << defect.breaks << "\n";
  }
  PrintAnswer("expected", *pair.left, judged.judgement.expected);
  PrintAnswer("actual", *pair.right, judged.judgement.actual);
  std::cout << "\nreplay: " << ReplayLine(options, pair, judged.args) << "\n";
}

bool Shows(const Judgement& judgement, absl::string_view defect_id) {
  return std::any_of(
      judgement.defects.begin(), judgement.defects.end(),
      [defect_id](const Defect& defect) { return defect.id == defect_id; });
}

// First as a machine, so that memory keeps adding up, then as text.
JudgedCase ShrinkCase(const Pair& pair, std::vector<std::string> args,
                      absl::string_view defect_id) {
  JudgedCase least{.args = args, .judgement = pair.Judge(args)};
  const auto still_fails = [&](const std::vector<std::string>& candidate) {
    if (Interrupted()) return false;
    Judgement judgement = pair.Judge(candidate);
    if (judgement.verdict != Verdict::kDisagree ||
        !Shows(judgement, defect_id)) {
      return false;
    }
    least = {.args = candidate, .judgement = std::move(judgement)};
    return true;
  };
  const int most_runs = defect_id == ToString(NoAnswer::Kind::kHang)
                            ? kMostShrinkRunsOfHang
                            : kMostShrinkRuns;
  const Question question = MakeQuestion(args, pair.context);
  const MachineOptions* machine = OptionsOf(question);
  if (machine != nullptr && still_fails(Format(*machine))) {
    args = Format(ShrinkMachine(
        *machine,
        [&](const MachineOptions& smaller) {
          return still_fails(Format(smaller));
        },
        most_runs));
  }
  Shrink(args, still_fails, most_runs);
  return least;
}

CommandStatus DiffOne(const Pair& pair, const DiffOptions& options) {
  if (const std::string own = pair.nearest_to(); !own.empty()) {
    std::cout << "rules of QEMU " << ReleaseText(pair.context.qemu_version, own)
              << "\n";
  }
  const JudgedCase judged{.args = options.args,
                          .judgement = pair.Judge(options.args)};
  const Judgement& judgement = judged.judgement;
  switch (judgement.verdict) {
    case Verdict::kAccepted:
      std::cout << "agree: both accept, with equal tables\n";
      for (const absl::string_view id : judgement.quirks) {
        std::cout << "excused by the quirk ledger: " << id << "\n";
      }
      return kExitOk;
    case Verdict::kRefused:
      std::cout << "agree: both refuse in the same words\n";
      return kExitOk;
    case Verdict::kKnownCrash:
      std::cout << Describe(judgement)
                << "\nexcused by the quirk ledger: " << judgement.quirks.front()
                << "\n";
      return kExitOk;
    case Verdict::kDisagree:
      PrintDisagreement(pair, options, judged, "");
      return kExitNo;
    default:
      return Complain(StatusOf(judgement.none()->kind), Describe(judgement));
  }
}

// The first disagreement, or the first of every defect, made small.
void PrintFindings(const Pair& pair, const DiffOptions& options,
                   const RunReport& report) {
  std::map<FirstSight, std::string> findings;
  for (const auto& [id, sight] : report.first_sights) findings[sight] = id;
  if (!options.keep_going && findings.size() > 1) {
    findings.erase(std::next(findings.begin()), findings.end());
  }
  for (const auto& [sight, id] : findings) {
    std::vector<std::string> args =
        MakeCase(options.seed, sight.index, pair.context);
    std::cout << "\ncase " << sight.index << ": " << ShellJoin(args) << "\n"
              << std::flush;
    PrintDisagreement(pair, options, ShrinkCase(pair, std::move(args), id), id);
  }
}

CommandStatus DiffMany(const Pair& pair, const DiffOptions& options) {
  RememberInterrupts();
  Run run(pair, options);
  const absl::Status status = run.Execute();
  PrintReport(run.report());
  if (!options.report_file.empty()) {
    std::ofstream file(options.report_file);
    // What somebody else said need not be UTF-8.
    const std::string text =
        ReportToJson(run.report())
            .dump(1, ' ', false,
                  nlohmann::ordered_json::error_handler_t::replace);
    if (!(file << text << "\n").flush()) {
      return Complain(kExitHost,
                      absl::StrCat(options.report_file, ": cannot be written"));
    }
  }
  PrintFindings(pair, options, run.report());
  if (Interrupted()) return Complain(InterruptedStatus(), "interrupted");
  if (!status.ok()) return Complain(kExitHost, status.message());
  return StatusOfPrintedRun(run.report().tally);
}

}  // namespace

CommandStatus Diff(const DiffOptions& options) {
  const absl::StatusOr<Pair> pair = MakePair(options);
  if (!pair.ok()) {
    return Complain(StatusOfStart(pair.status()), pair.status().message());
  }
  return options.args.empty() ? DiffMany(*pair, options)
                              : DiffOne(*pair, options);
}

}  // namespace e820check
