// SPDX-License-Identifier: Apache-2.0

#include "cli/wrong_words.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(WrongWordsTest, ACommandThatThereIsNot) {
  EXPECT_EQ(NoSuchCommand("dif", {"predict", "diff"}),
            "there is no command 'dif'; did you mean diff?\n"
            "The commands are predict, diff; 'e820check help' tells more.");
}

CommandWithUnknownWords Predict(std::vector<std::string> words,
                                std::vector<std::string> unknown) {
  return {.command = "predict",
          .words = std::move(words),
          .unknown = std::move(unknown),
          .options = {"--system", "--format"},
          .takes_qemu_args = true,
          .qemu_args = {}};
}

TEST(WrongWordsTest, QemusArgumentsGoAfterTheDashes) {
  EXPECT_EQ(UnknownWords(Predict({"-m", "16G"}, {"-m", "16G"})),
            "predict: there is no option '-m'; QEMU's arguments go after --:\n"
            "  e820check predict -- -m 16G\n"
            "'e820check predict --help' tells more.");
  CommandWithUnknownWords mixed =
      Predict({"-m", "16G", "--system", "rangetree", "-M", "a b"},
              {"-m", "16G", "-M", "a b"});
  mixed.qemu_args = {"-smp", "2"};
  EXPECT_THAT(UnknownWords(mixed),
              HasSubstr("\n  e820check predict --system rangetree -- -m 16G -M "
                        "'a b' -smp 2\n"));
}

TEST(WrongWordsTest, AnOptionThatIsNear) {
  EXPECT_THAT(UnknownWords(Predict({"--sistem", "x"}, {"--sistem", "x"})),
              HasSubstr("there is no option '--sistem'; did you mean "
                        "--system?\n"));
  // QEMU takes two dashes too.
  EXPECT_THAT(UnknownWords(Predict({"--machine", "x"}, {"--machine", "x"})),
              HasSubstr("e820check predict -- --machine x"));
  CommandWithUnknownWords laws = {.command = "laws",
                                  .words = {"-format", "x"},
                                  .unknown = {"-format", "x"},
                                  .options = {"--format"},
                                  .qemu_args = {}};
  EXPECT_THAT(UnknownWords(laws), HasSubstr("did you mean --format?"));
  laws.unknown = {"x"};
  EXPECT_THAT(UnknownWords(laws), HasSubstr("laws: there is no argument 'x'"));
  EXPECT_THAT(UnknownWords(laws), Not(HasSubstr("after --")));
}

}  // namespace
}  // namespace e820check
