// SPDX-License-Identifier: Apache-2.0

#include "cli/strict_options.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace e820check {
namespace {

constexpr double kLeastMinutes = 0.01;
constexpr double kMostMinutes = 1000000;
constexpr absl::string_view kDigits = "0123456789";

bool HasOnly(absl::string_view text, absl::string_view characters) {
  return !text.empty() &&
         text.find_first_not_of(characters) == absl::string_view::npos;
}

}  // namespace

absl::StatusOr<uint64_t> ReadNumber(absl::string_view text,
                                    NumberBounds bounds) {
  uint64_t number = 0;
  if (!HasOnly(text, kDigits) || !absl::SimpleAtoi(text, &number) ||
      number < bounds.least || number > bounds.most) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is no whole number from ", bounds.least,
                     " to ", bounds.most));
  }
  return number;
}

absl::StatusOr<double> ReadMinutes(absl::string_view text) {
  double minutes = 0;
  // Not so "nan", "1e9" and "0x1".
  if (!HasOnly(text, absl::StrCat(kDigits, ".")) ||
      !absl::SimpleAtod(text, &minutes) || minutes < kLeastMinutes ||
      minutes > kMostMinutes) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is no number of minutes from ",
                     kLeastMinutes, " to 1000000"));
  }
  return minutes;
}

absl::StatusOr<size_t> ReadChoice(absl::string_view text,
                                  const std::vector<std::string>& words) {
  const auto found = std::find(words.begin(), words.end(), text);
  if (found == words.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is none of ", absl::StrJoin(words, ", ")));
  }
  return static_cast<size_t>(found - words.begin());
}

}  // namespace e820check
