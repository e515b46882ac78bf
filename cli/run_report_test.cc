// SPDX-License-Identifier: Apache-2.0

#include "search/run_report.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/command_status.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

RunReport ReadReport(const std::string& path) {
  std::ifstream file(path);
  auto report =
      ReportFromJson(nlohmann::ordered_json::parse(file, nullptr, false));
  EXPECT_TRUE(report.ok()) << report.status();
  return report.value_or(RunReport{});
}

// A diff that finds many defects, and is a second's work.
RunReport Diff(const std::string& shard) {
  const std::string path =
      absl::StrCat(testing::TempDir(), "report-", getpid(), ".json");
  const int status = std::system(
      absl::StrCat(E820CHECK_BINARY_DIR,
                   "/e820check diff --left reference --right memmap-v5 "
                   "--dialect memmap-type --keep-going --cases 2003 --seed 7 "
                   "--shard ",
                   shard, " --report ", path, " >/dev/null")
          .c_str());
  EXPECT_EQ(WEXITSTATUS(status), kExitNo);
  return ReadReport(path);
}

// All but how long it took.
nlohmann::ordered_json Counted(RunReport report) {
  report.seconds = 0;
  return ReportToJson(report);
}

TEST(RunReportTest, ShardsAddUpToTheWhole) {
  const RunReport whole = Diff("0/1");
  EXPECT_EQ(whole.tally.cases, 2003u);
  EXPECT_GT(whole.tally.Count(Verdict::kDisagree), 10u);
  EXPECT_GT(whole.first_sights.size(), 5u);
  const std::vector<RunReport> shards = {Diff("2/3"), Diff("0/3"), Diff("1/3")};
  const auto merged = MergeReports(shards);
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(Counted(*merged), Counted(whole));
}

RunReport Small(uint64_t index) {
  RunReport report;
  report.cases = 4;
  report.shard = {index, 2};
  report.tally.cases = 2;
  return report;
}

TEST(RunReportTest, RefusesWhatIsNotOneWholeRun) {
  EXPECT_TRUE(MergeReports({Small(0), Small(1)}).ok());
  EXPECT_FALSE(MergeReports({}).ok());
  EXPECT_FALSE(MergeReports({Small(0)}).ok());
  EXPECT_FALSE(MergeReports({Small(0), Small(0)}).ok());
  RunReport other = Small(1);
  other.seed = 2;
  EXPECT_FALSE(MergeReports({Small(0), other}).ok());
  RunReport interrupted = Small(1);
  interrupted.tally.cases = 1;
  EXPECT_FALSE(MergeReports({Small(0), interrupted}).ok());
}

TEST(RunReportTest, RefusesWhatIsNoReport) {
  const nlohmann::ordered_json good = ReportToJson(Small(0));
  EXPECT_TRUE(ReportFromJson(good).ok());
  for (const auto& [key, value] : good.items()) {
    nlohmann::ordered_json bad = good;
    bad.erase(key);
    EXPECT_FALSE(ReportFromJson(bad).ok()) << key;
  }
  EXPECT_FALSE(ReportFromJson(7).ok());
}

TEST(RunReportTest, ShardsAreWritten) {
  const auto shard = ParseShard("3/4");
  ASSERT_TRUE(shard.ok());
  EXPECT_EQ(*shard, (Shard{3, 4}));
  for (const char* text : {"", "1", "4/4", "-1/4", "0/0", "1/2/3", "0/4097"}) {
    EXPECT_FALSE(ParseShard(text).ok()) << text;
  }
}

}  // namespace
}  // namespace e820check
