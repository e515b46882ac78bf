// SPDX-License-Identifier: Apache-2.0

#include "cli/explain.h"

#include <cstddef>
#include <iostream>
#include <iterator>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/nearest_names.h"
#include "cli/text_table.h"
#include "machine/release.h"
#include "properties/laws/laws.h"
#include "properties/ledger/quirks.h"

namespace e820check {
namespace {

constexpr size_t kTitleWidth = 14;
constexpr size_t kTextWidth = 100 - kTitleWidth;

void AddPart(const std::string& title, const std::string& text,
             std::string& out) {
  std::string start = title;
  for (const std::string& line : WrapWords(text, kTextWidth)) {
    start.resize(kTitleWidth, ' ');
    absl::StrAppend(&out, start, line, "\n");
    start.clear();
  }
}

// "7.2, 10.0".
std::string ReleasesOf(const Quirk& quirk) {
  std::vector<std::string> names;
  for (const QemuVersion release : kReleases) {
    if (Has(quirk.releases, release)) names.push_back(ToString(release));
  }
  return absl::StrJoin(names, ", ");
}

std::string ExplainLaw(const Law& law) {
  std::string out = absl::StrCat("law ", law.id, "\n");
  AddPart("  severity", std::string(ToString(law.severity)), out);
  if (!law.rule.empty()) AddPart("  audit rule", std::string(law.rule), out);
  AddPart("  who suffers", std::string(law.breaks), out);
  AddPart("  holds for", "every release, and every implementation", out);
  std::string title = "  excused by";
  for (const Quirk& quirk : Quirks()) {
    if (!absl::c_linear_search(quirk.excused_laws, law.id)) continue;
    AddPart(title,
            absl::StrCat(quirk.id, " (", ReleasesOf(quirk), "): ", quirk.what),
            out);
    title.clear();
  }
  return out;
}

// What a law breaks, or death.
std::string WhoSuffers(absl::string_view excused) {
  if (excused == kCrash) {
    return "whoever starts such a machine: QEMU dies before the guest runs";
  }
  for (const Law& law : Laws()) {
    if (law.id == excused) return absl::StrCat(law.id, ": ", law.breaks);
  }
  return std::string(excused);
}

std::string ExplainQuirk(const Quirk& quirk) {
  std::string out = absl::StrCat("ledger entry ", quirk.id, "\n");
  AddPart("  what", std::string(quirk.what), out);
  std::string title = "  who suffers";
  for (const absl::string_view excused : quirk.excused_laws) {
    AddPart(title, WhoSuffers(excused), out);
    title.clear();
  }
  AddPart("  releases", ReleasesOf(quirk), out);
  AddPart("  reported", std::string(quirk.reported), out);
  return out;
}

std::vector<std::string> LawNames() {
  std::vector<std::string> names;
  for (const Law& law : Laws()) names.emplace_back(law.id);
  return names;
}

std::vector<std::string> QuirkNames() {
  std::vector<std::string> names;
  for (const Quirk& quirk : Quirks()) names.emplace_back(quirk.id);
  return names;
}

}  // namespace

absl::StatusOr<std::string> Explain(absl::string_view name) {
  for (const Law& law : Laws()) {
    if (law.id == name) return ExplainLaw(law);
  }
  for (const Quirk& quirk : Quirks()) {
    if (quirk.id == name) return ExplainQuirk(quirk);
  }
  std::vector<std::string> names = LawNames();
  absl::c_copy(QuirkNames(), std::back_inserter(names));
  return absl::NotFoundError(absl::StrCat(
      "explain: no law or ledger entry is named '", name, "'",
      DidYouMean(name, names), "\n'e820check explain' lists all names"));
}

CommandStatus PrintExplanation(const std::string& name) {
  if (name.empty()) {
    std::cout << "laws\n  " << absl::StrJoin(LawNames(), "\n  ")
              << "\nledger entries\n  " << absl::StrJoin(QuirkNames(), "\n  ")
              << "\n";
    return kExitOk;
  }
  const absl::StatusOr<std::string> text = Explain(name);
  if (!text.ok()) {
    std::cerr << "e820check: " << text.status().message() << "\n";
    return kExitUsage;
  }
  std::cout << *text;
  return kExitOk;
}

}  // namespace e820check
