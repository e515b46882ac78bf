// SPDX-License-Identifier: Apache-2.0

#include "options/option_words.h"

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using Words = std::map<std::string, std::string>;

// What scripts/record wrote: "numa argument".
Words ReadRecording(QemuVersion qemu) {
  std::ifstream file(absl::StrCat(E820CHECK_SOURCE_DIR "/corpus/recorded/",
                                  ToString(qemu), "/option-words.txt"));
  Words words;
  for (std::string line; std::getline(file, line);) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(line, absl::MaxSplits(' ', 1));
    EXPECT_TRUE(words.insert(parts).second) << line;
  }
  return words;
}

// The table in the same words. Where the build decides whether the option is
// supported, `recorded` says it.
Words WordsOfTable(QemuVersion qemu, const Words& recorded) {
  Words words;
  for (const OptionWord& word : AllOptionWords()) {
    const std::string name(word.name);
    if (FindOptionWord("-" + name, qemu) == nullptr) continue;
    std::string kind = word.has_argument ? "argument" : "alone";
    const std::string unsupported = kind + " not-supported";
    const auto record = recorded.find(name);
    if (word.meaning == OptionMeaning::kOtherTarget ||
        (word.meaning == OptionMeaning::kNotCovered &&
         record != recorded.end() && record->second == unsupported)) {
      kind = unsupported;
    }
    words.emplace(name, kind);
  }
  return words;
}

class RecordedWordsTest : public testing::TestWithParam<QemuVersion> {};

INSTANTIATE_TEST_SUITE_P(
    EachRelease, RecordedWordsTest,
    testing::Values(QemuVersion::k7_2, QemuVersion::k10_0, QemuVersion::k11_1),
    [](const auto& parameter) {
      return absl::StrCat(
          "Qemu",
          absl::StrJoin(absl::StrSplit(ToString(parameter.param), '.'), "_"));
    });

// All words of QEMU's own table of options: what the table here lacks would be
// "invalid option", and what it has too many would be accepted.
TEST_P(RecordedWordsTest, TableIsWhatTheBinaryHas) {
  const Words recorded = ReadRecording(GetParam());
  ASSERT_GT(recorded.size(), 100);
  EXPECT_THAT(WordsOfTable(GetParam(), recorded),
              testing::ContainerEq(recorded));
}

TEST(OptionWordsTest, TakesOneOrTwoDashes) {
  const OptionWord* numa = FindOptionWord("-numa", QemuVersion::k7_2);
  ASSERT_NE(numa, nullptr);
  EXPECT_EQ(numa, FindOptionWord("--numa", QemuVersion::k7_2));
  for (const char* word :
       {"numa", "---numa", "-", "--", "", "-m=64", "-mem", "-NUMA", "-numa "}) {
    EXPECT_EQ(FindOptionWord(word, QemuVersion::k7_2), nullptr) << word;
  }
}

}  // namespace
}  // namespace e820check
