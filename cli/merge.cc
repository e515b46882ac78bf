// SPDX-License-Identifier: Apache-2.0

#include "cli/merge.h"

#include <iostream>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "search/run_report.h"
#include "systems/system.h"

namespace e820check {
namespace {

using nlohmann::ordered_json;

// A case that is not compared may have a reason of its own.
constexpr size_t kMostReportBytes = 256 << 20;

absl::StatusOr<RunReport> ReadReport(const std::string& name) {
  const absl::StatusOr<std::string> text =
      ReadHostFileUpTo(name, kMostReportBytes);
  if (!text.ok()) return text.status();
  const ordered_json json = ordered_json::parse(*text, nullptr, false);
  if (json.is_discarded()) return absl::InvalidArgumentError("no report");
  return ReportFromJson(json);
}

}  // namespace

CommandStatus MergeFiles(const MergeOptions& options) {
  std::vector<RunReport> reports;
  for (const std::string& name : options.files) {
    absl::StatusOr<RunReport> report = ReadReport(name);
    if (!report.ok()) {
      return Complain(
          absl::IsNotFound(report.status()) ? kExitMissing : kExitUsage,
          absl::StrCat(name, ": ", report.status().message()));
    }
    reports.push_back(*std::move(report));
  }
  const absl::StatusOr<RunReport> whole = MergeReports(reports);
  if (!whole.ok()) {
    return Complain(kExitUsage,
                    absl::StrCat("merge: ", whole.status().message()));
  }
  PrintReport(*whole);
  for (const auto& [id, sight] : whole->first_sights) {
    std::cout << "first in case " << sight.index << ", shown by shard "
              << sight.index % reports.front().shard.count << ": " << id
              << "\n";
  }
  return StatusOfPrintedRun(whole->tally);
}

}  // namespace e820check
