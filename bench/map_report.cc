// SPDX-License-Identifier: Apache-2.0

// map_report RESULTS.json [PLOT.svg PAGE.md]: what map_benchmark measured, as a
// table with one row for each operation and size: RangeTreeMap, the best peer,
// their ratio, and the target where there is one. Also, where asked for, as a
// plot of cost against size, and the table as the page doc/generated/bench.md.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"

namespace e820check {
namespace {

constexpr absl::string_view kOurs = "RangeTreeMap";

// Nanoseconds, or bytes of memory, by peer.
using Costs = std::map<std::string, double>;
// By operation and number of ranges.
using Results = std::map<std::string, std::map<size_t, Costs>>;

Results Read(const nlohmann::json& json) {
  Results results;
  std::set<std::string> has_median;
  const auto& benchmarks = json.at("benchmarks");
  for (const auto& entry : benchmarks) {
    if (entry.value("aggregate_name", "") == "median") {
      has_median.insert(entry.at("run_name").get<std::string>());
    }
  }
  for (const auto& entry : benchmarks) {
    const std::string run_name = entry.at("run_name").get<std::string>();
    const bool is_median = entry.value("aggregate_name", "") == "median";
    if (is_median != has_median.contains(run_name)) continue;
    const std::vector<std::string> parts = absl::StrSplit(run_name, '/');
    size_t ranges = 0;
    if (parts.size() < 3 || !absl::SimpleAtoi(parts[2], &ranges)) continue;
    const bool is_memory = entry.contains("bytes_per_range");
    results[parts[0]][ranges][parts[1]] =
        entry.at(is_memory ? "bytes_per_range" : "cpu_time").get<double>();
  }
  return results;
}

// ---- Targets ----

enum class Measure { kRatioToBest, kRatioToSortedVector, kCost };

struct Target {
  absl::string_view operation;
  size_t ranges;
  Measure measure;
  double at_most;
};

constexpr size_t k64k = 64 * 1024;
constexpr size_t k1M = 1024 * 1024;

constexpr Target kTargets[] = {
    {"random lookup", 128, Measure::kRatioToBest, 0.30},
    {"random lookup", 1024, Measure::kRatioToBest, 0.40},
    {"random lookup", k64k, Measure::kRatioToBest, 0.40},
    {"random lookup", k1M, Measure::kRatioToBest, 0.45},
    {"dependent lookup", 128, Measure::kRatioToBest, 0.60},
    {"dependent lookup", k1M, Measure::kRatioToBest, 0.60},
    {"batched lookup", k1M, Measure::kRatioToBest, 0.15},
    {"churn", 128, Measure::kRatioToSortedVector, 0.90},
    {"churn", 1024, Measure::kRatioToBest, 0.75},
    {"churn", k64k, Measure::kRatioToBest, 0.75},
    {"churn", k1M, Measure::kRatioToBest, 0.95},
    {"sum of type", k64k, Measure::kCost, 250},
    {"sum of type", k1M, Measure::kCost, 550},
    {"first gap", k64k, Measure::kCost, 500},
    {"equality", k1M, Measure::kCost, 1.2},
    {"clone", k1M, Measure::kCost, 1.5},
    {"memory", k64k, Measure::kCost, 24},
    {"memory", k1M, Measure::kCost, 24},
};

// What holds of every other operation and size.
constexpr double kSlowest = 1.2;
constexpr double kSlowestScan = 1.5;

Target TargetOf(absl::string_view operation, size_t ranges) {
  for (const Target& target : kTargets) {
    if (target.operation == operation && target.ranges == ranges) return target;
  }
  return {.operation = operation,
          .ranges = ranges,
          .measure = Measure::kRatioToBest,
          .at_most = operation == "full scan" ? kSlowestScan : kSlowest};
}

// ---- Table ----

std::string Short(double value) {
  if (value < 10) return absl::StrFormat("%.2f", value);
  return absl::StrFormat("%.*f", value < 100 ? 1 : 0, value);
}

std::string TableOf(const Results& results) {
  std::string table = absl::StrFormat("%-17s %8s %9s %9s  %-18s %6s  %s\n",
                                      "operation", "ranges", "ours",
                                      "best peer", "which", "ratio", "target");
  size_t missed = 0;
  size_t rows = 0;
  for (const auto& [operation, sizes] : results) {
    for (const auto& [ranges, costs] : sizes) {
      const auto ours = costs.find(std::string(kOurs));
      if (ours == costs.end() || costs.size() == 1) continue;
      auto best = costs.end();
      for (auto it = costs.begin(); it != costs.end(); ++it) {
        if (it == ours) continue;
        if (best == costs.end() || it->second < best->second) best = it;
      }
      const double ratio = ours->second / best->second;
      const Target target = TargetOf(operation, ranges);
      double value = ratio;
      std::string unit;
      if (target.measure == Measure::kCost) {
        value = ours->second;
        unit = operation == "memory" ? " bytes" : " ns";
      } else if (target.measure == Measure::kRatioToSortedVector) {
        const auto vector = costs.find("sorted vector");
        if (vector == costs.end()) continue;
        value = ours->second / vector->second;
        unit = " of sorted vector";
      }
      const bool met = value <= target.at_most;
      ++rows;
      missed += met ? 0 : 1;
      absl::StrAppendFormat(
          &table, "%-17s %8d %9s %9s  %-18s %6.2f  %s%s%s\n", operation, ranges,
          Short(ours->second), Short(best->second), best->first, ratio,
          Short(target.at_most), unit,
          met ? "" : absl::StrFormat(", missed: %.3g", value));
    }
  }
  absl::StrAppendFormat(&table, "%d of %d targets met\n", rows - missed, rows);
  return table;
}

std::string PageOf(const std::string& table) {
  return absl::StrCat(R"(# RangeTreeMap against its peers

What `scripts/bench` measured in one run, which also draws [the
plot](../../bench/plot.svg). Times are nanoseconds, of one query or edit, or,
where an operation touches all of them, of one range; memory is bytes a range.
[The range tree](../range-tree.md) says what they mean.

```
)",
                      table, "```\n");
}

// ---- Plot ----

struct Box {
  double left;
  double top;
  double width;
  double height;
};

// Positions on logarithmic axes.
class Axes {
 public:
  Axes(const Box& box, const std::map<size_t, Costs>& rows) : box_(box) {
    smallest_ = static_cast<double>(rows.begin()->first);
    largest_ = static_cast<double>(rows.rbegin()->first);
    cheapest_ = HUGE_VAL;
    dearest_ = 0;
    for (const auto& [ranges, costs] : rows) {
      for (const auto& [peer, cost] : costs) {
        cheapest_ = std::min(cheapest_, cost);
        dearest_ = std::max(dearest_, cost);
      }
    }
    cheapest_ = std::pow(10, std::floor(std::log10(cheapest_)));
    dearest_ = std::pow(10, std::ceil(std::log10(dearest_)));
  }

  double X(double ranges) const {
    return box_.left + box_.width * Fraction(ranges, smallest_, largest_);
  }
  double Y(double cost) const {
    return box_.top + box_.height * (1 - Fraction(cost, cheapest_, dearest_));
  }
  double cheapest() const { return cheapest_; }
  double dearest() const { return dearest_; }

 private:
  static double Fraction(double value, double low, double high) {
    return low == high ? 0 : std::log(value / low) / std::log(high / low);
  }

  Box box_;
  double smallest_;
  double largest_;
  double cheapest_;
  double dearest_;
};

std::string ColourOf(absl::string_view peer) {
  static constexpr std::pair<absl::string_view, absl::string_view> kColours[] =
      {{kOurs, "#d62728"},          {"sorted vector", "#1f77b4"},
       {"linear array", "#7f7f7f"}, {"absl::btree_map", "#2ca02c"},
       {"std::map", "#9467bd"},     {"llvm::IntervalMap", "#ff7f0e"},
       {"boost::icl", "#8c564b"}};
  for (const auto& [name, colour] : kColours) {
    if (name == peer) return std::string(colour);
  }
  return "black";
}

std::string TextAt(double x, double y, absl::string_view anchor,
                   absl::string_view text) {
  return absl::StrFormat(
      "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s"
      "</text>\n",
      x, y, anchor, text);
}

std::string PlotOf(const std::string& operation,
                   const std::map<size_t, Costs>& rows, const Box& box) {
  const Axes axes(box, rows);
  std::string svg = absl::StrFormat(
      "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
      "fill=\"none\" stroke=\"#999\"/>\n",
      box.left, box.top, box.width, box.height);
  absl::StrAppend(&svg, TextAt(box.left, box.top - 5, "start",
                               absl::StrCat(operation, operation == "memory"
                                                           ? ", bytes a range"
                                                           : ", ns")));
  for (double cost = axes.cheapest(); cost <= axes.dearest() * 1.01;
       cost *= 10) {
    absl::StrAppend(&svg, TextAt(box.left - 4, axes.Y(cost) + 3, "end",
                                 absl::StrFormat("%g", cost)));
  }
  std::map<std::string, std::string> lines;
  for (const auto& [ranges, costs] : rows) {
    const auto x = static_cast<double>(ranges);
    absl::StrAppend(&svg,
                    TextAt(axes.X(x), box.top + box.height + 12, "middle",
                           ranges >= k1M    ? absl::StrCat(ranges / k1M, "M")
                           : ranges >= 1024 ? absl::StrCat(ranges / 1024, "k")
                                            : absl::StrCat(ranges)));
    for (const auto& [peer, cost] : costs) {
      absl::StrAppendFormat(&lines[peer], "%.1f,%.1f ", axes.X(x),
                            axes.Y(cost));
    }
  }
  for (const auto& [peer, points] : lines) {
    absl::StrAppendFormat(&svg,
                          "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" "
                          "stroke-width=\"%s\"/>\n",
                          points, ColourOf(peer),
                          peer == kOurs ? "2.5" : "1.2");
  }
  return svg;
}

std::string Plot(const Results& results) {
  constexpr int kColumns = 3;
  constexpr double kCellWidth = 300;
  constexpr double kCellHeight = 210;
  const size_t rows = (results.size() + kColumns - 1) / kColumns;
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
      "height=\"%.0f\" font-family=\"sans-serif\" font-size=\"10\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
      kColumns * kCellWidth, static_cast<double>(rows) * kCellHeight + 30);
  std::set<std::string> peers;
  size_t i = 0;
  for (const auto& [operation, costs] : results) {
    absl::StrAppend(
        &svg,
        PlotOf(operation, costs,
               {.left = static_cast<double>(i % kColumns) * kCellWidth + 50,
                .top = static_cast<double>(i / kColumns) * kCellHeight + 50,
                .width = kCellWidth - 70,
                .height = kCellHeight - 50}));
    ++i;
    for (const auto& [ranges, by_peer] : costs) {
      for (const auto& [peer, cost] : by_peer) peers.insert(peer);
    }
  }
  double x = 50;
  for (const std::string& peer : peers) {
    absl::StrAppendFormat(
        &svg,
        "<text x=\"%.0f\" y=\"20\" fill=\"%s\" font-weight=\"%s\">%s"
        "</text>\n",
        x, ColourOf(peer), peer == kOurs ? "bold" : "normal", peer);
    x += 120;
  }
  absl::StrAppend(&svg, "</svg>\n");
  return svg;
}

// False, after saying so, if the file cannot be written.
bool Write(const char* path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (file.flush()) return true;
  std::fprintf(stderr, "map_report: cannot write %s\n", path);
  return false;
}

}  // namespace
}  // namespace e820check

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    std::fprintf(stderr, "usage: map_report RESULTS.json [PLOT.svg PAGE.md]\n");
    return 2;
  }
  std::ifstream file(argv[1]);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  // The library prints what no JSON can hold for variations it cannot tell.
  const nlohmann::json json = nlohmann::json::parse(
      absl::StrReplaceAll(text, {{": NaN", ": null"}}), nullptr,
      /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("benchmarks")) {
    std::fprintf(stderr, "map_report: %s holds no benchmark results\n",
                 argv[1]);
    return 2;
  }
  const e820check::Results results = e820check::Read(json);
  const std::string table = e820check::TableOf(results);
  std::fputs(table.c_str(), stdout);
  if (argc == 4 && (!e820check::Write(argv[2], e820check::Plot(results)) ||
                    !e820check::Write(argv[3], e820check::PageOf(table)))) {
    return 2;
  }
}
