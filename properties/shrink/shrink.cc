// SPDX-License-Identifier: Apache-2.0

#include "properties/shrink/shrink.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "properties/generate/argument_units.h"

namespace e820check {
namespace {

using Units = std::vector<ArgumentUnit>;

constexpr size_t kFewOptions = 12;  // 78 runs of them

class Shrinker {
 public:
  Shrinker(const std::function<bool(const std::vector<std::string>&)>& test,
           int most_runs)
      : still_fails_(test), runs_left_(most_runs) {}

  // Runs of options, long ones first. Of a long command line, which is to fall
  // fast, each option once for each length; of a short one every run, as some
  // options can only go together.
  bool DropOptions(Units& units) {
    bool shrunk = false;
    const bool is_short = units.size() <= kFewOptions;
    for (size_t length = units.size(); length > 0;
         length = is_short ? length - 1 : length / 2) {
      for (size_t i = 0; i < units.size();) {
        const size_t end = std::min(i + length, units.size());
        Units candidate = units;
        const auto first = candidate.begin();
        candidate.erase(first + static_cast<ptrdiff_t>(i),
                        first + static_cast<ptrdiff_t>(end));
        if (Adopt(std::move(candidate), units)) {
          shrunk = true;
        } else {
          i = is_short ? i + 1 : end;
        }
      }
    }
    return shrunk;
  }

  bool DropItems(Units& units) {
    bool shrunk = false;
    for (size_t u = 0; u < units.size(); ++u) {
      if (!units[u].value) continue;
      for (size_t i = 0; i < SplitItems(*units[u].value).size();) {
        std::vector<std::string> items = SplitItems(*units[u].value);
        if (items.size() == 1) break;
        items.erase(items.begin() + static_cast<ptrdiff_t>(i));
        Units candidate = units;
        candidate[u].value = JoinItems(items);
        if (Adopt(std::move(candidate), units)) {
          shrunk = true;
        } else {
          ++i;
        }
      }
    }
    return shrunk;
  }

  // What neither option nor item is: parts of JSON, of names, of other text.
  bool DropBytes(Units& units) {
    bool shrunk = false;
    for (size_t u = 0; u < units.size(); ++u) {
      if (!units[u].value) continue;
      for (size_t length = units[u].value->size(); length > 0; length /= 2) {
        for (size_t at = 0; at < units[u].value->size();) {
          Units candidate = units;
          candidate[u].value->erase(at, length);
          if (Adopt(std::move(candidate), units)) {
            shrunk = true;
          } else {
            at += length;
          }
        }
      }
    }
    return shrunk;
  }

  bool LowerNumbers(Units& units) {
    bool shrunk = false;
    for (size_t u = 0; u < units.size(); ++u) {
      if (!units[u].value) continue;
      const size_t count = SplitItems(*units[u].value).size();
      for (size_t i = 0; i < count; ++i) shrunk |= LowerNumber(u, i, units);
    }
    return shrunk;
  }

 private:
  // An item as "key=" or "", a decimal number, and what follows it.
  struct Number {
    std::string before;
    uint64_t value;
    std::string after;
  };

  static std::optional<Number> FindNumber(const std::string& item) {
    const size_t equals = item.find('=');
    const size_t start = equals == std::string::npos ? 0 : equals + 1;
    const size_t end =
        std::min(item.find_first_not_of("0123456789", start), item.size());
    Number number{item.substr(0, start), 0, item.substr(end)};
    if (!absl::SimpleAtoi(item.substr(start, end - start), &number.value)) {
      return std::nullopt;
    }
    return number;
  }

  // The lowest value of the number that still fails, by bisection between 0,
  // which passes, and the present value, which fails.
  bool LowerNumber(size_t unit, size_t item, Units& units) {
    const std::optional<Number> number =
        FindNumber(SplitItems(*units[unit].value)[item]);
    if (!number || number->value == 0) return false;
    const auto adopt_value = [&](uint64_t value) {
      std::vector<std::string> items = SplitItems(*units[unit].value);
      items[item] = absl::StrCat(number->before, value, number->after);
      Units candidate = units;
      candidate[unit].value = JoinItems(items);
      return Adopt(std::move(candidate), units);
    };
    if (adopt_value(0)) return true;
    uint64_t passes = 0;
    uint64_t fails = number->value;
    while (fails - passes > 1) {
      const uint64_t middle = passes + (fails - passes) / 2;
      (adopt_value(middle) ? fails : passes) = middle;
    }
    return fails != number->value;
  }

  bool Adopt(Units candidate, Units& units) {
    if (runs_left_ == 0) return false;
    --runs_left_;
    if (!still_fails_(JoinArguments(candidate))) return false;
    units = std::move(candidate);
    return true;
  }

  const std::function<bool(const std::vector<std::string>&)>& still_fails_;
  int runs_left_;
};

}  // namespace

std::vector<std::string> Shrink(
    const std::vector<std::string>& args,
    const std::function<bool(const std::vector<std::string>&)>& still_fails,
    int most_runs) {
  Units units = SplitArguments(args);
  Shrinker shrinker(still_fails, most_runs);
  bool shrunk = true;
  while (shrunk) {
    shrunk = shrinker.DropOptions(units);
    shrunk |= shrinker.DropItems(units);
    shrunk |= shrinker.LowerNumbers(units);
    if (!shrunk) shrunk = shrinker.DropBytes(units);
  }
  return JoinArguments(units);
}

}  // namespace e820check
