// SPDX-License-Identifier: Apache-2.0

// Where a layout breaks a law, a fuzz target dies in that law: two laws, two
// crashes.

#include "fuzz/support/check_laws.h"

#include <execinfo.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/debugging/symbolize.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/laws/laws_example.h"

namespace e820check {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ResultOf;

// On SIGABRT: the stack, a function a line.
void PrintStack(int) {
  void* frames[64];
  const int count = backtrace(frames, 64);
  for (int i = 0; i < count; ++i) {
    char name[256] = "?";
    absl::Symbolize(static_cast<char*>(frames[i]) - 1, name, sizeof name);
    std::fprintf(stderr, "in %s\n", name);
  }
}

// The three frames that tell crashes apart: those from AbortOnBreach on, since
// everybody leaves out abort's own.
std::vector<std::string> TopFrames(const std::string& output) {
  std::vector<std::string> frames;
  for (const absl::string_view line : absl::StrSplit(output, '\n')) {
    if (frames.empty() && !absl::StrContains(line, "AbortOnBreach")) continue;
    frames.emplace_back(line);
  }
  frames.resize(std::min<size_t>(frames.size(), 3));
  return frames;
}

// In a process of its own.
void CheckWithStack(const Example& example) {
  absl::InitializeSymbolizer("/proc/self/exe");
  std::signal(SIGABRT, PrintStack);
  MustKeepLaws(example.options, example.Layout());
}

auto DiesIn(const std::string& function) {
  return ResultOf(TopFrames, Contains(HasSubstr(function)));
}

TEST(MustKeepLawsDeathTest, ASoundLayoutLives) {
  const Example example;
  MustKeepLaws(example.options, example.Layout());
}

TEST(MustKeepLawsDeathTest, DiesInTheLawThatIsBroken) {
  Example short_of_ram;
  short_of_ram.options.memory.ram_size_bytes -= kMiB;
  short_of_ram.options.memory.maxram_size_bytes -= kMiB;
  EXPECT_DEATH(CheckWithStack(short_of_ram), DiesIn("E820HoldsAllRam"));
  EXPECT_DEATH(CheckWithStack(short_of_ram),
               Not(DiesIn("SlitDiagonalIsLocal")));

  Example far_from_itself;
  far_from_itself.slit.distances[3] = 11;
  EXPECT_DEATH(CheckWithStack(far_from_itself), DiesIn("SlitDiagonalIsLocal"));
}

// The helper that finds an overlap does not hide which law wanted to know.
TEST(MustKeepLawsDeathTest, DiesInOneOfTwoLawsThatShareAHelper) {
  Example rows;
  rows.options.accelerator = Accelerator::kKvm;
  rows.e820.insert(rows.e820.begin() + 1, 2,
                   {0xfeffc000, 0x4000, MemoryType::kReserved});
  EXPECT_DEATH(CheckWithStack(rows), DiesIn("E820RowsDoNotOverlap"));

  Example domains;
  domains.Srat(kNvdimm).base = kGiB;
  EXPECT_DEATH(CheckWithStack(domains), DiesIn("SratDomainsDoNotOverlap"));
}

TEST(MustKeepLawsDeathTest, AWarningIsNoReasonToDie) {
  Example example;
  std::swap(example.e820[0], example.e820[1]);
  MustKeepLaws(example.options, example.Layout());
}

}  // namespace
}  // namespace e820check
