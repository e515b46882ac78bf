// SPDX-License-Identifier: Apache-2.0

// Both implementations, from command line to answer, against what each release
// of QEMU answered: corpus/recorded/<release>/layouts.jsonl, made by
// scripts/record.

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "properties/judge/judgement.h"
#include "systems/qemu/messages.h"
#include "systems/subject/answer_json.h"
#include "systems/system.h"

namespace e820check {
namespace {

using nlohmann::ordered_json;

constexpr int kQuestions = 129;

// The questions that gave no answer, but that QEMU died. In 10.0, a vCPU
// whose APIC id is above 254 is no refusal where the CPU model lacks x2APIC.
const std::map<QemuVersion, std::set<std::string>> kDied = {
    {QemuVersion::k7_2, {}},
    {QemuVersion::k10_0, {"cpu-256", "cpu-300", "x2apic-300"}},
    {QemuVersion::k11_1, {}},
};

std::vector<ordered_json> Recordings(QemuVersion qemu) {
  std::ifstream file(absl::StrCat(E820CHECK_SOURCE_DIR, "/corpus/recorded/",
                                  ToString(qemu), "/layouts.jsonl"));
  std::vector<ordered_json> recordings;
  for (std::string line; std::getline(file, line);) {
    recordings.push_back(ordered_json::parse(line));
  }
  return recordings;
}

class RecordedLayouts
    : public ::testing::TestWithParam<std::tuple<std::string, QemuVersion>> {};

INSTANTIATE_TEST_SUITE_P(
    Systems, RecordedLayouts,
    ::testing::Combine(::testing::Values("reference", "rangetree"),
                       ::testing::Values(QemuVersion::k7_2, QemuVersion::k10_0,
                                         QemuVersion::k11_1)),
    [](const auto& parameter) {
      std::string name = absl::StrCat(std::get<0>(parameter.param), "_",
                                      ToString(std::get<1>(parameter.param)));
      std::replace(name.begin(), name.end(), '.', '_');
      return name;
    });

TEST_P(RecordedLayouts, AreReproduced) {
  const auto& [name, qemu] = GetParam();
  const auto system = MakeSystem(name);
  ASSERT_TRUE(system.ok()) << system.status();
  int questions = 0;
  std::set<std::string> died;
  for (const ordered_json& recording : Recordings(qemu)) {
    SCOPED_TRACE(recording["name"]);
    ++questions;
    if (recording.contains("failed")) {
      EXPECT_NE(recording["failed"].get<std::string>().find("died on signal"),
                std::string::npos);
      died.insert(recording["name"]);
      continue;
    }
    const Reply recorded = AnswerFromJson(recording);
    ASSERT_TRUE(recorded.ok()) << Describe(recorded.none());
    const Question question =
        MakeQuestion(recording["args"], {.qemu_version = qemu});
    Reply reply = (*system)->Ask(question);
    ASSERT_TRUE(reply.ok()) << Describe(reply.none());
    std::vector<std::string>& warnings = reply->warnings;
    warnings.erase(
        std::remove_if(warnings.begin(), warnings.end(), IsLeftOutUnderQtest),
        warnings.end());
    const Judgement judgement =
        Judge(OptionsOf(question), *recorded, *std::move(reply));
    EXPECT_TRUE(judgement.defects.empty()) << Describe(judgement);
  }
  EXPECT_EQ(questions, kQuestions);
  EXPECT_EQ(died, kDied.at(qemu));
}

}  // namespace
}  // namespace e820check
