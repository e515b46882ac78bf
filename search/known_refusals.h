// SPDX-License-Identifier: Apache-2.0

// The texts with which QEMU refuses, as the specification lists them: what a
// hunt has still to reach.

#ifndef E820CHECK_SEARCH_KNOWN_REFUSALS_H_
#define E820CHECK_SEARCH_KNOWN_REFUSALS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/machine_type.h"
#include "search/mutation.h"

namespace e820check {

struct KnownRefusal {
  absl::string_view text;     // one of this shape
  absl::string_view example;  // ExampleOf() has the arguments
  Lifetime releases = {};
};

absl::Span<const KnownRefusal> KnownRefusals();

// Arguments that are refused with it.
CommandLineArgs ExampleOf(const KnownRefusal& refusal);

// The shape of the text, without location and hints.
std::string KnownShape(absl::string_view text, const CommandLineArgs& args);

}  // namespace e820check

#endif  // E820CHECK_SEARCH_KNOWN_REFUSALS_H_
