// SPDX-License-Identifier: Apache-2.0

#include "properties/generate/argument_units.h"

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"

namespace e820check {

std::vector<ArgumentUnit> SplitArguments(absl::Span<const std::string> args) {
  std::vector<ArgumentUnit> units;
  for (size_t i = 0; i < args.size(); ++i) {
    ArgumentUnit unit{.option = args[i], .value = std::nullopt};
    const bool takes_value = absl::StartsWith(args[i], "-") &&
                             i + 1 < args.size() &&
                             !absl::StartsWith(args[i + 1], "-");
    if (takes_value) unit.value = args[++i];
    units.push_back(std::move(unit));
  }
  return units;
}

std::vector<std::string> JoinArguments(absl::Span<const ArgumentUnit> units) {
  std::vector<std::string> args;
  for (const ArgumentUnit& unit : units) {
    args.push_back(unit.option);
    if (unit.value) args.push_back(*unit.value);
  }
  return args;
}

std::vector<std::string> SplitItems(absl::string_view value) {
  if (absl::StartsWith(value, "{")) return {std::string(value)};
  std::vector<std::string> items(1);
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] != ',') {
      items.back().push_back(value[i]);
    } else if (absl::StartsWith(value.substr(i), ",,")) {
      items.back().append(",,");
      ++i;
    } else {
      items.emplace_back();
    }
  }
  return items;
}

std::string JoinItems(absl::Span<const std::string> items) {
  return absl::StrJoin(items, ",");
}

}  // namespace e820check
