// SPDX-License-Identifier: Apache-2.0

// Fuzz bytes as a generator's choices: two bytes each, so that each mutation
// changes one. Past the end, every choice is the simplest.

#ifndef E820CHECK_FUZZ_SUPPORT_CHOICE_BYTES_H_
#define E820CHECK_FUZZ_SUPPORT_CHOICE_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "properties/generate/choices.h"

namespace e820check {

inline ListedChoices ChoicesOf(absl::string_view bytes) {
  std::vector<uint64_t> list;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const auto low = static_cast<uint8_t>(bytes[i]);
    const auto high = static_cast<uint8_t>(bytes[i + 1]);
    list.push_back(static_cast<uint64_t>(low | high << 8) << 48);
  }
  return ListedChoices(std::move(list));
}

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_CHOICE_BYTES_H_
