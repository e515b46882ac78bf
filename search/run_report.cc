// SPDX-License-Identifier: Apache-2.0

#include "search/run_report.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "properties/generate/classify.h"
#include "systems/system.h"

namespace e820check {
namespace {

using nlohmann::ordered_json;

constexpr uint64_t kMaxShards = 4096;

// Of cases that are not compared, in the summary: a subject may have one of its
// own for each case.
constexpr size_t kMostReasons = 20;

struct NamedVerdict {
  Verdict verdict;
  const char* name;
};
constexpr NamedVerdict kVerdicts[] = {
    {Verdict::kAccepted, "accepted by both"},
    {Verdict::kRefused, "refused by both"},
    {Verdict::kDisagree, "disagreements"},
    {Verdict::kKnownCrash, "known crashes"},
    {Verdict::kHost, "the host could not"},
    {Verdict::kNotCovered, "options not covered"},
    {Verdict::kAccident, "QEMU's accident"},
    {Verdict::kLacking, "not in the binary"},
    {Verdict::kUnusable, "system unusable"},
};

double Percent(uint64_t part, uint64_t whole) {
  return whole == 0
             ? 0
             : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

using Counts = std::map<std::string, uint64_t, std::less<>>;

void Add(const Counts& counts, Counts& sum) {
  for (const auto& [name, count] : counts) sum[name] += count;
}

template <typename Value, size_t kSize>
bool ReadName(const ordered_json& json, const Value (&values)[kSize],
              Value& value) {
  for (const Value candidate : values) {
    if (json != ToString(candidate)) continue;
    value = candidate;
    return true;
  }
  return false;
}

// The parts that are the same in all shards of a run.
ordered_json Identity(const RunReport& report) {
  ordered_json json;
  json["left"] = report.left;
  json["right"] = report.right;
  json["qemu_version"] = ToString(report.qemu_version);
  json["nearest_to"] = report.nearest_to;
  json["dialect"] = ToString(report.dialect);
  json["seed"] = report.seed;
  json["cases"] = report.cases;
  json["shards"] = report.shard.count;
  return json;
}

}  // namespace

uint64_t CasesOf(const RunReport& report) {
  const Shard& shard = report.shard;
  return report.cases / shard.count +
         (shard.index < report.cases % shard.count ? 1 : 0);
}

absl::StatusOr<Shard> ParseShard(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  Shard shard;
  // SimpleAtoi would take a sign and blanks.
  if (parts.size() != 2 || text.find_first_not_of("0123456789/") != text.npos ||
      !absl::SimpleAtoi(parts[0], &shard.index) ||
      !absl::SimpleAtoi(parts[1], &shard.count) || shard.index >= shard.count ||
      shard.count > kMaxShards) {
    return absl::InvalidArgumentError(
        absl::StrCat("no shard I/N with I < N: '", text, "'"));
  }
  return shard;
}

void PrintReport(const RunReport& report) {
  const Tally& tally = report.tally;
  const auto line = [&tally](absl::string_view name, uint64_t count) {
    std::cout << absl::StreamFormat("  %-20s %10d  %5.1f %%\n", name, count,
                                    Percent(count, tally.cases));
  };
  std::cout << absl::StreamFormat(
      "%s against %s, QEMU %s, dialect %s, seed %d", report.left, report.right,
      ReleaseText(report.qemu_version, report.nearest_to),
      ToString(report.dialect), report.seed);
  if (report.shard.count > 1) {
    std::cout << ", shard " << report.shard.index << "/" << report.shard.count;
  }
  std::cout << absl::StreamFormat(
      "\n  %-20s %10d  %.1f s, %.0f a second\n", "cases", tally.cases,
      report.seconds, static_cast<double>(tally.cases) / report.seconds);
  for (const NamedVerdict& v : kVerdicts) line(v.name, tally.Count(v.verdict));
  if (!tally.reasons.empty()) std::cout << "not compared\n";
  size_t shown = 0;
  for (const auto& [reason, count] : tally.reasons) {
    if (shown++ == kMostReasons) {
      std::cout << "           and " << tally.reasons.size() - kMostReasons
                << " more reasons\n";
      break;
    }
    std::cout << absl::StreamFormat("  %7d  %s\n", count, reason);
  }
  if (!tally.defects.empty()) std::cout << "defects\n";
  for (const auto& [id, count] : tally.defects) {
    std::cout << absl::StreamFormat("  %7d  %s\n", count, id);
  }
  if (!tally.quirks.empty()) std::cout << "excused by the quirk ledger\n";
  for (const auto& [id, count] : tally.quirks) {
    std::cout << absl::StreamFormat("  %-30s %d\n", id, count);
  }
  std::cout << "generated\n";
  for (const absl::string_view name : AllClasses(
           {.qemu_version = report.qemu_version, .dialect = report.dialect})) {
    const auto found = tally.classes.find(name);
    line(name, found == tally.classes.end() ? 0 : found->second);
  }
}

ordered_json ReportToJson(const RunReport& report) {
  ordered_json json = Identity(report);
  json["shard"] = report.shard.index;
  json["seconds"] = report.seconds;
  json["compared"] = report.tally.cases;
  for (const NamedVerdict& v : kVerdicts) {
    json["verdicts"][v.name] = report.tally.Count(v.verdict);
  }
  json["classes"] = report.tally.classes;
  json["quirks"] = report.tally.quirks;
  json["reasons"] = report.tally.reasons;
  json["defects"] = report.tally.defects;
  json["first_sights"] = ordered_json::object();
  for (const auto& [id, sight] : report.first_sights) {
    json["first_sights"][id] = {sight.index, sight.place};
  }
  return json;
}

absl::StatusOr<RunReport> ReportFromJson(const ordered_json& json) {
  RunReport report;
  // Of a file that this project wrote, anything missing is damage.
  try {
    report.left = json.at("left").get<std::string>();
    report.right = json.at("right").get<std::string>();
    constexpr Dialect kDialects[] = {Dialect::kStock, Dialect::kMemmapType};
    if (!ReadName(json.at("qemu_version"), kReleases, report.qemu_version) ||
        !ReadName(json.at("dialect"), kDialects, report.dialect)) {
      return absl::InvalidArgumentError("no such release or dialect");
    }
    report.nearest_to = json.at("nearest_to").get<std::string>();
    report.seed = json.at("seed").get<uint64_t>();
    report.cases = json.at("cases").get<uint64_t>();
    const absl::StatusOr<Shard> shard =
        ParseShard(absl::StrCat(json.at("shard").get<uint64_t>(), "/",
                                json.at("shards").get<uint64_t>()));
    if (!shard.ok()) return shard.status();
    report.shard = *shard;
    report.seconds = json.at("seconds").get<double>();
    report.tally.cases = json.at("compared").get<uint64_t>();
    for (const NamedVerdict& v : kVerdicts) {
      report.tally.verdicts[v.verdict] =
          json.at("verdicts").at(v.name).get<uint64_t>();
    }
    report.tally.classes = json.at("classes").get<Counts>();
    report.tally.quirks = json.at("quirks").get<Counts>();
    report.tally.reasons = json.at("reasons").get<Counts>();
    report.tally.defects = json.at("defects").get<Counts>();
    for (const auto& [id, sight] : json.at("first_sights").items()) {
      report.first_sights[id] = {sight.at(0).get<uint64_t>(),
                                 sight.at(1).get<size_t>()};
    }
  } catch (const ordered_json::exception& error) {
    return absl::InvalidArgumentError(error.what());
  }
  return report;
}

absl::StatusOr<RunReport> MergeReports(absl::Span<const RunReport> shards) {
  if (shards.empty()) return absl::InvalidArgumentError("no reports");
  RunReport whole = shards.front();
  whole.shard = {};
  whole.tally = {};
  whole.first_sights.clear();
  whole.seconds = 0;
  std::set<uint64_t> seen;
  for (const RunReport& report : shards) {
    const std::string name = absl::StrCat("shard ", report.shard.index);
    if (Identity(report) != Identity(shards.front())) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " is of another run"));
    }
    if (!seen.insert(report.shard.index).second) {
      return absl::InvalidArgumentError(absl::StrCat(name, " is there twice"));
    }
    if (report.tally.cases != CasesOf(report)) {
      return absl::InvalidArgumentError(absl::StrCat(
          name, " has ", report.tally.cases, " cases of ", CasesOf(report)));
    }
    whole.tally.cases += report.tally.cases;
    for (const auto& [verdict, count] : report.tally.verdicts) {
      whole.tally.verdicts[verdict] += count;
    }
    Add(report.tally.classes, whole.tally.classes);
    Add(report.tally.quirks, whole.tally.quirks);
    Add(report.tally.reasons, whole.tally.reasons);
    Add(report.tally.defects, whole.tally.defects);
    for (const auto& [id, sight] : report.first_sights) {
      FirstSight& first =
          whole.first_sights.try_emplace(id, sight).first->second;
      first = std::min(first, sight);
    }
    whole.seconds += report.seconds;
  }
  if (seen.size() != shards.front().shard.count) {
    return absl::InvalidArgumentError(absl::StrCat(
        seen.size(), " of ", shards.front().shard.count, " shards"));
  }
  return whole;
}

}  // namespace e820check
