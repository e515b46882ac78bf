// SPDX-License-Identifier: Apache-2.0

#include "search/mutation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "properties/generate/argument_units.h"

namespace e820check {
namespace {

using Units = std::vector<ArgumentUnit>;

// At the limits of the types that options have.
constexpr absl::string_view kValues[] = {"",
                                         "0",
                                         "1",
                                         "-1",
                                         "255",
                                         "256",
                                         "65535",
                                         "65536",
                                         "4294967295",
                                         "4294967296",
                                         "9223372036854775807",
                                         "9223372036854775808",
                                         "18446744073709551615",
                                         "18446744073709551616",
                                         "0x10",
                                         "010",
                                         "+1",
                                         " 1",
                                         "1 ",
                                         "1.5",
                                         "0.5G",
                                         "64k",
                                         "1M",
                                         "3G",
                                         "16E",
                                         "1-2",
                                         "on",
                                         "off",
                                         "auto",
                                         "x"};

// What the grammar gives a meaning, and what it does not.
constexpr absl::string_view kPieces[] = {
    ",",    ",,", "=", ".",  "-", "_", "no", "0", "\"",
    "help", "id", " ", "\n", "{", "}", ":",  "[", "\x80"};

size_t Position(const std::string& text, Choices& choices) {
  return choices.Below(text.size() + 1);
}

void ChangeBytes(std::string& text, Choices& choices) {
  const size_t at = Position(text, choices);
  switch (choices.Below(4)) {
    case 0:
      text.insert(at, std::string(choices.Pick(kPieces)));
      break;
    case 1:
      text.erase(at, 1 + choices.Below(3));
      break;
    case 2:
      if (at < text.size()) {
        text[at] = static_cast<char>(1 + choices.Below(255));
      }
      break;
    default: {
      const size_t end = Position(text, choices);
      text.insert(end, text.substr(std::min(at, end), choices.Below(16)));
    }
  }
}

void ChangeItems(std::string& value, const Units& others, Choices& choices) {
  std::vector<std::string> items = SplitItems(value);
  const size_t at = choices.Below(items.size());
  switch (choices.Below(6)) {
    case 0:
      items.erase(items.begin() + static_cast<ptrdiff_t>(at));
      break;
    case 1:
      items.insert(items.begin() + static_cast<ptrdiff_t>(at),
                   items[choices.Below(items.size())]);
      break;
    case 2:
      std::swap(items[at], items[choices.Below(items.size())]);
      break;
    case 3: {
      if (others.empty()) break;
      const ArgumentUnit& other = choices.Pick(others);
      if (!other.value) break;
      items.insert(items.begin() + static_cast<ptrdiff_t>(at),
                   choices.Pick(SplitItems(*other.value)));
      break;
    }
    default: {
      std::string& item = items[at];
      const size_t equals = item.find('=');
      item = absl::StrCat(
          equals == std::string::npos ? "" : item.substr(0, equals + 1),
          choices.Pick(kValues));
    }
  }
  value = JoinItems(items);
}

void ChangeUnits(Units& units, const Units& others, Choices& choices) {
  const size_t at = choices.Below(units.size() + 1);
  switch (choices.Below(4)) {
    case 0:
      if (at < units.size())
        units.erase(units.begin() + static_cast<ptrdiff_t>(at));
      break;
    case 1:
      if (at < units.size()) {
        ArgumentUnit copy = units[at];
        units.insert(units.begin() + static_cast<ptrdiff_t>(
                                         choices.Below(units.size() + 1)),
                     std::move(copy));
      }
      break;
    case 2:
      if (at < units.size()) {
        std::swap(units[at], units[choices.Below(units.size())]);
      }
      break;
    default:
      if (!others.empty()) {
        units.insert(units.begin() + static_cast<ptrdiff_t>(at),
                     choices.Pick(others));
      }
  }
}

}  // namespace

CommandLineArgs Mutate(const CommandLineArgs& args,
                       absl::Span<const CommandLineArgs> others,
                       Choices& choices) {
  Units units = SplitArguments(args);
  const Units donors =
      others.empty() ? Units() : SplitArguments(choices.Pick(others));
  for (uint64_t changes = 1 + choices.Below(4); changes > 0; --changes) {
    ArgumentUnit* unit =
        units.empty() ? nullptr : &units[choices.Below(units.size())];
    if (unit == nullptr || choices.OneIn(4)) {
      ChangeUnits(units, donors, choices);
    } else if (!unit->value) {
      ChangeBytes(unit->option, choices);
    } else if (choices.OneIn(3)) {
      ChangeBytes(*unit->value, choices);
    } else {
      ChangeItems(*unit->value, donors, choices);
    }
  }
  return JoinArguments(units);
}

}  // namespace e820check
