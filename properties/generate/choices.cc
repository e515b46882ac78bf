// SPDX-License-Identifier: Apache-2.0

#include "properties/generate/choices.h"

namespace e820check {

uint64_t SeededChoices::Next() {
  state_ += 0x9E3779B97F4A7C15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

SeededChoices ChoicesOfCase(const CaseNumber& number) {
  SeededChoices seeds(number.seed);
  return SeededChoices(seeds.Below(UINT64_MAX) +
                       number.index * 0xD1B54A32D192ED03);
}

}  // namespace e820check
