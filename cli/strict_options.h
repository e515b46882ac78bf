// SPDX-License-Identifier: Apache-2.0

// Options whose values are read strictly: what CLI11 reads with strtoull() and
// the like, a sign, blanks, nothing at all or a number that wraps included, is
// refused with the name of the option and what it takes.

#ifndef E820CHECK_CLI_STRICT_OPTIONS_H_
#define E820CHECK_CLI_STRICT_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace e820check {

// Both ends included.
struct NumberBounds {
  uint64_t least;
  uint64_t most;
};

// Decimal digits. InvalidArgument: "'-1' is no whole number from 0 to 9".
absl::StatusOr<uint64_t> ReadNumber(absl::string_view text,
                                    NumberBounds bounds);
// Decimal digits with at most one point: minutes from 0.01 to 1000000.
absl::StatusOr<double> ReadMinutes(absl::string_view text);
// The place of `text` in `words`. InvalidArgument: "'x' is none of a, b".
absl::StatusOr<size_t> ReadChoice(absl::string_view text,
                                  const std::vector<std::string>& words);

// An option whose text goes to `read`; what that finds wrong ends the parsing.
template <typename Read>
CLI::Option* AddStrictOption(CLI::App& command, const std::string& name,
                             const std::string& help, const Read& read) {
  return command.add_option_function<std::string>(
      name,
      [name, read](const std::string& text) {
        if (const absl::Status status = read(text); !status.ok()) {
          throw CLI::ValidationError(name, std::string(status.message()));
        }
      },
      help);
}

template <typename Number>
CLI::Option* AddNumber(CLI::App& command, const std::string& name,
                       Number& number, NumberBounds bounds,
                       const std::string& help) {
  return AddStrictOption(command, name, help,
                         [&number, bounds](const std::string& text) {
                           const absl::StatusOr<uint64_t> value =
                               ReadNumber(text, bounds);
                           if (value.ok()) number = static_cast<Number>(*value);
                           return value.status();
                         })
      ->type_name("N");
}

// A number with a default that --help shows.
template <typename Number>
CLI::Option* AddNumberWithDefault(CLI::App& command, const std::string& name,
                                  Number& number, NumberBounds bounds,
                                  const std::string& help) {
  return AddNumber(command, name, number, bounds, help)
      ->default_str(std::to_string(number));
}

// One of several words, each with what it means.
template <typename Value, typename Target>
CLI::Option* AddChoice(
    CLI::App& command, const std::string& name, Target& target,
    const std::vector<std::pair<std::string, Value>>& choices,
    const std::string& help) {
  std::vector<std::string> words;
  std::string all;
  for (const auto& [word, value] : choices) {
    words.push_back(word);
    all += (all.empty() ? "" : "|") + word;
  }
  return AddStrictOption(command, name, help,
                         [&target, choices, words](const std::string& text) {
                           const absl::StatusOr<size_t> place =
                               ReadChoice(text, words);
                           if (place.ok()) target = choices[*place].second;
                           return place.status();
                         })
      ->type_name(all);
}

}  // namespace e820check

#endif  // E820CHECK_CLI_STRICT_OPTIONS_H_
