// SPDX-License-Identifier: Apache-2.0

#include "cli/merge.h"

#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "search/run_report.h"

namespace e820check {

using nlohmann::ordered_json;

CommandStatus MergeFiles(const MergeOptions& options) {
  std::vector<RunReport> reports;
  const auto refuse = [](const std::string& file, absl::string_view why) {
    std::cerr << "e820check: " << file << ": " << why << "\n";
    return kExitUsage;
  };
  for (const std::string& name : options.files) {
    std::ifstream file(name);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const ordered_json json = ordered_json::parse(text, nullptr, false);
    if (!file || json.is_discarded()) return refuse(name, "no report");
    absl::StatusOr<RunReport> report = ReportFromJson(json);
    if (!report.ok()) return refuse(name, report.status().message());
    reports.push_back(*std::move(report));
  }
  const absl::StatusOr<RunReport> whole = MergeReports(reports);
  if (!whole.ok()) return refuse("merge", whole.status().message());
  PrintReport(*whole);
  for (const auto& [id, sight] : whole->first_sights) {
    std::cout << "first in case " << sight.index << ", shown by shard "
              << sight.index % reports.front().shard.count << ": " << id
              << "\n";
  }
  return whole->tally.Count(Verdict::kDisagree) > 0 ? kExitNo : kExitOk;
}

}  // namespace e820check
