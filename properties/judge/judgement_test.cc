// SPDX-License-Identifier: Apache-2.0

#include "properties/judge/judgement.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/judge/tally.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;
using Kind = NoAnswer::Kind;

// Says the same whatever it is asked.
class Parrot final : public System {
 public:
  explicit Parrot(Reply answer) : answer_(std::move(answer)) {}

  const std::string& name() const override { return name_; }
  Reply Ask(const Question&) const override { return answer_; }

 private:
  std::string name_ = "parrot";
  Reply answer_;
};

Answer Accepts(uint64_t ram_bytes) {
  GuestLayout layout;
  layout.e820 = {{0, ram_bytes, MemoryType::kRam}};
  return {.warnings = {}, .outcome = layout};
}

Answer Refuses(const std::string& text) {
  return {.warnings = {}, .outcome = Rejection{text}};
}

Judgement JudgeReplies(Reply left, Reply right,
                       std::vector<std::string> args = {"-m", "128M", "-cpu",
                                                        "kvm64"}) {
  return Judge(Parrot(std::move(left)), Parrot(std::move(right)),
               MakeQuestion(std::move(args), {}));
}

NoAnswer None(Kind kind, const std::string& text = "why") {
  return {.kind = kind, .text = text};
}

constexpr uint64_t kDefaultRamBytes = 128 << 20;

TEST(Judgement, EqualAnswersAgree) {
  EXPECT_EQ(JudgeReplies(Accepts(kDefaultRamBytes), Accepts(kDefaultRamBytes))
                .verdict,
            Verdict::kAccepted);
  EXPECT_EQ(JudgeReplies(Refuses("no"), Refuses("no")).verdict,
            Verdict::kRefused);
}

TEST(Judgement, NamesWhatDiffersFirst) {
  const Judgement one_sided =
      JudgeReplies(Accepts(kDefaultRamBytes), Refuses("no"));
  EXPECT_EQ(KindOf(one_sided), "verdict");
  EXPECT_THAT(Describe(one_sided), HasSubstr("actual:   refused: no"));
  EXPECT_EQ(KindOf(JudgeReplies(Refuses("no"), Refuses("No"))), "refusal");
  EXPECT_EQ(KindOf(JudgeReplies(Accepts(1), Accepts(2))), "e820");
  Answer warns = Refuses("no");
  warns.warnings = {"warning: x"};
  EXPECT_EQ(KindOf(JudgeReplies(warns, Refuses("no"))), "warnings");
}

TEST(Judgement, ListsEveryTableThatDiffers) {
  Answer expected = Accepts(kDefaultRamBytes);
  expected.warnings = {"a"};
  std::get<GuestLayout>(expected.outcome).slit = "x";
  const Judgement judgement = JudgeReplies(expected, Accepts(1));
  ASSERT_EQ(judgement.differences.size(), 3u);
  EXPECT_EQ(judgement.differences[0].table, Difference::Table::kWarnings);
  EXPECT_EQ(judgement.differences[1].table, Difference::Table::kE820);
  EXPECT_EQ(judgement.differences[1].kind, Difference::Kind::kRow);
  EXPECT_EQ(judgement.differences[1].row, 0u);
  EXPECT_EQ(judgement.differences[2].table, Difference::Table::kSlit);
  EXPECT_EQ(judgement.differences[2].kind, Difference::Kind::kByte);
  EXPECT_EQ(judgement.differences[2].expected, "0x78 of 1 bytes");
}

TEST(Judgement, HoldsWhatWasJudged) {
  const Judgement judgement =
      JudgeReplies(Accepts(kDefaultRamBytes), Refuses("no"));
  EXPECT_EQ(**judgement.expected, Accepts(kDefaultRamBytes));
  EXPECT_EQ(**judgement.actual, Refuses("no"));
  const Judgement silent = JudgeReplies(None(Kind::kHost), Refuses("no"));
  EXPECT_EQ(silent.none()->kind, Kind::kHost);
  EXPECT_FALSE(silent.actual.has_value());  // was not asked
}

TEST(Judgement, TheDefectsOfTheRightAnswerAreAllNamed) {
  GuestLayout layout;
  layout.e820 = {{0, kDefaultRamBytes, MemoryType::kSoftReserved}};
  const Judgement judgement = JudgeReplies(
      Accepts(kDefaultRamBytes), Answer{.warnings = {}, .outcome = layout});
  EXPECT_EQ(judgement.verdict, Verdict::kDisagree);
  std::vector<std::string> ids;
  for (const Defect& defect : judgement.defects) ids.push_back(defect.id);
  EXPECT_THAT(ids, testing::ElementsAre("e820 ram as soft reserved below 4G",
                                        "law e820.ram-for-firmware",
                                        "law e820.soft-reserved-is-configured",
                                        "law e820.types-follow-owners"));
  const Judgement none = JudgeReplies(Refuses("no"), None(Kind::kOverrun));
  ASSERT_EQ(none.defects.size(), 1u);
  EXPECT_EQ(none.defects[0].id, "overrun");
}

TEST(Judgement, EqualAnswersMayStillBreakALaw) {
  const Judgement judgement = JudgeReplies(Accepts(kDefaultRamBytes / 2),
                                           Accepts(kDefaultRamBytes / 2));
  EXPECT_EQ(judgement.verdict, Verdict::kDisagree);
  EXPECT_EQ(KindOf(judgement), "law e820.holds-all-ram");
}

TEST(Judgement, NoAnswerIsADisagreementUnlessNobodyIsToBlame) {
  const auto verdict_of = [](Kind kind) {
    return JudgeReplies(Refuses("no"), None(kind)).verdict;
  };
  for (const Kind kind :
       {Kind::kCrash, Kind::kSanitizer, Kind::kHang, Kind::kExit,
        Kind::kGarbage, Kind::kFlood, Kind::kOverrun, Kind::kFailed}) {
    EXPECT_EQ(verdict_of(kind), Verdict::kDisagree) << ToString(kind);
  }
  EXPECT_EQ(verdict_of(Kind::kHost), Verdict::kHost);
  EXPECT_EQ(verdict_of(Kind::kNotCovered), Verdict::kNotCovered);
  EXPECT_EQ(verdict_of(Kind::kLimit), Verdict::kNotCovered);
  EXPECT_EQ(verdict_of(Kind::kLacking), Verdict::kLacking);
  EXPECT_EQ(verdict_of(Kind::kUnusable), Verdict::kUnusable);
}

TEST(Judgement, WhereQemusAnswerIsAnAccidentItMustNotDie) {
  const auto verdict_of = [](const Reply& actual) {
    return JudgeReplies(None(Kind::kAccident), actual).verdict;
  };
  EXPECT_EQ(verdict_of(Refuses("no")), Verdict::kAccident);
  EXPECT_EQ(verdict_of(None(Kind::kExit)), Verdict::kAccident);
  EXPECT_EQ(verdict_of(None(Kind::kCrash)), Verdict::kDisagree);
  EXPECT_EQ(verdict_of(None(Kind::kHang)), Verdict::kDisagree);
  EXPECT_EQ(verdict_of(None(Kind::kSanitizer)), Verdict::kDisagree);
}

// Laws and judgements take time with the square of the rows.
TEST(Judgement, AnAnswerThatNoMachineHasIsAFlood) {
  Answer large = Accepts(kDefaultRamBytes);
  std::get<GuestLayout>(large.outcome).e820.resize(200000);
  const Judgement judgement = JudgeReplies(Accepts(kDefaultRamBytes), large);
  EXPECT_EQ(judgement.verdict, Verdict::kDisagree);
  EXPECT_EQ(KindOf(judgement), "flood");
  EXPECT_THAT(Describe(judgement), HasSubstr("200000 rows of e820"));
}

TEST(Judgement, OnlyWhatWasComparedCountsAsCompared) {
  Tally tally;
  tally.Add(JudgeReplies(Refuses("no"), Refuses("no")));
  tally.Add(JudgeReplies(Refuses("no"), Refuses("No")));
  tally.Add(JudgeReplies(Refuses("no"), None(Kind::kHost, "memory")));
  tally.Add(JudgeReplies(None(Kind::kNotCovered, "-x"), Refuses("no")));
  EXPECT_EQ(tally.cases, 4u);
  EXPECT_EQ(tally.CountCompared(), 2u);
  EXPECT_THAT(tally.reasons,
              testing::ElementsAre(testing::Pair("parrot: -x", 1),
                                   testing::Pair("parrot: memory", 1)));
}

// A warning is expected of nobody who has no way to say it, on either side.
TEST(Judgement, SomeSystemsCannotSayAll) {
  class Mute final : public System {
   public:
    explicit Mute(Answer answer) : answer_(std::move(answer)) {}
    const std::string& name() const override { return name_; }
    bool CanSay(absl::string_view warning) const override {
      return warning != "unsayable";
    }
    Reply Ask(const Question&) const override { return answer_; }

   private:
    std::string name_ = "mute";
    Answer answer_;
  };
  Answer all = Refuses("no");
  all.warnings = {"a", "unsayable", "b"};
  Answer rest = Refuses("no");
  rest.warnings = {"a", "b"};
  const Question question = MakeQuestion({"-m", "1Z"}, {});
  EXPECT_EQ(Judge(Parrot(all), Mute(rest), question).verdict,
            Verdict::kRefused);
  EXPECT_EQ(Judge(Mute(rest), Parrot(all), question).verdict,
            Verdict::kRefused);
  EXPECT_EQ(KindOf(Judge(Parrot(all), Parrot(rest), question)), "warnings");
  rest.warnings = {"a"};
  EXPECT_EQ(KindOf(Judge(Parrot(all), Mute(rest), question)), "warnings");
}

TEST(Judgement, TheLedgerKnowsSomeCrashes) {
  const Judgement judgement = JudgeReplies(Accepts(0), None(Kind::kCrash),
                                           {"-machine", "q35,memory.size=0"});
  EXPECT_EQ(judgement.verdict, Verdict::kKnownCrash);
  EXPECT_THAT(judgement.quirks, testing::ElementsAre("q35-without-ram-aborts"));
}

TEST(Judgement, ButNotOfSomebodyElsesCode) {
  class Stranger final : public System {
   public:
    const std::string& name() const override { return name_; }
    bool IsInTheLedger() const override { return false; }
    Reply Ask(const Question&) const override { return None(Kind::kCrash); }

   private:
    std::string name_ = "stranger";
  };
  const Judgement judgement =
      Judge(Parrot(Accepts(0)), Stranger(),
            MakeQuestion({"-machine", "q35,memory.size=0"}, {}));
  EXPECT_EQ(judgement.verdict, Verdict::kDisagree);
  EXPECT_EQ(KindOf(judgement), "crash");
}

}  // namespace
}  // namespace e820check
