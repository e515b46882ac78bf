// SPDX-License-Identifier: Apache-2.0

// Both implementations, from command line to JSON, against tables that QEMU 7.2
// gave: corpus/recorded/layouts-7.2.jsonl.

#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "properties/judge/judgement.h"
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

// The recordings have no warnings.
Answer AnswerOf(const ordered_json& recording) {
  if (recording.contains("error")) {
    return {.outcome = Rejection{.text = FirstLine(recording["error"])}};
  }
  ordered_json json = {{"accepted", true},
                       {"e820", recording["e820"]},
                       {"srat", recording["srat_hex"]},
                       {"slit", recording["slit_hex"]},
                       {"hmat", recording["hmat_hex"]}};
  const Reply answer = AnswerFromJson(json);
  EXPECT_TRUE(answer.ok()) << Describe(answer.none());
  return answer.ok() ? *answer : Answer{};
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
    const Question question = MakeQuestion(recording["args"], {});
    Reply reply = (*system)->Ask(question);
    ASSERT_TRUE(reply.ok()) << Describe(reply.none());
    const Answer expected = AnswerOf(recording);
    reply->warnings.clear();
    if (auto* refusal = std::get_if<Rejection>(&reply->outcome)) {
      refusal->text = FirstLine(refusal->text);
    }
    const Judgement judgement =
        Judge(OptionsOf(question), expected, *std::move(reply));
    EXPECT_TRUE(judgement.defects.empty()) << Describe(judgement);
    ++reproduced;
  }
  EXPECT_EQ(reproduced, 75);
}

}  // namespace
}  // namespace e820check
