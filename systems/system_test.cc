// SPDX-License-Identifier: Apache-2.0

#include "systems/system.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/generate/choices.h"
#include "properties/generate/command_line_generator.h"
#include "properties/judge/judgement.h"
#include "properties/judge/tally.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;

std::string Program(const std::string& name) {
  return std::string(E820CHECK_BINARY_DIR) + "/" + name;
}

// Every generated command line, refused ones, all releases and both dialects
// included.
void ExpectAgreement(const std::string& name, int cases) {
  const auto reference = MakeSystem("reference");
  const auto subject = MakeSystem(name);
  ASSERT_TRUE(subject.ok()) << subject.status();
  EXPECT_EQ((*subject)->name(), name);
  SeededChoices choices(820);
  Tally tally;
  for (int i = 0; i < cases; ++i) {
    GeneratorPolicy policy = ChoosePolicy(choices);
    policy.one_fault_in = 2;
    const CommandLineContext context = {.qemu_version = policy.qemu_version,
                                        .dialect = policy.dialect};
    const Judgement judgement =
        Judge(**reference, **subject,
              MakeQuestion(GenerateCommandLine(choices, policy), context));
    tally.Add(judgement);
    ASSERT_NE(judgement.verdict, Verdict::kDisagree) << Describe(judgement);
  }
  EXPECT_GT(tally.Count(Verdict::kAccepted), cases / 4);
  EXPECT_GT(tally.Count(Verdict::kRefused), cases / 4);
}

TEST(System, ASharedObjectIsOne) {
  ExpectAgreement("so:" + Program("range_tree.so"), 20000);
}

TEST(System, AProcessIsOne) {
  ExpectAgreement(
      "exec:" + Program("e820check") + " predict --system rangetree --batch -",
      2000);
}

TEST(System, ASharedObjectIsToldTheDialectAndTheRelease) {
  const auto reference = MakeSystem("reference");
  const auto subject = MakeSystem("so:" + Program("range_tree.so"));
  ASSERT_TRUE(subject.ok()) << subject.status();
  const std::vector<std::string> args = {"-m", "1G", "-numa",
                                         "node,memmap-type=x"};
  for (const Dialect dialect : {Dialect::kStock, Dialect::kMemmapType}) {
    for (const QemuVersion version :
         {QemuVersion::k7_2, QemuVersion::k10_0, QemuVersion::k11_1}) {
      const Judgement judgement = Judge(
          **reference, **subject,
          MakeQuestion(args, {.qemu_version = version, .dialect = dialect}));
      EXPECT_EQ(judgement.verdict, Verdict::kRefused) << Describe(judgement);
    }
  }
}

TEST(System, ThePatchUnderReviewIsOne) {
  const auto reference = MakeSystem("reference");
  const auto patch = MakeSystem("memmap-v5");
  ASSERT_TRUE(patch.ok());
  const CommandLineContext context = {.dialect = Dialect::kMemmapType};
  const Judgement judgement =
      Judge(**reference, **patch,
            MakeQuestion({"-numa", "node,memdev=m", "-object",
                          "memory-backend-ram,id=m,size=128M", "-numa",
                          "node,memmap-type=spm"},
                         context));
  ASSERT_EQ(judgement.defects.size(), 1u);
  EXPECT_EQ(judgement.defects[0].id,
            "accepts: NUMA node N: memmap-type=T needs memory");
}

// The trace is that of the answer, asked once.
TEST(System, TheReferenceTellsItsRules) {
  const auto reference = MakeSystem("reference");
  const Question question = MakeQuestion({"-m", "8G"}, {});
  RuleSet reached;
  const Reply traced = (*reference)->AskAndTrace(question, reached);
  EXPECT_TRUE(reached.any());
  EXPECT_EQ(traced, (*reference)->Ask(question));
  EXPECT_EQ(Judge(**reference, **reference, question).rules, reached);
}

TEST(System, OtherNamesAreRefused) {
  EXPECT_THAT(std::string(MakeSystem("qemux").status().message()),
              HasSubstr("so:FILE or exec:COMMAND"));
  EXPECT_TRUE(absl::IsNotFound(MakeSystem("so:/none.so").status()));
  EXPECT_TRUE(absl::IsNotFound(MakeSystem("exec:/none").status()));
}

}  // namespace
}  // namespace e820check
