// SPDX-License-Identifier: Apache-2.0

#include "fuzz/seeds/seeds.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "fuzz/support/command_line_case.h"
#include "fuzz/support/machine_codec.h"
#include "gtest/gtest.h"
#include "model/reference_layout.h"
#include "options/argument_lines.h"
#include "options/command_line.h"
#include "properties/generate/release_choice.h"

namespace e820check {
namespace {

const std::string& CorpusDir() {
  static const auto* const kDir =
      new std::string(std::string(E820CHECK_SOURCE_DIR) + "/corpus/");
  return *kDir;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SeedsTest, TheCorpusHoldsWhatMakeSeedsWrites) {
  const std::string recorded =
      ReadFile(CorpusDir() + "recorded/7.2/layouts.jsonl");
  for (const SeedFile& seed : SeedFiles(recorded)) {
    EXPECT_FALSE(seed.bytes.empty()) << seed.path << " has no encoding";
    EXPECT_EQ(ReadFile(CorpusDir() + seed.path), seed.bytes)
        << seed.path << " is stale: run make_seeds corpus";
  }
}

TEST(SeedsTest, LayoutSeedsAreValidAndNamedForTheirOutcome) {
  // Every other layout seed is accepted.
  const std::set<std::string> refused = {"too_large_for_40_address_bits",
                                         "node_id_missing"};
  for (const LayoutSeed& seed : LayoutSeeds()) {
    const absl::Status status = Validate(seed.machine);
    EXPECT_TRUE(status.ok()) << seed.name << ": " << status;
    EXPECT_EQ(ReferenceLayout(seed.machine).accepted(),
              refused.count(seed.name) == 0)
        << seed.name;
  }
}

TEST(SeedsTest, CommandLineSeedsReachBothOutcomes) {
  int machines = 0;
  int refusals = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(CorpusDir() + "command_line")) {
    // Finds, named by a hash, may be anything.
    if (entry.path().filename().string().size() == 40) continue;
    const CommandLineCase command_line(ReadFile(entry.path().string()));
    const auto parsed =
        ParseCommandLine(command_line.args(), command_line.context());
    if (!parsed.ok()) {
      EXPECT_TRUE(absl::IsUnimplemented(parsed.status()))
          << entry.path() << ": " << parsed.status();
      continue;
    }
    ++(std::holds_alternative<Rejection>(parsed->outcome) ? refusals
                                                          : machines);
  }
  EXPECT_GE(machines, 15);
  EXPECT_GE(refusals, 15);
}

// Else a file would mean another machine once there is such a release.
TEST(SeedsTest, CorporaNameNoReleaseThatIsNotKnown) {
  for (const char* target : {"command_line", "options", "numa_option",
                             "object_option", "memory_option"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(CorpusDir() + target)) {
      const ArgumentLines lines =
          SplitArgumentLines(ReadFile(entry.path().string()));
      EXPECT_EQ(lines.unknown_word, std::nullopt) << entry.path();
    }
  }
  // Where the number of a release stands.
  struct Target {
    const char* name;
    size_t at;
  };
  for (const Target& target : {Target{"layout", 0},
                               {"subject_layout", 0},
                               {"machine", 1},
                               {"generated", 1},
                               {"divergence", 1},
                               {"zoo", 1}}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(CorpusDir() + target.name)) {
      const std::string bytes = ReadFile(entry.path().string());
      EXPECT_TRUE(bytes.size() <= target.at ||
                  !IsReserved(static_cast<uint8_t>(bytes[target.at])))
          << entry.path() << ": write 0 for its byte " << target.at
          << ", which means the same";
    }
  }
}

}  // namespace
}  // namespace e820check
