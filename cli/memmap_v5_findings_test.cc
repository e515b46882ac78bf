// SPDX-License-Identifier: Apache-2.0

// That the harness finds the defects of the patch under review by itself, and
// tells each with a command line that fits in a mail.

#include <cstdio>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::Contains;

std::string OutputOf(const std::string& command) {
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "";
  std::string output;
  char chunk[4096];
  while (const size_t count = fread(chunk, 1, sizeof chunk, pipe)) {
    output.append(chunk, count);
  }
  pclose(pipe);
  return output;
}

int CountNodes(absl::string_view line) {
  int count = -1;  // pieces are one more
  for ([[maybe_unused]] const absl::string_view piece :
       absl::StrSplit(line, "-numa node")) {
    ++count;
  }
  return count;
}

TEST(MemmapV5, ItsDefectsAreFoundAndMadeSmall) {
  const std::string output = OutputOf(absl::StrCat(
      E820CHECK_BINARY_DIR,
      "/e820check diff --left reference --right memmap-v5 --dialect "
      "memmap-type --keep-going --cases 100000 --seed 820 2>&1"));
  // The defect that a command line is shrunk for comes first after its case.
  std::set<std::string> defects;
  std::string defect;
  for (absl::string_view line : absl::StrSplit(output, '\n')) {
    if (absl::StartsWith(line, "case ")) defect.clear();
    if (absl::ConsumePrefix(&line, "defect: ") && defect.empty()) {
      defect = std::string(line);
    }
    if (absl::StartsWith(line, "replay: ")) {
      EXPECT_LE(CountNodes(line), 3) << defect << "\n" << line;
      EXPECT_TRUE(defects.insert(defect).second) << defect;
    }
  }
  const std::string node = "accepts: NUMA node N: memmap-type=T ";
  for (const std::string& expected :
       {node + "covers memory below 1 MiB", node + "needs memory",
        node + "is not supported by machine 'microvm'",
        node + "is not supported by machine 'isapc'",
        std::string("refuses: NUMA node N with memmap-type spans across 4GB "
                    "boundary, not supported"),
        std::string("e820 order"),
        std::string("e820 soft reserved as ram below 4G"),
        std::string("srat extra node"),
        std::string("law srat.omits-reserved-nodes"),
        std::string("law e820.types-follow-owners")}) {
    EXPECT_THAT(defects, Contains(expected));
  }
}

}  // namespace
}  // namespace e820check
