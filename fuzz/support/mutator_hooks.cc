// SPDX-License-Identifier: Apache-2.0

// libFuzzer's hooks for TargetMutator(). Half of the mutations stay libFuzzer's
// own, with its dictionary: a grammar does not reach what it has no rule for.
// E820CHECK_MUTATE_BYTES=1 in the environment leaves all of them to libFuzzer,
// so that the two can be compared.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "fuzz/support/mutator.h"

// Weak, as not every engine that uses these hooks has it.
extern "C" __attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t* data,
                                                         size_t size,
                                                         size_t max_size);

namespace e820check {
namespace {

bool OnlyBytes() {
  static const bool kOnlyBytes =
      std::getenv("E820CHECK_MUTATE_BYTES") != nullptr;
  return kOnlyBytes;
}

absl::string_view View(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

size_t MutateBytes(uint8_t* data, size_t size, size_t max_size) {
  return LLVMFuzzerMutate == nullptr ? size
                                     : LLVMFuzzerMutate(data, size, max_size);
}

size_t Store(const std::string& bytes, uint8_t* out, size_t max_size) {
  const size_t size = std::min(bytes.size(), max_size);
  std::memcpy(out, bytes.data(), size);
  return size;
}

}  // namespace
}  // namespace e820check

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size,
                                          size_t max_size, unsigned int seed) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  SeededChoices choices(seed);
  if (OnlyBytes() || choices.OneIn(2)) return MutateBytes(data, size, max_size);
  const std::string mutated =
      TargetMutator().mutate(View(data, size), max_size, choices);
  return mutated.empty() ? MutateBytes(data, size, max_size)
                         : Store(mutated, data, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2,
                                            uint8_t* out, size_t max_out_size,
                                            unsigned int seed) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  // Of size 0: libFuzzer tries another mutation.
  if (OnlyBytes()) return 0;
  SeededChoices choices(seed);
  return Store(TargetMutator().cross(View(data1, size1), View(data2, size2),
                                     max_out_size, choices),
               out, max_out_size);
}
