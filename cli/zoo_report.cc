// SPDX-License-Identifier: Apache-2.0

#include "cli/zoo_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "cli/pages.h"
#include "nlohmann/json.hpp"

namespace e820check {
namespace {

// As ZooRow in words.
constexpr absl::string_view kColumns[] = {
    "mutant", "class", "like",      "caught by", "after cases",
    "ms",     "law",   "fuzz runs", "fuzz ms"};
constexpr size_t kFuzzColumns = 2;

size_t ColumnCount(const ZooReport& report) {
  return std::size(kColumns) -
         (CountCaughtByFuzzing(report).has_value() ? 0 : kFuzzColumns);
}

std::string Milliseconds(absl::Duration duration) {
  return absl::StrFormat("%.1f", absl::ToDoubleMilliseconds(duration));
}

std::string CaughtBy(const Detection& caught) {
  if (caught.empty()) return "nothing";
  return caught.difference.empty() ? absl::StrCat("law ", caught.law)
                                   : caught.difference;
}

// "e820.no-overlap" of "law e820.no-overlap".
std::string LawOf(const Detection& caught) {
  constexpr absl::string_view kPrefix = "law ";
  return caught.law.rfind(kPrefix.data(), 0) == 0
             ? caught.law.substr(kPrefix.size())
             : caught.law;
}

std::vector<std::string> Cells(const ZooRow& row) {
  const Score& score = row.score;
  std::vector<std::string> cells = {std::string(row.mutant.id),
                                    std::string(row.mutant.classes),
                                    std::string(row.mutant.sources),
                                    CaughtBy(score.caught),
                                    absl::StrCat(score.cases),
                                    Milliseconds(score.needed),
                                    LawOf(score.caught)};
  if (row.fuzzed) {
    cells.push_back(row.fuzzed->caught ? absl::StrCat(row.fuzzed->runs)
                                       : "not caught");
    cells.push_back(Milliseconds(row.fuzzed->needed));
  }
  return cells;
}

std::string Summary(const ZooReport& report) {
  std::string summary = absl::StrFormat(
      "%d of %d mutants caught", CountCaught(report), report.rows.size());
  if (const auto by_fuzzing = CountCaughtByFuzzing(report)) {
    absl::StrAppendFormat(&summary, ", %d by fuzzing", *by_fuzzing);
  }
  absl::StrAppendFormat(&summary, "; without a mutant, %s",
                        !report.controls_were_run ? "not tried"
                        : report.caught_in_controls.empty()
                            ? "nothing"
                            : absl::StrJoin(report.caught_in_controls, ", "));
  absl::StrAppendFormat(&summary, "\nseed %d, at most %d cases each",
                        report.seed, report.cases);
  return summary;
}

std::string Text(const ZooReport& report) {
  constexpr size_t kWidth = 80;
  std::string text = absl::StrFormat("%-37s %-9s %6s %7s  %s\n", "mutant",
                                     "class", "cases", "ms", "caught by");
  for (const ZooRow& row : report.rows) {
    const std::string by = CaughtBy(row.score.caught);
    std::string line = absl::StrFormat("%-37s %-9s %6d %7s  %s", row.mutant.id,
                                       row.mutant.classes, row.score.cases,
                                       Milliseconds(row.score.needed), by);
    if (line.size() > kWidth) {
      line.resize(kWidth - 3);
      line += "...";
    }
    absl::StrAppend(&text, line, "\n");
  }
  return absl::StrCat(text, Summary(report), "\n");
}

// Of long texts of refusal, the start says which it is.
std::string Shortened(const std::string& text) {
  constexpr size_t kMost = 72;
  return text.size() <= kMost ? text
                              : absl::StrCat(text.substr(0, kMost - 3), "...");
}

// What caught mutants, with their ids, in the order of the first of each.
std::vector<std::pair<std::string, std::string>> MutantsByCatch(
    const ZooReport& report) {
  std::vector<std::pair<std::string, std::string>> groups;
  for (const ZooRow& row : report.rows) {
    const std::string by = Shortened(CaughtBy(row.score.caught));
    const auto group =
        std::find_if(groups.begin(), groups.end(),
                     [&](const auto& known) { return known.first == by; });
    if (group == groups.end()) {
      groups.emplace_back(by, row.mutant.id);
    } else {
      absl::StrAppend(&group->second, ", ", row.mutant.id);
    }
  }
  return groups;
}

// The page doc/generated/zoo.md: without times and counts, which differ from
// run to run.
std::string Markdown(const ZooReport& report) {
  std::string text(R"(# The bug zoo

Mistakes that programs really made with memory maps, planted one at a time
around the code under test. `like` and `class` are those of [the list of real
bugs](../spec/bug-zoo.md) that the mutants were made from; `law` is the first
law that sees the mutant without any reference. `e820check zoo` says after how
many cases each was caught.

| mutant | class | like | law |
|---|---|---|---|
)");
  for (const ZooRow& row : report.rows) {
    absl::StrAppendFormat(&text, "| %s | %s | %s | %s |\n", row.mutant.id,
                          row.mutant.classes, row.mutant.sources,
                          LawOf(row.score.caught));
  }
  absl::StrAppend(&text, R"(
## What caught them

The first difference from the reference, or the first law that was broken.
Numbers in texts are N.

)");
  for (const auto& [by, mutants] : MutantsByCatch(report)) {
    absl::StrAppend(&text, ListItem(absl::StrCat("`", by, "`: ", mutants)));
  }
  return text;
}

std::string Escaped(const std::string& text) {
  return absl::StrReplaceAll(text,
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

std::string Html(const ZooReport& report) {
  std::string rows;
  for (const ZooRow& row : report.rows) {
    absl::StrAppend(&rows,
                    row.score.caught.empty() ? "<tr class=survivor>" : "<tr>");
    for (const std::string& cell : Cells(row)) {
      absl::StrAppend(&rows, "<td>", Escaped(cell), "</td>");
    }
    absl::StrAppend(&rows, "</tr>\n");
  }
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n"
      "<title>e820check: the bug zoo</title>\n"
      "<style>body{font-family:sans-serif}td,th{padding:2px 8px;"
      "text-align:left}.survivor{background:#fbb}</style>\n<h1>The bug "
      "zoo</h1>\n<p>",
      Escaped(Summary(report)), "</p>\n<table>\n<tr><th>",
      absl::StrJoin(kColumns, kColumns + ColumnCount(report), "</th><th>"),
      "</th></tr>\n", rows, "</table>\n</html>\n");
}

std::string Json(const ZooReport& report) {
  nlohmann::ordered_json json;
  json["seed"] = report.seed;
  json["cases"] = report.cases;
  json["mutants"] = nlohmann::ordered_json::array();
  for (const ZooRow& row : report.rows) {
    nlohmann::ordered_json mutant;
    mutant["id"] = std::string(row.mutant.id);
    mutant["classes"] = std::string(row.mutant.classes);
    mutant["like"] = std::string(row.mutant.sources);
    mutant["caught"] = !row.score.caught.empty();
    mutant["difference"] = row.score.caught.difference;
    mutant["law"] = LawOf(row.score.caught);
    mutant["cases"] = row.score.cases;
    mutant["milliseconds"] = absl::ToDoubleMilliseconds(row.score.needed);
    if (row.fuzzed) {
      mutant["fuzzing"] = {
          {"caught", row.fuzzed->caught},
          {"runs", row.fuzzed->runs},
          {"milliseconds", absl::ToDoubleMilliseconds(row.fuzzed->needed)}};
    }
    json["mutants"].push_back(std::move(mutant));
  }
  json["controls_were_run"] = report.controls_were_run;
  json["caught_in_controls"] = report.caught_in_controls;
  // Refusals may echo bytes that are no UTF-8.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace

size_t CountCaught(const ZooReport& report) {
  return std::count_if(
      report.rows.begin(), report.rows.end(),
      [](const ZooRow& row) { return !row.score.caught.empty(); });
}

std::optional<size_t> CountCaughtByFuzzing(const ZooReport& report) {
  const bool fuzzed =
      std::any_of(report.rows.begin(), report.rows.end(),
                  [](const ZooRow& row) { return row.fuzzed.has_value(); });
  if (!fuzzed) return std::nullopt;
  return std::count_if(
      report.rows.begin(), report.rows.end(),
      [](const ZooRow& row) { return row.fuzzed && row.fuzzed->caught; });
}

std::string Print(const ZooReport& report, ZooFormat format) {
  switch (format) {
    case ZooFormat::kText:
      return Text(report);
    case ZooFormat::kMarkdown:
      return Markdown(report);
    case ZooFormat::kHtml:
      return Html(report);
    case ZooFormat::kJson:
      return Json(report);
  }
  return "";
}

}  // namespace e820check
