// SPDX-License-Identifier: Apache-2.0

#include "cli/zoo_report.h"

#include <string>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace e820check {
namespace {

using testing::HasSubstr;

// One caught, one that survives.
ZooReport TwoMutants() {
  ZooReport report = {.seed = 7, .cases = 100};
  report.controls_were_run = true;
  report.rows.push_back(
      {.mutant = {.id = "first", .classes = "OVL SPM", .sources = "Z01"},
       .score = {.caught = {.difference = "e820 <order>",
                            .law = "law e820.no-overlap"},
                 .cases = 3,
                 .needed = absl::Milliseconds(2)}});
  report.rows.push_back(
      {.mutant = {.id = "second", .classes = "INC", .sources = "Z15"},
       .score = {
           .caught = {}, .cases = 100, .needed = absl::Milliseconds(40)}});
  return report;
}

TEST(ZooReport, TextHasALineForEachAndTheSum) {
  const std::string text = Print(TwoMutants(), ZooFormat::kText);
  EXPECT_THAT(text, HasSubstr("first "));
  EXPECT_THAT(text, HasSubstr("     3     2.0  e820 <order>\n"));
  EXPECT_THAT(text, HasSubstr("   100    40.0  nothing\n"));
  EXPECT_THAT(text, HasSubstr("1 of 2 mutants caught; without a mutant, "
                              "nothing\nseed 7, at most 100 cases each\n"));
}

TEST(ZooReport, ControlsThatWereNotRunShowNothing) {
  ZooReport report = TwoMutants();
  report.controls_were_run = false;
  EXPECT_THAT(Print(report, ZooFormat::kText),
              HasSubstr("; without a mutant, not tried\n"));
}

TEST(ZooReport, TextFitsATerminal) {
  ZooReport report = TwoMutants();
  report.rows[0].score.caught.difference = std::string(200, 'x');
  const std::string text = Print(report, ZooFormat::kText);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    EXPECT_LE(line.size(), 80u) << line;
  }
}

TEST(ZooReport, MarkdownHasNothingThatDiffersFromRunToRun) {
  ZooReport report = TwoMutants();
  const std::string page = Print(report, ZooFormat::kMarkdown);
  EXPECT_THAT(page, HasSubstr("| first | OVL SPM | Z01 | e820.no-overlap |\n"
                              "| second | INC | Z15 |  |\n"));
  EXPECT_THAT(page, HasSubstr("- `e820 <order>`: first\n"
                              "- `nothing`: second\n"));
  for (ZooRow& row : report.rows) {
    row.score.needed *= 2;
    row.fuzzed =
        FuzzScore{.caught = true, .runs = 12, .needed = absl::Seconds(1)};
  }
  EXPECT_EQ(Print(report, ZooFormat::kMarkdown), page);
}

TEST(ZooReport, MarkdownShortensTextsAndGroupsByThem) {
  ZooReport report = TwoMutants();
  for (ZooRow& row : report.rows) {
    row.score.caught.difference = std::string(200, 'x');
  }
  EXPECT_THAT(
      Print(report, ZooFormat::kMarkdown),
      HasSubstr("- `" + std::string(69, 'x') + "...`:\n  first, second\n"));
}

// With --fuzzer, what the other formats add.
TEST(ZooReport, HtmlHasTheRunsOfTheFuzzer) {
  ZooReport report = TwoMutants();
  for (ZooRow& row : report.rows) {
    row.fuzzed = FuzzScore{.caught = row.mutant.id == "first",
                           .runs = 12,
                           .needed = absl::Seconds(1)};
  }
  const std::string html = Print(report, ZooFormat::kHtml);
  EXPECT_THAT(html, HasSubstr("<td>12</td><td>1000.0</td>"));
  EXPECT_THAT(html, HasSubstr("<td>not caught</td><td>1000.0</td>"));
  EXPECT_THAT(html, HasSubstr("1 of 2 mutants caught, 1 by fuzzing"));
}

TEST(ZooReport, HtmlEscapesAndMarksSurvivors) {
  const std::string html = Print(TwoMutants(), ZooFormat::kHtml);
  EXPECT_THAT(html, HasSubstr("<td>e820 &lt;order&gt;</td>"));
  EXPECT_THAT(html, HasSubstr("<tr class=survivor><td>second</td>"));
}

TEST(ZooReport, JsonSaysTheSame) {
  ZooReport report = TwoMutants();
  report.caught_in_controls = {"e820 order"};
  const auto json = nlohmann::json::parse(Print(report, ZooFormat::kJson));
  EXPECT_EQ(json["mutants"][0]["caught"], true);
  EXPECT_EQ(json["mutants"][0]["law"], "e820.no-overlap");
  EXPECT_EQ(json["mutants"][1]["caught"], false);
  EXPECT_EQ(json["caught_in_controls"][0], "e820 order");
}

}  // namespace
}  // namespace e820check
