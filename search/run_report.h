// SPDX-License-Identifier: Apache-2.0

// What a run of many comparisons counted: printed, written to a file, and added
// up from the files of its shards.

#ifndef E820CHECK_SEARCH_RUN_REPORT_H_
#define E820CHECK_SEARCH_RUN_REPORT_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/machine_type.h"
#include "nlohmann/json.hpp"
#include "properties/judge/tally.h"

namespace e820check {

// Of `count` shards, shard `index` has the cases whose number leaves that rest.
struct Shard {
  uint64_t index = 0;
  uint64_t count = 1;

  friend bool operator==(const Shard&, const Shard&) = default;
};
// "0/4". InvalidArgument unless it is I/N with I < N <= 4096.
absl::StatusOr<Shard> ParseShard(absl::string_view text);

// Where a defect is first seen: in which case, as which of its defects.
struct FirstSight {
  uint64_t index = 0;
  size_t place = 0;

  // clang-tidy 14 takes the comparison with 0 in here for a null pointer.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const FirstSight&, const FirstSight&) = default;
};

struct RunReport {
  // Which run it is.
  std::string left;
  std::string right;
  QemuVersion qemu_version = kDefaultRelease;
  std::string nearest_to;  // as of System
  Dialect dialect = Dialect::kStock;
  uint64_t seed = 1;
  uint64_t cases = 0;  // of all shards
  Shard shard;

  Tally tally;
  std::map<std::string, FirstSight> first_sights;  // by the defect's id
  double seconds = 0;                              // of all shards, added up
};

// How many of the cases 0, 1, ... are the shard's.
uint64_t CasesOf(const RunReport& report);

void PrintReport(const RunReport& report);

nlohmann::ordered_json ReportToJson(const RunReport& report);
// InvalidArgument for what is no report.
absl::StatusOr<RunReport> ReportFromJson(const nlohmann::ordered_json& json);

// The report of the whole run, but for the seconds just what one process would
// have counted. InvalidArgument unless the reports are all shards of one run,
// each once and complete.
absl::StatusOr<RunReport> MergeReports(absl::Span<const RunReport> shards);

}  // namespace e820check

#endif  // E820CHECK_SEARCH_RUN_REPORT_H_
