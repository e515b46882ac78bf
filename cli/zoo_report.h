// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_ZOO_REPORT_H_
#define E820CHECK_CLI_ZOO_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "properties/zoo/mutant.h"
#include "properties/zoo/trial.h"

namespace e820check {

enum class ZooFormat { kText, kMarkdown, kHtml, kJson };

struct ZooRow {
  Mutant mutant;
  Score score;
  std::optional<FuzzScore> fuzzed;  // absent: not asked for
};

struct ZooReport {
  uint64_t seed = 1;
  uint64_t cases = 0;        // at most, for each mutant and control
  std::vector<ZooRow> rows;  // in the order of AllMutants()
  // Of maps, layouts and readers without any mutant: "e820 order" ...
  std::vector<std::string> caught_in_controls;
  bool controls_were_run = false;
};

size_t CountCaught(const ZooReport& report);
// nullopt where no mutant was fuzzed.
std::optional<size_t> CountCaughtByFuzzing(const ZooReport& report);

// The scoreboard. Text is for a terminal: 80 columns, one line for a mutant.
// Markdown is the page doc/generated/zoo.md, the same for each run of a seed.
std::string Print(const ZooReport& report, ZooFormat format);

}  // namespace e820check

#endif  // E820CHECK_CLI_ZOO_REPORT_H_
