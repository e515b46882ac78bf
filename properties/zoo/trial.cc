// SPDX-License-Identifier: Apache-2.0

#include "properties/zoo/trial.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "systems/process/process.h"

namespace e820check {
namespace {

// Once a mutant is caught, how long to look for a law that sees it as well.
constexpr uint64_t kCasesForLaw = 2000;

// libFuzzer starts, reads the corpus and stops within this, beyond its time.
constexpr absl::Duration kFuzzerGrace = absl::Seconds(60);

Score Try(const Mutant& mutant, const Trial& trial,
          Detection (*judge)(const Mutant&, Choices&)) {
  Score score;
  const absl::Time start = absl::Now();
  while (score.cases < trial.cases && score.caught.empty()) {
    SeededChoices choices =
        ChoicesOfCase({.seed = trial.seed, .index = score.cases});
    score.caught = judge(mutant, choices);
    ++score.cases;
  }
  score.needed = absl::Now() - start;
  return score;
}

// The number after `name` in libFuzzer's final statistics.
uint64_t Statistic(absl::string_view log, absl::string_view name) {
  const size_t found = log.rfind(name);
  if (found == absl::string_view::npos) return 0;
  absl::string_view text = log.substr(found + name.size());
  text = text.substr(0, text.find('\n'));
  uint64_t number = 0;
  return absl::SimpleAtoi(text, &number) ? number : 0;
}

}  // namespace

Score TryMutant(const Mutant& mutant, const Trial& trial) {
  Score score = Try(mutant, trial, JudgeCase);
  if (score.caught.empty()) return score;
  for (uint64_t i = 0; i < kCasesForLaw && score.caught.law.empty(); ++i) {
    SeededChoices choices =
        ChoicesOfCase({.seed = trial.seed, .index = score.cases + i});
    score.caught.law = JudgeCase(mutant, choices).law;
  }
  return score;
}

Score TryControl(const Mutant& of_kind, const Trial& trial) {
  return Try(of_kind, trial, JudgeControl);
}

absl::StatusOr<FuzzScore> FuzzMutant(const Mutant& mutant,
                                     const FuzzTrial& trial) {
  ChildProcess::Command command;
  command.path = trial.target;
  command.arguments = {absl::StrCat("-max_total_time=", trial.seconds),
                       absl::StrCat("-seed=", trial.seed),
                       "-print_final_stats=1",
                       absl::StrCat("-artifact_prefix=", trial.scratch, "/"),
                       // New inputs go to the first folder.
                       trial.scratch};
  command.arguments.insert(command.arguments.end(), trial.corpora.begin(),
                           trial.corpora.end());
  command.default_environment = {absl::StrCat(kMutantVariable, "=", mutant.id)};
  command.stderr_cap_bytes = 16 << 20;

  const absl::Time start = absl::Now();
  auto process = ChildProcess::Spawn(command);
  if (!process.ok()) return process.status();
  process->CloseInput();
  const auto end = process->AwaitExit(
      DeadlineAfter(absl::Seconds(trial.seconds) + kFuzzerGrace));
  if (!end.ok()) return end.status();

  const std::string& log = process->error_output();
  FuzzScore score;
  score.needed = absl::Now() - start;
  score.runs = Statistic(log, "stat::number_of_executed_units:");
  score.caught = absl::StrContains(log, absl::StrCat(mutant.id, " caught by "));
  if (!score.caught && end->code != 0) {
    return absl::InternalError(absl::StrCat(
        trial.target, ": ", end->ToString(), "\n",
        log.substr(log.size() - std::min<size_t>(log.size(), 2000))));
  }
  return score;
}

}  // namespace e820check
