// SPDX-License-Identifier: Apache-2.0

// An argument vector seen as options with values, and values as lists of
// key=value items: what the command-line generator and the shrinker edit.
// This is no parser: any vector of strings splits, and joins to itself.

#ifndef E820CHECK_PROPERTIES_GENERATE_ARGUMENT_UNITS_H_
#define E820CHECK_PROPERTIES_GENERATE_ARGUMENT_UNITS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace e820check {

struct ArgumentUnit {
  std::string option;
  std::optional<std::string> value;

  friend bool operator==(const ArgumentUnit&, const ArgumentUnit&) = default;
};

// A word that starts with '-' takes the next word as its value unless that
// starts with '-' too.
std::vector<ArgumentUnit> SplitArguments(absl::Span<const std::string> args);
std::vector<std::string> JoinArguments(absl::Span<const ArgumentUnit> units);

// Splits at commas; a doubled comma is part of an item. JSON is one item.
std::vector<std::string> SplitItems(absl::string_view value);
std::string JoinItems(absl::Span<const std::string> items);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_GENERATE_ARGUMENT_UNITS_H_
