// SPDX-License-Identifier: Apache-2.0

#include "search/pool.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace e820check {

bool Pool::Offer(const CommandLineArgs& args,
                 absl::Span<const Feature> features) {
  bool is_new = false;
  for (const Feature& feature : features) {
    is_new |= seen_.insert(feature).second;
  }
  if (is_new) cases_.push_back(args);
  return is_new;
}

const CommandLineArgs& Pool::Pick(Choices& choices) const {
  constexpr size_t kNewest = 64;
  const size_t range =
      choices.OneIn(2) ? std::min(kNewest, cases_.size()) : cases_.size();
  return cases_[cases_.size() - 1 - choices.Below(range)];
}

size_t Pool::CountSeen(absl::string_view feature_class) const {
  const std::string prefix = absl::StrCat(feature_class, " ");
  return std::count_if(seen_.begin(), seen_.end(), [&](const Feature& feature) {
    return absl::StartsWith(feature, prefix);
  });
}

}  // namespace e820check
