// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_NEAREST_NAMES_H_
#define E820CHECK_CLI_NEAREST_NAMES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace e820check {

// Up to three of `names` that `word` may have been meant for, the likeliest
// first: those with the word in them, and those that a third of its letters,
// put in, left out or changed, would make of it.
std::vector<std::string> NearestNames(absl::string_view word,
                                      const std::vector<std::string>& names);

// "; did you mean A, or B?"; empty if no name is near.
std::string DidYouMean(absl::string_view word,
                       const std::vector<std::string>& names);

}  // namespace e820check

#endif  // E820CHECK_CLI_NEAREST_NAMES_H_
