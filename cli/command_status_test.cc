// SPDX-License-Identifier: Apache-2.0

// Verify that each command ends with the status that doc/exit-statuses.md
// names, by running the program.

#include "cli/command_status.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class CommandStatusTest : public ::testing::Test {
 protected:
  CommandStatusTest() {
    fs::create_directories(directory_);
    WriteQemu("crash", "kill -SEGV $$");
    WriteQemu("host",
              "echo \"$0: cannot set up guest memory 'm': Cannot allocate "
              "memory\" >&2; exit 1");
    // Answers each question with what stands in its place.
    Write("says",
          "n=0\nwhile read -r question; do n=$((n + 1)); "
          "echo \"{\\\"name\\\":$n,$1}\"; done\n");
    Write("closes", "read -r question; exec >&-; sleep 1000\n");
    std::ofstream(directory_ / "lines") << R"({"args":["-m","1G"]})"
                                        << "\n"
                                        << R"({"args":["-m","1Z"]})"
                                        << "\n";
    std::ofstream(directory_ / "uncovered") << R"({"args":["-preconfig"]})"
                                            << "\n"
                                            << R"({"args":["-m","1Z"]})"
                                            << "\n";
    std::ofstream(directory_ / "broken") << R"({"args":["-preconfig"]})"
                                         << "\n[]\n";
  }
  ~CommandStatusTest() override { fs::remove_all(directory_); }

  void Write(const std::string& name, const std::string& script) const {
    std::ofstream(directory_ / name) << "#!/bin/sh\n" << script;
    fs::permissions(directory_ / name, fs::perms::owner_all);
  }
  void WriteQemu(const std::string& name, const std::string& script) const {
    Write(name,
          absl::StrCat("case \"$*\" in\n"
                       "  *--version*) echo QEMU emulator version 7.2.22; "
                       "exit ;;\n"
                       "  *help) exit ;;\n"
                       "esac\n",
                       script, "\n"));
  }

  // What a shell says of a line in which "e820check" is the program and "D"
  // our folder.
  int Run(const std::string& line) const {
    const std::string expanded = absl::StrReplaceAll(
        line, {{"e820check", absl::StrCat(E820CHECK_BINARY_DIR, "/e820check")},
               {" D/", absl::StrCat(" ", directory_.string(), "/")},
               {":D/", absl::StrCat(":", directory_.string(), "/")},
               {">D/", absl::StrCat(">", directory_.string(), "/")}});
    std::ofstream(directory_ / "line") << expanded << "\n";
    const std::string path = directory_.string();
    const int status = std::system(
        absl::StrCat("sh ", path, "/line >", path, "/out 2>", path, "/err")
            .c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::string out() const { return Read(directory_ / "out"); }
  std::string err() const { return Read(directory_ / "err"); }

  const fs::path directory_ = fs::path(testing::TempDir()) /
                              absl::StrCat("e820check_status_test-", getpid());
};

struct Case {
  int status;
  const char* line;
};

#define EXPECT_STATUSES(cases)                                   \
  for (const Case& c : (cases)) {                                \
    EXPECT_EQ(Run(c.line), c.status) << c.line << "\n" << err(); \
  }

TEST_F(CommandStatusTest, OfPredict) {
  const Case cases[] = {
      {0, "e820check predict -- -m 1G"},
      {0, "e820check predict --format json -- -m 1G"},
      {0, "e820check predict -- -machine help"},
      {1, "e820check predict -- -m 1Z"},
      {1, "e820check predict --format json -- -m 1Z"},
      {2, "e820check predict"},
      {2, "e820check predict --no-such-option -- -m 1G"},
      {2, "e820check predict --system none -- -m 1G"},
      {3, "e820check predict --system qemu:/none -- -m 1G"},
      {3, "e820check predict --system exec:/none -- -m 1G"},
      {4, "e820check predict --system qemu:/bin/echo -- -m 1G"},
      {4, "e820check predict --system qemu:D/crash -- -m 1G"},
      {4, "e820check predict --system exec:/bin/true -- -m 1G"},
      {4, "e820check predict --system exec:D/closes -- -m 1G"},
      {4, "e820check predict --system so:D/lines -- -m 1G"},
      {5, "e820check predict --system qemu:D/host -- -m 1G"},
      {5, "ulimit -n 6; e820check predict --system exec:D/closes -- -m 1G"},
      {5, "e820check predict -- -m 1G >/dev/full"},
      {6, "e820check predict -- -preconfig"},
  };
  EXPECT_STATUSES(cases);
}

TEST_F(CommandStatusTest, OfABatchIsThatOfItsWorstLine) {
  const Case cases[] = {
      {0, "echo '{\"args\":[]}' | e820check predict --batch -"},
      {0, "e820check predict --batch /dev/null"},
      {1, "e820check predict --batch D/lines"},
      {6, "e820check predict --batch D/uncovered"},
      {2, "e820check predict --batch D/broken"},
      {2, "e820check predict --batch D/"},
      {2, "e820check predict --batch - <&-"},
      {3, "e820check predict --batch D/none"},
      {4, "e820check predict --system exec:/bin/true --batch D/lines"},
      {5, "e820check predict --batch D/lines >/dev/full"},
      // Stops reading.
      {5, "yes '{\"args\":[]}' | e820check predict --batch - >/dev/full"},
  };
  EXPECT_STATUSES(cases);
}

TEST_F(CommandStatusTest, OfDiff) {
  const std::string pair = "e820check diff --left reference --right ";
  const Case cases[] = {
      {0, "rangetree --cases 100"},
      {0, "rangetree -- -m 1G"},
      {0, "rangetree -- -m 1Z"},
      {1, "memmap-v5 --dialect memmap-type --cases 2000"},
      {1, "qemu:D/crash -- -m 1G"},
      {1, "qemu:D/crash --cases 1"},
      {1, "exec:/bin/true --cases 1"},
      {1, "exec:D/closes --cases 1"},
      {2, "rangetree --cases 0"},
      {2, "none --cases 1"},
      {3, "qemu:/none --cases 1"},
      {4, "qemu:/bin/echo --cases 1"},
      {5, "qemu:D/host --cases 20"},
      {5, "qemu:D/host -- -m 1G"},
      {5, "rangetree --cases 10 >/dev/full"},
      {5, "rangetree --cases 10 --keep-going --report /none/report"},
      {6, "rangetree -- -preconfig"},
      {6, "'exec:D/says \"failed\":\"not_mine\"' --cases 20"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Run(pair + c.line), c.status) << c.line << "\n" << err();
  }
  // Of many cases that the host keeps from being compared, none is left over.
  EXPECT_EQ(Run("ulimit -n 6; " + pair + "exec:D/closes --cases 20"), 5);
}

TEST_F(CommandStatusTest, OfHunt) {
  const Case cases[] = {
      {1, "e820check hunt --cases 1 --out D/1 --qemu D/crash"},
      {2, "e820check hunt --cases 0 --out D/2"},
      {3, "e820check hunt --cases 1 --out D/3 --qemu D/none"},
      {3, "e820check hunt --cases 1 --out D/4 --qemu D/host --corpus D/none"},
      {4, "e820check hunt --cases 1 --out D/5 --qemu /bin/echo"},
      {5, "e820check hunt --cases 1 --out D/6 --qemu D/host"},
  };
  EXPECT_STATUSES(cases);
}

TEST_F(CommandStatusTest, OfMergeIsThatOfTheWholeRun) {
  const std::string diff = "e820check diff --left reference --keep-going ";
  ASSERT_EQ(Run(diff + "--right rangetree --cases 20 --report D/0"), 0);
  ASSERT_EQ(Run(diff + "--right memmap-v5 --dialect memmap-type --cases 2000 "
                       "--report D/1"),
            1);
  ASSERT_EQ(Run(diff + "--right qemu:D/host --cases 20 --report D/5"), 5);
  const Case cases[] = {
      {0, "e820check merge D/0"},     {1, "e820check merge D/1"},
      {2, "e820check merge D/"},      {2, "e820check merge D/lines"},
      {2, "e820check merge D/0 D/1"}, {3, "e820check merge D/none"},
      {5, "e820check merge D/5"},     {5, "e820check merge D/0 >/dev/full"},
  };
  EXPECT_STATUSES(cases);
}

TEST_F(CommandStatusTest, OfTheOthers) {
  const Case cases[] = {
      {0, "e820check laws"},
      {5, "e820check laws >/dev/full"},
      {2, "e820check laws --no-such-option"},
      {0, "e820check rules --cases 10"},
      {5, "e820check rules --cases 10 >/dev/full"},
      {0, "e820check zoo --mutant e820-is-sorted --cases 10000"},
      {2, "e820check zoo --mutant none"},
      {3, "e820check zoo --fuzzer D/none"},
      {0, "e820check --help"},
      {5, "e820check --help >/dev/full"},
      {2, "e820check"},
  };
  EXPECT_STATUSES(cases);
}

TEST_F(CommandStatusTest, OfWhatASignalEnds) {
  const std::string endless =
      " 0.5 e820check diff --left reference --right rangetree --cases "
      "1000000000";
  EXPECT_EQ(Run("timeout --preserve-status -s INT" + endless), 130);
  EXPECT_THAT(out(), HasSubstr("accepted by both"));
  EXPECT_EQ(Run("timeout --preserve-status -s TERM" + endless), 143);
  EXPECT_EQ(Run("timeout --preserve-status -s HUP" + endless), 129);
}

// Where there is no memory for their stacks.
TEST_F(CommandStatusTest, FewerThreadsThanAskedForWillDo) {
  EXPECT_EQ(Run("ulimit -v 200000; e820check diff --left reference --right "
                "rangetree --cases 1000 --jobs 1000"),
            0);
  EXPECT_THAT(err(), HasSubstr("threads instead of 1000"));
}

TEST_F(CommandStatusTest, NoFurtherThreadWillDo) {
  // For root there is no such limit.
  const std::string somebody =
      getuid() == 0 ? "setpriv --reuid=65534 --clear-groups " : "";
  if (Run(somebody + "test -x e820check") != 0) {
    GTEST_SKIP() << "needs setpriv, and a place that others may read";
  }
  EXPECT_EQ(Run("prlimit --nproc=1 " + somebody +
                "e820check diff --left reference --right rangetree "
                "--cases 100 --jobs 8"),
            0);
  EXPECT_THAT(err(), HasSubstr("1 thread instead of 8"));
}

// Half of what could be compared is the least.
TEST(StatusOfRun, NeedsComparisons) {
  const auto status = [](uint64_t accepted, uint64_t host, uint64_t uncovered) {
    Tally tally;
    tally.verdicts = {{Verdict::kAccepted, accepted},
                      {Verdict::kHost, host},
                      {Verdict::kNotCovered, uncovered}};
    return StatusOfRun(tally);
  };
  EXPECT_EQ(status(1, 0, 1000), kExitOk);
  EXPECT_EQ(status(500, 500, 0), kExitOk);
  EXPECT_EQ(status(499, 500, 0), kExitHost);
  EXPECT_EQ(status(0, 1, 1000), kExitHost);
  EXPECT_EQ(status(0, 0, 1000), kExitNotCovered);
}

TEST(Worse, GoesByHowMuchIsUnknown) {
  const CommandStatus order[] = {kExitHost,  kExitNoAnswer,   kExitMissing,
                                 kExitUsage, kExitNotCovered, kExitNo,
                                 kExitOk};
  for (size_t i = 0; i < std::size(order); ++i) {
    for (size_t j = 0; j < std::size(order); ++j) {
      EXPECT_EQ(Worse(order[i], order[j]), order[std::min(i, j)]);
    }
  }
}

// Which QEMU's rules a prediction goes by, and why.
TEST_F(CommandStatusTest, PredictSaysWhoseRulesItUses) {
  ASSERT_EQ(Run("e820check predict -- -M pc-q35-9.0"), 0);
  EXPECT_THAT(err(),
              HasSubstr("rules of QEMU 10.0, the oldest release that has "
                        "the machine type"));
  ASSERT_EQ(Run("e820check predict --qemu-version 11.1 -- -m 1G"), 0);
  EXPECT_THAT(err(), HasSubstr("rules of QEMU 11.1, as asked for"));
  ASSERT_EQ(Run("e820check predict --format json -- -M pc-q35-9.0"), 0);
  EXPECT_THAT(out(), HasSubstr(R"("qemu_version":"10.0")"));
}

TEST_F(CommandStatusTest, ABatchQuestionMayNameItsDialectAndRelease) {
  std::ofstream(directory_ / "typed")
      << R"({"args":["-numa","node,memmap-type=x"],"dialect":"memmap-type"})"
      << "\n"
      << R"({"args":["-numa","node,memmap-type=x"],"qemu_version":"11.1"})"
      << "\n";
  ASSERT_EQ(Run("e820check predict --batch D/typed"), 1);
  EXPECT_THAT(out(), HasSubstr("does not accept value 'x'"));
  EXPECT_THAT(out(), HasSubstr(R"("qemu_version":"11.1")"));
  EXPECT_THAT(out(), HasSubstr("Invalid parameter 'memmap-type'"));
}

TEST_F(CommandStatusTest, NothingSpeaksToTheTerminal) {
  Write("paints", "read -r question; printf '\\033[31m'; exit\n");
  ASSERT_EQ(Run("e820check diff --left reference --right exec:D/paints "
                "--cases 1"),
            1);
  EXPECT_THAT(out() + err(), Not(HasSubstr("\x1b")));
  ASSERT_EQ(Run("e820check predict -- -m \"$(printf '\\033[31m')\""), 1);
  EXPECT_THAT(err(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(err(), HasSubstr("\\u001b[31m"));
}

}  // namespace
}  // namespace e820check
