// SPDX-License-Identifier: Apache-2.0

#include "cli/zoo.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <mutex>
#include <system_error>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "properties/zoo/mutant.h"
#include "properties/zoo/trial.h"
#include "search/interrupt.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<std::vector<Mutant>> Chosen(
    const std::vector<std::string>& ids) {
  const std::vector<Mutant> all = AllMutants();
  if (ids.empty()) return all;
  std::vector<Mutant> chosen;
  for (const std::string& id : ids) {
    const auto mutant = std::find_if(
        all.begin(), all.end(), [&](const Mutant& m) { return m.id == id; });
    if (mutant == all.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--mutant: there is no '", id, "'"));
    }
    chosen.push_back(*mutant);
  }
  return chosen;
}

// What a fuzzer writes for one mutant; removed with the object.
class Scratch {
 public:
  Scratch() {
    std::string path =
        (fs::temp_directory_path() / "e820check-XXXXXX").string();
    if (mkdtemp(path.data()) != nullptr) path_ = path;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

absl::StatusOr<FuzzScore> Fuzz(const Mutant& mutant,
                               const ZooOptions& options) {
  const Scratch scratch;
  if (scratch.path().empty()) {
    return absl::InternalError("no folder for what the fuzzer writes");
  }
  return FuzzMutant(mutant, {.target = options.fuzzer,
                             .corpora = options.corpora,
                             .scratch = scratch.path(),
                             .seed = options.seed,
                             .seconds = options.fuzz_seconds});
}

class ZooRun {
 public:
  ZooRun(const ZooOptions& options, const std::vector<Mutant>& mutants)
      : options_(options), on_terminal_(isatty(STDERR_FILENO) != 0) {
    report_.seed = options.seed;
    report_.cases = options.cases;
    for (const Mutant& mutant : mutants)
      report_.rows.push_back({.mutant = mutant});
  }

  void Execute() {
    uint32_t jobs = options_.jobs;
    if (jobs == 0) jobs = std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::thread> workers;
    for (uint32_t i = 1; i < jobs; ++i)
      workers.emplace_back([this] { Work(); });
    Work();
    for (std::thread& worker : workers) worker.join();
    if (on_terminal_) absl::FPrintF(stderr, "\r%70s\r", "");
    RunControls();
    // What Ctrl-C left out has no score.
    std::vector<ZooRow>& rows = report_.rows;
    rows.erase(
        std::remove_if(rows.begin(), rows.end(),
                       [](const ZooRow& row) { return row.score.cases == 0; }),
        rows.end());
  }

  const ZooReport& report() const { return report_; }
  const absl::Status& failure() const { return failure_; }

 private:
  void Work() {
    while (!Interrupted()) {
      const size_t i = next_++;
      if (i >= report_.rows.size()) return;
      ZooRow& row = report_.rows[i];
      row.score = TryMutant(row.mutant, trial());
      if (!options_.fuzzer.empty()) {
        const absl::StatusOr<FuzzScore> fuzzed = Fuzz(row.mutant, options_);
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!fuzzed.ok()) {
          failure_ = fuzzed.status();
          next_ = report_.rows.size();
          return;
        }
        row.fuzzed = *fuzzed;
      }
      ShowProgress(row);
    }
  }

  void ShowProgress(const ZooRow& row) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++done_;
    if (!on_terminal_) return;
    absl::FPrintF(stderr, "\r%d of %d mutants, %-40s", done_,
                  report_.rows.size(), row.mutant.id);
  }

  // One for each kind of case.
  void RunControls() {
    for (const auto& kind : {MapMutants(), LayoutMutants(), ReaderMutants()}) {
      if (Interrupted()) return;
      const Catch caught = TryControl(kind.front(), trial()).caught;
      if (caught.empty()) continue;
      report_.caught_in_controls.push_back(
          caught.difference.empty() ? caught.law : caught.difference);
    }
    report_.controls_were_run = true;
  }

  Trial trial() const {
    return {.seed = options_.seed, .cases = options_.cases};
  }

  const ZooOptions& options_;
  const bool on_terminal_;
  ZooReport report_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;  // of what follows, and of stderr
  size_t done_ = 0;
  absl::Status failure_;
};

}  // namespace

CommandStatus RunZoo(const ZooOptions& options) {
  const absl::StatusOr<std::vector<Mutant>> mutants = Chosen(options.mutants);
  if (!mutants.ok()) {
    std::cerr << "e820check: " << mutants.status().message() << "\n";
    return kExitUsage;
  }
  if (!options.fuzzer.empty() && !fs::exists(options.fuzzer)) {
    std::cerr << "e820check: --fuzzer: there is no " << options.fuzzer << "\n";
    return kExitMissing;
  }
  RememberInterrupts();
  ZooRun run(options, *mutants);
  run.Execute();
  if (!run.failure().ok()) {
    std::cerr << "e820check: " << run.failure().message() << "\n";
    return kExitNoAnswer;
  }
  const ZooReport& report = run.report();
  std::cout << Print(report, options.format);
  if (Interrupted()) {
    std::cerr << "e820check: interrupted; what was done is above\n";
    return kExitInterrupted;
  }
  const std::optional<size_t> by_fuzzing = CountCaughtByFuzzing(report);
  const bool enough_fuzzed =
      !by_fuzzing || *by_fuzzing * 10 >= report.rows.size() * 9;
  return CountCaught(report) == report.rows.size() && enough_fuzzed &&
                 report.caught_in_controls.empty()
             ? kExitOk
             : kExitNo;
}

}  // namespace e820check
