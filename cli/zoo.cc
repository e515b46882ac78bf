// SPDX-License-Identifier: Apache-2.0

#include "cli/zoo.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "properties/zoo/mutant.h"
#include "properties/zoo/trial.h"
#include "search/interrupt.h"
#include "search/runner.h"

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
      : options_(options), mutants_(mutants) {
    report_.seed = options.seed;
    report_.cases = options.cases;
  }

  // The first error of a fuzzer; ResourceExhausted if the host did not let the
  // run go on.
  absl::Status Execute() {
    using Row = absl::StatusOr<ZooRow>;
    absl::Status failure;
    Runner<Row> runner(
        mutants_.size(), [this](uint64_t i, uint32_t) { return Try(i); },
        [&](uint64_t, Row row) {
          failure = row.status();
          if (!row.ok()) return false;
          report_.rows.push_back(*std::move(row));
          progress_.Show([this] { return StatusLine(); });
          return true;
        });
    absl::Status status = runner.Run(ThreadsFor(options_.jobs));
    progress_.Clear();
    if (!failure.ok()) return failure;
    if (status.ok()) RunControls();
    return status;
  }

  const ZooReport& report() const { return report_; }

 private:
  absl::StatusOr<ZooRow> Try(size_t i) const {
    ZooRow row{.mutant = mutants_[i]};
    row.score = TryMutant(row.mutant, trial());
    if (options_.fuzzer.empty()) return row;
    absl::StatusOr<FuzzScore> fuzzed = Fuzz(row.mutant, options_);
    if (!fuzzed.ok()) return fuzzed.status();
    row.fuzzed = *fuzzed;
    return row;
  }

  std::string StatusLine() const {
    return absl::StrCat(report_.rows.size(), " of ", mutants_.size(),
                        " mutants, ", report_.rows.back().mutant.id);
  }

  // One for each kind of case.
  void RunControls() {
    for (const auto& kind : {MapMutants(), LayoutMutants(), ReaderMutants()}) {
      if (Interrupted()) return;
      const Detection caught = TryControl(kind.front(), trial()).caught;
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
  const std::vector<Mutant>& mutants_;
  Progress progress_;
  ZooReport report_;
};

}  // namespace

CommandStatus RunZoo(const ZooOptions& options) {
  const absl::StatusOr<std::vector<Mutant>> mutants = Chosen(options.mutants);
  if (!mutants.ok()) return Complain(kExitUsage, mutants.status().message());
  if (std::error_code error;
      !options.fuzzer.empty() && !fs::exists(options.fuzzer, error)) {
    return Complain(kExitMissing,
                    absl::StrCat("--fuzzer: there is no ", options.fuzzer));
  }
  RememberInterrupts();
  ZooRun run(options, *mutants);
  const absl::Status status = run.Execute();
  if (!status.ok()) return Complain(StatusOfStart(status), status.message());
  const ZooReport& report = run.report();
  std::cout << Print(report, options.format);
  if (Interrupted()) {
    return Complain(InterruptedStatus(), "interrupted; what was done is above");
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
