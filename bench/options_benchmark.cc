// SPDX-License-Identifier: Apache-2.0

// What parsing costs: command lines of the fuzzers' corpus, and long arguments
// of 1 KiB to 1 MiB, whose time is to grow with their length and no faster. The
// column bytes_per_second shows it: it must not fall from size to size.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "options/argument_lines.h"
#include "options/command_line.h"
#include "options/long_arguments.h"

namespace e820check {
namespace {

std::vector<ArgumentLines> Corpus() {
  std::vector<ArgumentLines> entries;
  for (const auto& entry : std::filesystem::directory_iterator(
           E820CHECK_SOURCE_DIR "/corpus/options")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    entries.push_back(SplitArgumentLines(text));
  }
  return entries;
}

// items_per_second are command lines.
void BM_ParseCorpus(benchmark::State& state) {
  const std::vector<ArgumentLines> entries = Corpus();
  for ([[maybe_unused]] const auto _ : state) {
    for (const ArgumentLines& entry : entries) {
      benchmark::DoNotOptimize(ParseCommandLine(entry.args, entry.context));
    }
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<int64_t>(entries.size()));
}
BENCHMARK(BM_ParseCorpus)->Unit(benchmark::kMillisecond);

void ParseLong(benchmark::State& state, const LongArguments& arguments) {
  const std::vector<std::string> args =
      arguments.make(static_cast<size_t>(state.range(0)));
  const CommandLineContext context{.qemu_version = QemuVersion::k11_1};
  for ([[maybe_unused]] const auto _ : state) {
    benchmark::DoNotOptimize(ParseCommandLine(args, context));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

const bool kRegistered = [] {
  for (const LongArguments& arguments : AllLongArguments()) {
    benchmark::RegisterBenchmark(
        absl::StrCat("BM_ParseLong/", arguments.name).c_str(), ParseLong,
        arguments)
        ->RangeMultiplier(32)
        ->Range(1 << 10, 1 << 20)
        ->Unit(benchmark::kMicrosecond);
  }
  return true;
}();

}  // namespace
}  // namespace e820check
