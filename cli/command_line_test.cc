// SPDX-License-Identifier: Apache-2.0

// What the program itself makes of its words.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Outcome {
  int status = 0;
  std::string out;
  std::string err;
};

std::string TakeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  unlink(path.c_str());
  return text;
}

// `before` is for the shell that starts the program: "ulimit -s 64".
Outcome Start(const std::string& words, const std::string& before = ":") {
  const std::string path =
      absl::StrCat(testing::TempDir(), "command-line-", getpid());
  const int status = std::system(
      absl::StrCat("(", before, "; exec ", E820CHECK_BINARY_DIR, "/e820check ",
                   words, ") >", path, ".out 2>", path, ".err </dev/null")
          .c_str());
  EXPECT_TRUE(WIFEXITED(status)) << words;
  return {.status = WEXITSTATUS(status),
          .out = TakeFile(path + ".out"),
          .err = TakeFile(path + ".err")};
}

void ExpectUsageError(const std::string& words, const std::string& text) {
  const Outcome outcome = Start(words);
  EXPECT_EQ(outcome.status, 2) << words;
  EXPECT_THAT(outcome.out, IsEmpty()) << words;
  EXPECT_THAT(outcome.err, StartsWith("e820check: " + text)) << words;
}

TEST(CommandLineTest, HelpIsGivenToWhomAsks) {
  for (const char* words : {"help", "--help", "-h"}) {
    const Outcome help = Start(words);
    EXPECT_EQ(help.status, 0) << words;
    EXPECT_THAT(help.out, HasSubstr("\n  predict ")) << words;
    EXPECT_THAT(help.err, IsEmpty()) << words;
  }
  for (const char* words : {"help diff", "diff --help"}) {
    const Outcome help = Start(words);
    EXPECT_EQ(help.status, 0) << words;
    EXPECT_THAT(help.out, HasSubstr("--keep-going")) << words;
  }
  const Outcome nothing = Start("");
  EXPECT_EQ(nothing.status, 2);
  EXPECT_THAT(nothing.out, IsEmpty());
  EXPECT_THAT(nothing.err, HasSubstr("\n  predict "));
}

TEST(CommandLineTest, WrongWords) {
  ExpectUsageError("dif", "there is no command 'dif'; did you mean diff?\n");
  ExpectUsageError("help dif", "there is no command 'dif'");
  ExpectUsageError("--frobnicate", "a command comes first, not '--frobnicate'");
  ExpectUsageError("-m 16G", "a command comes first, not '-m'");
  ExpectUsageError("diff --case 3",
                   "diff: there is no option '--case'; did you mean --cases?");
  ExpectUsageError("laws all", "laws: there is no argument 'all'");
  ExpectUsageError("laws rules", "laws: there is no argument 'rules'");
  ExpectUsageError("hunt -- -m 1G", "hunt takes no QEMU arguments");
  ExpectUsageError(
      "predict --format json -m 16G -smp 4",
      "predict: there is no option '-m'; QEMU's arguments go after --:\n"
      "  e820check predict --format json -- -m 16G -smp 4\n");
  ExpectUsageError("predict", "predict needs -- and QEMU's arguments");
}

TEST(CommandLineTest, NumbersAreReadStrictly) {
  const std::string seeds =
      " is no whole number from 0 to 18446744073709551615";
  const std::string cases = " is no whole number from 1 to 1000000000";
  ExpectUsageError("diff --seed -1", "diff: --seed: '-1'" + seeds);
  ExpectUsageError("diff --seed ''", "diff: --seed: ''" + seeds);
  ExpectUsageError("diff --seed=", "diff: --seed: 1 required N missing");
  ExpectUsageError("hunt --seed 18446744073709551616",
                   "hunt: --seed: '18446744073709551616'" + seeds);
  ExpectUsageError("zoo --seed 0x1", "zoo: --seed: '0x1'" + seeds);
  ExpectUsageError("rules --seed 1.5", "rules: --seed: '1.5'" + seeds);
  ExpectUsageError("diff --cases 0", "diff: --cases: '0'" + cases);
  ExpectUsageError("hunt --cases 1e3", "hunt: --cases: '1e3'" + cases);
  ExpectUsageError("rules --cases ' 1'", "rules: --cases: ' 1'" + cases);
  ExpectUsageError("zoo --cases -1", "zoo: --cases: '-1'" + cases);
  for (const char* text : {"nan", "inf", "-1", "0", "''"}) {
    ExpectUsageError(absl::StrCat("hunt --minutes ", text),
                     "hunt: --minutes: '");
  }
  ExpectUsageError("diff --jobs 0",
                   "diff: --jobs: '0' is no whole number from 1 to 1024");
  ExpectUsageError("hunt --jobs 4294967297", "hunt: --jobs: '4294967297'");
  ExpectUsageError("zoo --fuzz-seconds nan", "zoo: --fuzz-seconds: 'nan'");
  for (const char* text : {"1/1", "-1/2", "' 0/1'", "0/+1", "0/5000", "''"}) {
    ExpectUsageError(absl::StrCat("diff --shard ", text), "--shard needs I/N");
  }
}

TEST(CommandLineTest, ChoicesAreListed) {
  ExpectUsageError("diff --qemu-version 9.2",
                   "diff: --qemu-version: '9.2' is none of 7.2, 10.0, 11.1\n");
  ExpectUsageError("predict --dialect foo",
                   "predict: --dialect: 'foo' is none of stock, memmap-type\n");
  ExpectUsageError("laws --format html",
                   "laws: --format: 'html' is none of text, markdown\n");
  ExpectUsageError("diff --nearest --qemu-version 7.2",
                   "diff: --qemu-version excludes --nearest");
}

TEST(CommandLineTest, TablesFitATerminal) {
  for (const char* words : {"laws", "rules --cases 1"}) {
    const Outcome table = Start(words);
    EXPECT_EQ(table.status, 0) << words;
    EXPECT_THAT(table.out, Not(HasSubstr("|"))) << words;
    for (const absl::string_view line : absl::StrSplit(table.out, '\n')) {
      EXPECT_LE(line.size(), 100u) << line;
    }
    EXPECT_THAT(Start(absl::StrCat(words, " --format markdown")).out,
                StartsWith("# "))
        << words;
  }
}

TEST(CommandLineTest, ExplainsByName) {
  const Outcome law = Start("explain slit.follows-options");
  EXPECT_EQ(law.status, 0);
  EXPECT_THAT(law.out, StartsWith("law slit.follows-options\n"));
  EXPECT_THAT(Start("explain q35-without-ram-aborts").out,
              StartsWith("ledger entry q35-without-ram-aborts\n"));
  EXPECT_THAT(Start("explain").out, HasSubstr("\n  q35-without-ram-aborts\n"));
  ExpectUsageError("explain slit.follows-option",
                   "explain: no law or ledger entry is named "
                   "'slit.follows-option'; did you mean slit.follows-options");
}

TEST(CommandLineTest, ASmallStackIsEnough) {
  const Outcome diff = Start(
      "diff --left reference --right rangetree --cases 50", "ulimit -s 64");
  EXPECT_EQ(diff.status, 0) << diff.err;
  // A child process, and what it says.
  EXPECT_EQ(Start("diff --left reference --right 'exec:/bin/false' --cases 3",
                  "ulimit -s 64")
                .status,
            Start("diff --left reference --right 'exec:/bin/false' --cases 3")
                .status);
}

}  // namespace
}  // namespace e820check
