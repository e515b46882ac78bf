// SPDX-License-Identifier: Apache-2.0

#include "properties/judge/comparison.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "options/shell.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;

// Says the same whatever it is asked.
class Parrot final : public System {
 public:
  explicit Parrot(absl::StatusOr<Answer> answer) : answer_(std::move(answer)) {}

  const std::string& name() const override { return name_; }
  absl::StatusOr<Answer> Ask(const Question&) const override { return answer_; }

 private:
  std::string name_ = "parrot";
  absl::StatusOr<Answer> answer_;
};

Answer Accepts(uint64_t ram_bytes) {
  GuestLayout layout;
  layout.e820 = {{0, ram_bytes, MemoryType::kRam}};
  return {.warnings = {}, .outcome = layout};
}

Answer Refuses(const std::string& text) {
  return {.warnings = {}, .outcome = Rejection{text}};
}

Comparison CompareAnswers(absl::StatusOr<Answer> left,
                          absl::StatusOr<Answer> right,
                          std::vector<std::string> args = {"-m", "128M", "-cpu",
                                                           "kvm64"}) {
  return Compare(Parrot(std::move(left)), Parrot(std::move(right)),
                 MakeQuestion(std::move(args), {}));
}

constexpr uint64_t kDefaultRamBytes = 128 << 20;

TEST(Comparison, EqualAnswersAgree) {
  EXPECT_EQ(CompareAnswers(Accepts(kDefaultRamBytes), Accepts(kDefaultRamBytes))
                .verdict,
            Verdict::kAccepted);
  EXPECT_EQ(CompareAnswers(Refuses("no"), Refuses("no")).verdict,
            Verdict::kRefused);
}

TEST(Comparison, NamesWhatDiffersFirst) {
  const Comparison one_sided =
      CompareAnswers(Accepts(kDefaultRamBytes), Refuses("no"));
  EXPECT_EQ(one_sided.kind, "verdict");
  EXPECT_THAT(one_sided.divergence, HasSubstr("actual:   refused: no"));
  EXPECT_EQ(CompareAnswers(Refuses("no"), Refuses("No")).kind, "refusal");
  EXPECT_EQ(CompareAnswers(Accepts(1), Accepts(2)).kind, "e820");
  Answer warns = Refuses("no");
  warns.warnings = {"warning: x"};
  EXPECT_EQ(CompareAnswers(warns, Refuses("no")).kind, "warnings");
}

TEST(Comparison, TheDefectsOfTheRightAnswerAreAllNamed) {
  GuestLayout layout;
  layout.e820 = {{0, kDefaultRamBytes, MemoryType::kSoftReserved}};
  const Comparison comparison = CompareAnswers(
      Accepts(kDefaultRamBytes), Answer{.warnings = {}, .outcome = layout});
  EXPECT_EQ(comparison.verdict, Verdict::kDisagree);
  std::vector<std::string> ids;
  for (const Defect& defect : comparison.defects) ids.push_back(defect.id);
  EXPECT_THAT(ids, testing::ElementsAre("e820 ram as soft reserved below 4G",
                                        "law e820.ram-for-firmware",
                                        "law e820.soft-reserved-is-configured",
                                        "law e820.types-follow-owners"));
  const Comparison none =
      CompareAnswers(Refuses("no"), absl::PermissionDeniedError("overrun"));
  ASSERT_EQ(none.defects.size(), 1u);
  EXPECT_EQ(none.defects[0].id, "overrun");
}

TEST(Comparison, EqualAnswersMayStillBreakALaw) {
  const Comparison comparison = CompareAnswers(Accepts(kDefaultRamBytes / 2),
                                               Accepts(kDefaultRamBytes / 2));
  EXPECT_EQ(comparison.verdict, Verdict::kDisagree);
  EXPECT_EQ(comparison.kind, "law e820.holds-all-ram");
}

TEST(Comparison, NoAnswerIsADisagreementUnlessTheHostIsToBlame) {
  const auto verdict_of = [](const absl::Status& failure) {
    return CompareAnswers(Refuses("no"), failure).verdict;
  };
  EXPECT_EQ(verdict_of(absl::InternalError("died")), Verdict::kDisagree);
  EXPECT_EQ(verdict_of(absl::DeadlineExceededError("hung")),
            Verdict::kDisagree);
  EXPECT_EQ(verdict_of(absl::ResourceExhaustedError("host")),
            Verdict::kHostRefuses);
  EXPECT_EQ(verdict_of(absl::UnimplementedError("-x")), Verdict::kNotCovered);
}

// A warning is expected of nobody who has no way to say it, on either side.
TEST(Comparison, SomeSystemsCannotSayAll) {
  class Mute final : public System {
   public:
    explicit Mute(Answer answer) : answer_(std::move(answer)) {}
    const std::string& name() const override { return name_; }
    bool CanSay(absl::string_view warning) const override {
      return warning != "unsayable";
    }
    absl::StatusOr<Answer> Ask(const Question&) const override {
      return answer_;
    }

   private:
    std::string name_ = "mute";
    Answer answer_;
  };
  Answer all = Refuses("no");
  all.warnings = {"a", "unsayable", "b"};
  Answer rest = Refuses("no");
  rest.warnings = {"a", "b"};
  const Question question = MakeQuestion({"-m", "1Z"}, {});
  EXPECT_EQ(Compare(Parrot(all), Mute(rest), question).verdict,
            Verdict::kRefused);
  EXPECT_EQ(Compare(Mute(rest), Parrot(all), question).verdict,
            Verdict::kRefused);
  EXPECT_EQ(Compare(Parrot(all), Parrot(rest), question).kind, "warnings");
  rest.warnings = {"a"};
  EXPECT_EQ(Compare(Parrot(all), Mute(rest), question).kind, "warnings");
}

TEST(Comparison, TheLedgerKnowsSomeCrashes) {
  const Comparison comparison =
      CompareAnswers(Accepts(0), absl::InternalError("died"),
                     {"-machine", "q35,memory.size=0"});
  EXPECT_EQ(comparison.verdict, Verdict::kKnownCrash);
  EXPECT_THAT(comparison.quirks,
              testing::ElementsAre("q35-without-ram-aborts"));
}

TEST(Comparison, ButNotOfSomebodyElsesCode) {
  class Stranger final : public System {
   public:
    const std::string& name() const override { return name_; }
    bool IsInTheLedger() const override { return false; }
    absl::StatusOr<Answer> Ask(const Question&) const override {
      return absl::InternalError("died");
    }

   private:
    std::string name_ = "stranger";
  };
  const Comparison comparison =
      Compare(Parrot(Accepts(0)), Stranger(),
              MakeQuestion({"-machine", "q35,memory.size=0"}, {}));
  EXPECT_EQ(comparison.verdict, Verdict::kDisagree);
  EXPECT_EQ(comparison.kind, "crash");
}

TEST(Shell, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(ShellQuote("-m=1,x"), "-m=1,x");
  EXPECT_EQ(ShellQuote(""), "''");
  EXPECT_EQ(ShellQuote("a b"), "'a b'");
  EXPECT_EQ(ShellQuote("it's"), "'it'\\''s'");
}

}  // namespace
}  // namespace e820check
