// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_POOL_H_
#define E820CHECK_SEARCH_POOL_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "properties/generate/choices.h"
#include "search/mutation.h"

namespace e820check {

// What a case showed, "rule 12" or "refusal -m: ..." for instance: a class of
// features, a blank, and which one.
using Feature = std::string;

// Command lines that showed something new when they came; others are made of
// them.
class Pool {
 public:
  // Whether `args` showed a feature for the first time, and so was kept.
  bool Offer(const CommandLineArgs& args, absl::Span<const Feature> features);

  const std::vector<CommandLineArgs>& cases() const { return cases_; }
  // One of them, which there must be; the newest more often.
  const CommandLineArgs& Pick(Choices& choices) const;

  // How many different features of a class were seen.
  size_t CountSeen(absl::string_view feature_class) const;
  bool HasSeen(const Feature& feature) const { return seen_.contains(feature); }

 private:
  std::vector<CommandLineArgs> cases_;
  absl::btree_set<Feature> seen_;
};

}  // namespace e820check

#endif  // E820CHECK_SEARCH_POOL_H_
