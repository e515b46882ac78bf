// SPDX-License-Identifier: Apache-2.0

// Where a generator's decisions come from. One generator serves the
// differential run (seeded numbers) and RapidCheck (a list of numbers, which
// shrinks; past its end every choice is 0, the simplest).

#ifndef E820CHECK_PROPERTIES_GENERATE_CHOICES_H_
#define E820CHECK_PROPERTIES_GENERATE_CHOICES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/types/span.h"

namespace e820check {

class Choices {
 public:
  virtual ~Choices() = default;

  // A number in [0, bound); bound > 0.
  uint64_t Below(uint64_t bound) {
    return absl::Uint128High64(absl::uint128(Next()) * bound);
  }
  // True once in n times; false is the simpler choice.
  bool OneIn(uint64_t n) { return Below(n) == n - 1; }

  // The simplest choice is the first.
  template <typename T>
  const T& Pick(absl::Span<const T> from) {
    return from[Below(from.size())];
  }
  template <typename T, size_t kSize>
  const T& Pick(const T (&from)[kSize]) {
    return from[Below(kSize)];
  }
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }

 private:
  virtual uint64_t Next() = 0;
};

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every platform.
class SeededChoices final : public Choices {
 public:
  explicit SeededChoices(uint64_t seed) : state_(seed) {}

 private:
  uint64_t Next() override;

  uint64_t state_;
};

// Case `index` of a seed: the same whoever computes it, and whenever.
struct CaseNumber {
  uint64_t seed = 1;
  uint64_t index = 0;
};
SeededChoices ChoicesOfCase(const CaseNumber& number);

class ListedChoices final : public Choices {
 public:
  explicit ListedChoices(std::vector<uint64_t> list) : list_(std::move(list)) {}

 private:
  uint64_t Next() override {
    return position_ < list_.size() ? list_[position_++] : 0;
  }

  std::vector<uint64_t> list_;
  size_t position_ = 0;
};

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_GENERATE_CHOICES_H_
