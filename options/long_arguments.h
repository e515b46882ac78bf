// SPDX-License-Identifier: Apache-2.0

// Command lines of any length that try each part of the parser, for tests of
// what it withstands and for benchmarks of what it costs.

#ifndef E820CHECK_OPTIONS_LONG_ARGUMENTS_H_
#define E820CHECK_OPTIONS_LONG_ARGUMENTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace e820check {

struct LongArguments {
  absl::string_view name;
  // Of about this many bytes together.
  std::vector<std::string> (*make)(size_t size_bytes);
};

absl::Span<const LongArguments> AllLongArguments();

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_LONG_ARGUMENTS_H_
