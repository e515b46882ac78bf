// SPDX-License-Identifier: Apache-2.0

#include "systems/subject/answer_json.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "systems/subject/limits.h"

namespace e820check {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;

Answer SomeLayout() {
  GuestLayout layout;
  layout.e820 = {{0, UINT64_MAX, MemoryType::kSoftReserved},
                 {UINT64_MAX, 1, static_cast<MemoryType>(9)}};
  layout.srat = std::string("\0\xff", 2);
  return {.warnings = {"warning: a\nb"}, .outcome = layout};
}

TEST(AnswerJson, AnswersComeBackAsTheyWere) {
  Rejection help;
  help.help_exit_status = 1;
  for (const Answer& answer :
       {SomeLayout(), Answer{.warnings = {}, .outcome = Rejection{"no"}},
        Answer{.warnings = {}, .outcome = help}}) {
    const auto again = AnswerFromJson(AnswerToJson(answer));
    ASSERT_TRUE(again.ok()) << Describe(again.none());
    EXPECT_EQ(*again, answer);
  }
}

TEST(AnswerJson, NoAnswersComeBackAsTheyWere) {
  for (const char* word :
       {"not covered", "accident", "lacking", "limit", "host", "unusable",
        "crash", "fence", "sanitizer", "hang", "exit", "garbage", "flood",
        "overrun", "failed"}) {
    const auto kind = NoAnswerKindOf(word);
    ASSERT_TRUE(kind.has_value()) << word;
    const NoAnswer none = {.kind = *kind, .text = "why"};
    EXPECT_EQ(AnswerFromJson(NoAnswerToJson(none)).none(), none) << word;
  }
  // A subject need know no word.
  EXPECT_EQ(AnswerFromJson(ParseJsonLine(R"({"failed":"-x"})")).none().kind,
            NoAnswer::Kind::kNotCovered);
}

TEST(AnswerJson, QuestionsComeBackAsTheyWere) {
  const SubjectQuestion question = {.args = {"-m", "\xc3\xa4", ""},
                                    .dialect = Dialect::kMemmapType,
                                    .qemu_version = QemuVersion::k11_1};
  const auto json = QuestionToJson(question);
  ASSERT_TRUE(json.ok());
  const auto again = QuestionFromJson(*json);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->args, question.args);
  EXPECT_EQ(again->dialect, question.dialect);
  EXPECT_EQ(again->qemu_version, question.qemu_version);
  EXPECT_TRUE(
      absl::IsInvalidArgument(QuestionToJson({.args = {"\xff"}}).status()));
}

TEST(AnswerJson, WhatIsNoQuestionIsRefused) {
  for (const char* text :
       {"1", "{}", R"({"args":1})", R"({"args":[1]})",
        R"({"args":[],"dialect":"x"})", R"({"args":[],"qemu_version":7.2})"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        QuestionFromJson(ordered_json::parse(text)).status()))
        << text;
  }
}

// Each is an answer but for one thing.
TEST(AnswerJson, WhatIsNoAnswerIsGarbage) {
  const ordered_json good = AnswerToJson(SomeLayout());
  ASSERT_TRUE(AnswerFromJson(good).ok());
  const auto kind_with = [&](const char* key, const char* value) {
    ordered_json json = good;
    json[key] = ordered_json::parse(value);
    return AnswerFromJson(json).none().kind;
  };
  for (const auto& [key, value] :
       {std::pair{"accepted", "1"}, std::pair{"accepted", "false"},
        std::pair{"e820", "1"}, std::pair{"e820", "[[0,1]]"},
        std::pair{"e820", "[[0,1,2,3]]"}, std::pair{"e820", "[[-1,1,1]]"},
        std::pair{"e820", "[[0,1.5,1]]"}, std::pair{"e820", "[[0,1,\"1\"]]"},
        std::pair{"e820", "[[0,18446744073709551616,1]]"},
        std::pair{"e820", "[[0,1,4294967296]]"}, std::pair{"srat", "\"0\""},
        std::pair{"srat", "\"0g\""}, std::pair{"slit", "null"},
        std::pair{"warnings", "1"}, std::pair{"warnings", "[1]"},
        std::pair{"failed", "{}"}}) {
    EXPECT_EQ(kind_with(key, value), std::string(key) == "failed"
                                         ? NoAnswer::Kind::kNotCovered
                                         : NoAnswer::Kind::kGarbage)
        << key << " " << value;
  }
  EXPECT_EQ(AnswerFromJson(ordered_json(7)).none().kind,
            NoAnswer::Kind::kGarbage);
}

TEST(AnswerJson, AHelpStatusIsThatOfAProcess) {
  for (const char* status : {"-1", "256", "4294967296", "1.0"}) {
    EXPECT_EQ(AnswerFromJson(
                  ParseJsonLine(absl::StrCat(
                      R"({"accepted":false,"help_exit_status":)", status, "}")))
                  .none()
                  .kind,
              NoAnswer::Kind::kGarbage)
        << status;
  }
}

TEST(AnswerJson, DeepLinesAreNoJson) {
  const std::string open(kMaxJsonNesting, '[');
  const std::string close(kMaxJsonNesting, ']');
  EXPECT_FALSE(ParseJsonLine(open + close).is_discarded());
  EXPECT_TRUE(ParseJsonLine("[" + open + close + "]").is_discarded());
  // Printing this would need more stack than there is.
  const std::string deep(1 << 20, '[');
  EXPECT_TRUE(ParseJsonLine(deep + std::string(1 << 20, ']')).is_discarded());
  EXPECT_TRUE(absl::IsInvalidArgument(
      BatchQuestionFromLine(absl::StrCat(R"({"args":[],"name":)", deep,
                                         std::string(deep.size(), ']'), "}"))
          .status()));
  // Brackets within words are none.
  EXPECT_EQ(ParseJsonLine(R"(["\"[[[[[[[[[["])").size(), 1u);
}

TEST(AnswerJson, BatchQuestions) {
  const auto question =
      BatchQuestionFromLine(R"({"name":[7],"args":["-m","4G"]})");
  ASSERT_TRUE(question.ok()) << question.status();
  EXPECT_EQ(*question->name, ordered_json::parse("[7]"));
  EXPECT_EQ(question->args, (std::vector<std::string>{"-m", "4G"}));
  const auto bare = BatchQuestionFromLine(R"({"args":[]})");
  EXPECT_FALSE(bare->name.has_value());
  EXPECT_FALSE(bare->dialect.has_value());
  EXPECT_FALSE(bare->qemu_version.has_value());
  const auto full = BatchQuestionFromLine(
      R"({"args":[],"dialect":"memmap-type","qemu_version":"10.0"})");
  EXPECT_EQ(full->dialect, Dialect::kMemmapType);
  EXPECT_EQ(full->qemu_version, QemuVersion::k10_0);
  for (const char* line :
       {"", "1", "{", "{}", R"({"args":1})", R"({"args":[1]})",
        R"({"args":[],"dialect":"x"})", R"({"args":[],"qemu_version":7.2})"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(BatchQuestionFromLine(line).status()))
        << line;
  }
}

TEST(AnswerJson, AnswersHaveLimits) {
  Answer answer = SomeLayout();
  auto& layout = std::get<GuestLayout>(answer.outcome);
  layout.e820.resize(kMaxE820Rows);
  EXPECT_TRUE(AnswerFromJson(AnswerToJson(answer)).ok());
  layout.e820.resize(kMaxE820Rows + 1);
  EXPECT_THAT(AnswerFromJson(AnswerToJson(answer)).none().text,
              HasSubstr("513 rows of e820"));
  answer.outcome = Rejection{std::string(kMaxTextBytes + 1, 'x')};
  EXPECT_TRUE(absl::IsDataLoss(CheckSizes(answer)));
  answer.outcome = Rejection{"no"};
  answer.warnings.resize(kMaxWarnings + 1);
  EXPECT_TRUE(absl::IsDataLoss(CheckSizes(answer)));
}

}  // namespace
}  // namespace e820check
