// SPDX-License-Identifier: Apache-2.0

#include "cli/nearest_names.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace e820check {
namespace {

constexpr size_t kMostNames = 3;
// A word with more letters than any name is near none, and costs nothing.
constexpr size_t kMostLetters = 100;

// How many letters to put in, leave out or change to make `b` of `a`.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);  // of a's first i letters
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> NearestNames(absl::string_view word,
                                      const std::vector<std::string>& names) {
  if (word.empty() || word.size() > kMostLetters) return {};
  const size_t most = std::max<size_t>(1, word.size() / 3);
  std::vector<std::pair<size_t, std::string>> near;
  for (const std::string& name : names) {
    const size_t distance =
        absl::StrContains(name, word) ? 0 : EditDistance(word, name);
    if (distance <= most) near.emplace_back(distance, name);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) {
    return a.first < b.first;
  });
  if (near.size() > kMostNames) near.resize(kMostNames);
  std::vector<std::string> nearest;
  nearest.reserve(near.size());
  for (auto& [distance, name] : near) nearest.push_back(std::move(name));
  return nearest;
}

std::string DidYouMean(absl::string_view word,
                       const std::vector<std::string>& names) {
  const std::vector<std::string> nearest = NearestNames(word, names);
  if (nearest.empty()) return "";
  return absl::StrCat("; did you mean ", absl::StrJoin(nearest, ", or "), "?");
}

}  // namespace e820check
