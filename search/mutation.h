// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_MUTATION_H_
#define E820CHECK_SEARCH_MUTATION_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "properties/generate/choices.h"

namespace e820check {

using CommandLineArgs = std::vector<std::string>;

// `args` changed in one to four places: options and items dropped, doubled,
// moved or taken from one of `others`; values replaced by telling ones; bytes
// changed, added or taken out. No argument gets a NUL byte.
CommandLineArgs Mutate(const CommandLineArgs& args,
                       absl::Span<const CommandLineArgs> others,
                       Choices& choices);

}  // namespace e820check

#endif  // E820CHECK_SEARCH_MUTATION_H_
