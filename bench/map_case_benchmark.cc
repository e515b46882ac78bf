// SPDX-License-Identifier: Apache-2.0

// How many cases of fuzz_range_tree_map a core runs in a second: random ones of
// 20 operations, all checks on. Sanitizers are those of the build.

#include <cstdint>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "fuzz/support/map_operations.h"
#include "properties/generate/choices.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace e820check {
namespace {

constexpr size_t kOperations = 20;
constexpr size_t kCases = 4096;

void RandomCases(benchmark::State& state) {
  SeededChoices choices(1);
  std::vector<std::vector<uint8_t>> cases(kCases);
  for (auto& bytes : cases) {
    for (size_t i = 0; i < kOperations * kMapOperationSizeBytes; ++i) {
      bytes.push_back(static_cast<uint8_t>(choices.Below(256)));
    }
  }
  size_t i = 0;
  for (auto _ : state) {
    LLVMFuzzerTestOneInput(cases[i].data(), cases[i].size());
    i = (i + 1) % kCases;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(RandomCases);

}  // namespace
}  // namespace e820check
