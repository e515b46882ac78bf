// SPDX-License-Identifier: Apache-2.0

// Both implementations, from command line to JSON, against tables that QEMU 7.2
// gave: corpus/recorded/layouts-7.2.jsonl.

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "systems/subject/answer_json.h"
#include "systems/system.h"

namespace e820check {
namespace {

using nlohmann::ordered_json;

std::vector<ordered_json> Recordings() {
  std::ifstream file(E820CHECK_SOURCE_DIR "/corpus/recorded/layouts-7.2.jsonl");
  std::vector<ordered_json> recordings;
  for (std::string line; std::getline(file, line);) {
    recordings.push_back(ordered_json::parse(line));
  }
  return recordings;
}

// The recordings keep a refusal's first line only.
std::string FirstLine(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

class RecordedLayouts : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Systems, RecordedLayouts,
                         ::testing::Values("reference", "rangetree"));

TEST_P(RecordedLayouts, AreReproduced) {
  const auto system = MakeSystem(GetParam());
  ASSERT_TRUE(system.ok()) << system.status();
  int reproduced = 0;
  for (const ordered_json& recording : Recordings()) {
    SCOPED_TRACE(recording["name"]);
    const absl::StatusOr<Answer> answer =
        (*system)->Ask(MakeQuestion(recording["args"], {}));
    ASSERT_TRUE(answer.ok()) << answer.status();
    const ordered_json json = AnswerToJson(*answer);
    ++reproduced;
    if (recording.contains("error")) {
      ASSERT_FALSE(answer->accepted());
      EXPECT_EQ(FirstLine(json["error"]), FirstLine(recording["error"]));
      continue;
    }
    ASSERT_TRUE(answer->accepted()) << json["error"];
    EXPECT_EQ(json["e820"], recording["e820"]);
    EXPECT_EQ(json["srat"], recording["srat_hex"]);
    EXPECT_EQ(json["slit"], recording["slit_hex"]);
    EXPECT_EQ(json["hmat"], recording["hmat_hex"]);
  }
  EXPECT_EQ(reproduced, 75);
}

}  // namespace
}  // namespace e820check
