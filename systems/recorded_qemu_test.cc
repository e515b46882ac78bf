// SPDX-License-Identifier: Apache-2.0

// Verify that the binaries still answer as they did when corpus/recorded/ was
// made, whichever of the releases are there.

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "systems/qemu/qemus_to_test.h"
#include "systems/subject/answer_json.h"

namespace e820check {
namespace {

using nlohmann::ordered_json;

std::vector<ordered_json> Recordings(QemuVersion release) {
  std::ifstream file(absl::StrCat(E820CHECK_SOURCE_DIR, "/corpus/recorded/",
                                  ToString(release), "/layouts.jsonl"));
  std::vector<ordered_json> recordings;
  for (std::string line; std::getline(file, line);) {
    recordings.push_back(ordered_json::parse(line));
  }
  return recordings;
}

void ExpectAsRecorded(const Qemu& qemu, const ordered_json& recording) {
  SCOPED_TRACE(recording["name"]);
  const Reply actual =
      qemu.Ask(recording["args"].get<std::vector<std::string>>());
  if (recording.contains("failed")) {
    ASSERT_FALSE(actual.ok());
    EXPECT_EQ(actual.none().kind, NoAnswer::Kind::kCrash);
    return;
  }
  ASSERT_TRUE(actual.ok()) << Describe(actual.none());
  const Reply expected = AnswerFromJson(recording);
  ASSERT_TRUE(expected.ok()) << Describe(expected.none());
  EXPECT_EQ(*actual, *expected) << AnswerToJson(*actual);
}

class RecordedQemu : public ::testing::TestWithParam<QemuVersion> {};

INSTANTIATE_TEST_SUITE_P(Releases, RecordedQemu,
                         ::testing::Values(QemuVersion::k7_2,
                                           QemuVersion::k10_0,
                                           QemuVersion::k11_1));

TEST_P(RecordedQemu, AnswersAsRecordedFromTwoThreads) {
  const std::map<QemuVersion, Qemu> qemus = QemusToTest();
  const auto found = qemus.find(GetParam());
  if (found == qemus.end()) GTEST_SKIP() << NoQemuToTest(GetParam());
  const std::vector<ordered_json> recordings = Recordings(GetParam());
  ASSERT_GT(recordings.size(), 100u);
  std::atomic<size_t> next = 0;
  const auto work = [&, &qemu = found->second] {
    for (size_t i = next++; i < recordings.size(); i = next++) {
      ExpectAsRecorded(qemu, recordings[i]);
    }
  };
  std::thread other(work);
  work();
  other.join();
}

}  // namespace
}  // namespace e820check
