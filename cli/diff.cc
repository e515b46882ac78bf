// SPDX-License-Identifier: Apache-2.0

#include "cli/diff.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "machine/describe.h"
#include "options/format.h"
#include "options/shell.h"
#include "properties/generate/choices.h"
#include "properties/generate/command_line_generator.h"
#include "properties/judge/comparison.h"
#include "properties/shrink/shrink.h"
#include "properties/shrink/shrink_machine.h"
#include "search/interrupt.h"
#include "systems/subject/failure.h"

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

  Comparison Compare(std::vector<std::string> args) const {
    return e820check::Compare(*left, *right,
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

// Live counts on a terminal; silent elsewhere.
class Progress {
 public:
  explicit Progress(uint64_t cases)
      : cases_(cases), on_terminal_(isatty(STDERR_FILENO) != 0) {}

  void Show(const Tally& tally) {
    const Clock::time_point now = Clock::now();
    if (!on_terminal_ || now - shown_ < std::chrono::milliseconds(200)) return;
    shown_ = now;
    absl::FPrintF(stderr, "\r%d of %d cases, %d refused, %d disagree ",
                  tally.cases, cases_, tally.Count(Verdict::kRefused),
                  tally.Count(Verdict::kDisagree));
  }

  void Clear() const {
    if (on_terminal_) absl::FPrintF(stderr, "\r%70s\r", "");
  }

 private:
  uint64_t cases_;
  bool on_terminal_;
  Clock::time_point shown_;
};

// Unless it is to keep going, stops handing out cases at the first
// disagreement; those already begun are finished, so the lowest index is found
// whatever the number of jobs.
class Run {
 public:
  Run(const Pair& pair, const DiffOptions& options)
      : pair_(pair),
        options_(options),
        progress_(options.cases),
        next_(options.shard.index) {
    report_.left = pair.left->name();
    report_.right = pair.right->name();
    report_.qemu_version = pair.context.qemu_version;
    report_.nearest_to = pair.nearest_to();
    report_.dialect = pair.context.dialect;
    report_.seed = options.seed;
    report_.cases = options.cases;
    report_.shard = options.shard;
  }

  RunReport Execute() {
    const Clock::time_point start = Clock::now();
    uint32_t jobs = options_.jobs;
    if (jobs == 0) jobs = std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::thread> workers;
    for (uint32_t i = 1; i < jobs; ++i) {
      workers.emplace_back([this] { Work(); });
    }
    Work();
    for (std::thread& worker : workers) worker.join();
    progress_.Clear();
    report_.seconds =
        std::chrono::duration<double>(Clock::now() - start).count();
    return report_;
  }

 private:
  void Work() {
    while (!stop_ && !Interrupted()) {
      const uint64_t index = next_.fetch_add(options_.shard.count);
      if (index >= options_.cases) return;
      const Comparison comparison =
          pair_.Compare(MakeCase(options_.seed, index, pair_.context));
      // A child that got the same Ctrl-C died of it: no finding.
      if (Interrupted()) return;
      const std::lock_guard<std::mutex> lock(mutex_);
      report_.tally.Add(comparison);
      progress_.Show(report_.tally);
      if (comparison.verdict != Verdict::kDisagree) continue;
      if (!options_.keep_going) stop_ = true;
      for (size_t place = 0; place < comparison.defects.size(); ++place) {
        const FirstSight sight{index, place};
        FirstSight& first =
            report_.first_sights
                .try_emplace(comparison.defects[place].id, sight)
                .first->second;
        first = std::min(first, sight);
      }
    }
  }

  const Pair& pair_;
  const DiffOptions& options_;
  Progress progress_;
  std::atomic<uint64_t> next_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  RunReport report_;  // guarded by mutex_ while workers run
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
                 const Question& question) {
  const absl::StatusOr<Answer> answer = system.Ask(question);
  std::cout << "\n" << title << " (" << system.name() << ")\n";
  if (!answer.ok()) {
    std::cout << "no answer: " << answer.status().message() << "\n";
    return;
  }
  for (const std::string& warning : answer->warnings) {
    std::cout << warning << "\n";
  }
  if (const auto* rejection = std::get_if<Rejection>(&answer->outcome)) {
    std::cout << "refused: " << rejection->text << "\n";
  } else {
    std::cout << Describe(std::get<GuestLayout>(answer->outcome));
  }
}

// With `wanted`, the defect that the command line was shrunk to show, first;
// empty: all are as good.
void PrintDisagreement(const Pair& pair, const DiffOptions& options,
                       const std::vector<std::string>& args,
                       absl::string_view wanted) {
  Comparison comparison = pair.Compare(args);
  const Question question = MakeQuestion(args, pair.context);
  std::cout << "\nfirst divergence: " << comparison.divergence << "\n";
  std::stable_partition(
      comparison.defects.begin(), comparison.defects.end(),
      [wanted](const Defect& defect) { return defect.id == wanted; });
  for (const Defect& defect : comparison.defects) {
    std::cout << "\ndefect: " << defect.id << "\n  " << defect.detail
              << "\n  breaks: " << defect.breaks << "\n";
  }
  PrintAnswer("expected", *pair.left, question);
  PrintAnswer("actual", *pair.right, question);
  std::cout << "\nreplay: " << ReplayLine(options, pair, args) << "\n";
}

bool Shows(const Comparison& comparison, absl::string_view defect_id) {
  return std::any_of(
      comparison.defects.begin(), comparison.defects.end(),
      [defect_id](const Defect& defect) { return defect.id == defect_id; });
}

// First as a machine, so that memory keeps adding up, then as text.
std::vector<std::string> ShrinkCase(const Pair& pair,
                                    std::vector<std::string> args,
                                    absl::string_view defect_id) {
  const auto still_fails = [&](const std::vector<std::string>& candidate) {
    if (Interrupted()) return false;
    const Comparison comparison = pair.Compare(candidate);
    return comparison.verdict == Verdict::kDisagree &&
           Shows(comparison, defect_id);
  };
  const int most_runs =
      defect_id == kHang ? kMostShrinkRunsOfHang : kMostShrinkRuns;
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
  return Shrink(std::move(args), still_fails, most_runs);
}

CommandStatus DiffOne(const Pair& pair, const DiffOptions& options) {
  if (const std::string own = pair.nearest_to(); !own.empty()) {
    std::cout << "rules of QEMU " << ReleaseText(pair.context.qemu_version, own)
              << "\n";
  }
  const Comparison comparison = pair.Compare(options.args);
  switch (comparison.verdict) {
    case Verdict::kAccepted:
      std::cout << "agree: both accept, with equal tables\n";
      for (const absl::string_view id : comparison.quirks) {
        std::cout << "excused by the quirk ledger: " << id << "\n";
      }
      return kExitOk;
    case Verdict::kRefused:
      std::cout << "agree: both refuse in the same words\n";
      return kExitOk;
    case Verdict::kKnownCrash:
      std::cout << comparison.divergence << "\nexcused by the quirk ledger: "
                << comparison.quirks.front() << "\n";
      return kExitOk;
    case Verdict::kDisagree:
      PrintDisagreement(pair, options, options.args, "");
      return kExitNo;
    case Verdict::kHostRefuses:
      std::cerr << "e820check: " << comparison.divergence << "\n";
      return kExitNoAnswer;
    case Verdict::kNotCovered:
    case Verdict::kLacking:
      std::cerr << "e820check: " << comparison.divergence << "\n";
      return kExitUsage;
  }
  return kExitNoAnswer;
}

CommandStatus DiffMany(const Pair& pair, const DiffOptions& options) {
  RememberInterrupts();
  const RunReport run = Run(pair, options).Execute();
  PrintReport(run);
  if (!options.report_file.empty()) {
    std::ofstream file(options.report_file);
    if (!(file << ReportToJson(run).dump(1) << "\n").flush()) {
      std::cerr << "e820check: " << options.report_file
                << ": cannot be written\n";
      return kExitUsage;
    }
  }
  std::map<FirstSight, std::string> findings;
  for (const auto& [id, sight] : run.first_sights) findings[sight] = id;
  if (!options.keep_going && findings.size() > 1) {
    findings.erase(std::next(findings.begin()), findings.end());
  }
  for (const auto& [sight, id] : findings) {
    std::vector<std::string> args =
        MakeCase(options.seed, sight.index, pair.context);
    std::cout << "\ncase " << sight.index << ": " << ShellJoin(args) << "\n"
              << std::flush;
    args = ShrinkCase(pair, std::move(args), id);
    PrintDisagreement(pair, options, args, id);
  }
  if (!findings.empty()) return kExitNo;
  if (Interrupted()) {
    std::cerr << "e820check: interrupted\n";
    return kExitInterrupted;
  }
  return kExitOk;
}

}  // namespace

CommandStatus Diff(const DiffOptions& options) {
  const absl::StatusOr<Pair> pair = MakePair(options);
  if (!pair.ok()) {
    std::cerr << "e820check: " << pair.status().message() << "\n";
    return absl::IsNotFound(pair.status()) ? kExitMissing : kExitUsage;
  }
  return options.args.empty() ? DiffMany(*pair, options)
                              : DiffOne(*pair, options);
}

}  // namespace e820check
