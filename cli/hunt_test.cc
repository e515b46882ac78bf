// SPDX-License-Identifier: Apache-2.0

// Verify that a hunt keeps what it finds, made short, and goes on from there: a
// program in QEMU's place dies of every machine with two sockets.

#include "cli/hunt.h"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "options/argument_lines.h"
#include "search/hostile_lines.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;

// Of all others it says that the host has no memory, which is no finding.
constexpr char kProgram[] = R"(#!/bin/sh
case "$*" in
  *--version*) echo "QEMU emulator version 7.2.22"; exit 0 ;;
  *help) exit 0 ;;
  *sockets=2*) echo "one socket is enough" >&2; kill -ABRT $$ ;;
  *canary*) echo "this should not be" >&2; kill -ABRT $$ ;;
esac
grep -q canary config* 2>/dev/null && kill -ABRT $$
echo "qemu: cannot set up guest memory 'm': Cannot allocate memory" >&2
exit 1
)";

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class HuntTest : public ::testing::Test {
 protected:
  HuntTest() {
    fs::remove_all(directory_);
    fs::create_directories(directory_ / "corpus");
    const fs::path program = directory_ / "qemu";
    std::ofstream(program) << kProgram;
    fs::permissions(program, fs::perms::owner_all);
    std::ofstream(directory_ / "corpus" / "two_sockets")
        << "-m\n1G\n-smp\n2,sockets=2\n-M\nq35\n";
    options_ = {.qemu = program.string(),
                .cases = 200,
                .jobs = 2,
                .out = (directory_ / "out").string(),
                .corpus = (directory_ / "corpus").string()};
  }
  ~HuntTest() override { fs::remove_all(directory_); }

  // One argument a line; what cannot be written so is left out.
  void WriteCorpus(const std::vector<CommandLineArgs>& lines) const {
    fs::remove_all(directory_ / "corpus");
    fs::create_directories(directory_ / "corpus");
    for (size_t i = 0; i < lines.size(); ++i) {
      const std::string text = absl::StrJoin(lines[i], "\n");
      if (SplitArgumentLines(text).args != lines[i]) continue;
      std::ofstream(directory_ / "corpus" / std::to_string(i)) << text;
    }
  }

  // The folder of the one finding of this kind.
  fs::path Finding(const std::string& kind) const {
    std::vector<fs::path> found;
    for (const auto& entry :
         fs::directory_iterator(directory_ / "out" / "findings")) {
      if (entry.path().filename().string().rfind(kind, 0) == 0) {
        found.push_back(entry.path());
      }
    }
    EXPECT_EQ(found.size(), 1u) << kind;
    return found.empty() ? fs::path() : found.front();
  }

  const fs::path directory_ = fs::path(testing::TempDir()) /
                              absl::StrCat("e820check_hunt_test_", getpid());
  HuntOptions options_;
};

TEST_F(HuntTest, KeepsWhatItFindsAndGoesOn) {
  EXPECT_EQ(Hunt(options_), kExitNo);
  const fs::path crash = Finding("crash");
  EXPECT_THAT(Read(crash / "reproduce.sh"), EndsWith(" sockets=2\n"));
  EXPECT_THAT(Read(crash / "evidence.txt"),
              HasSubstr("died on signal 6 (SIGABRT) (stderr: one socket"));
  EXPECT_FALSE(fs::exists(directory_ / "out" / "run" / "0"));
  const std::string cases = Read(directory_ / "out" / "cases");
  EXPECT_GE(std::stoi(cases), 200);

  options_.cases = 64;
  Hunt(options_);
  EXPECT_EQ(Read(directory_ / "out" / "cases"),
            std::to_string(std::stoi(cases) + 64) + "\n");
  EXPECT_EQ(Finding("crash"), crash);
}

TEST_F(HuntTest, TriesSeedsThatNoRunBeforeTried) {
  fs::remove(directory_ / "corpus" / "two_sockets");
  EXPECT_EQ(Hunt(options_), kExitHost);
  fs::create_directories(directory_ / "corpus" / "deeper");
  std::ofstream(directory_ / "corpus" / "deeper" / "two_sockets")
      << "-m\n1G\n-smp\n2,sockets=2\n-M\nq35\n";
  options_.cases = 1;
  EXPECT_EQ(Hunt(options_), kExitNo);
  EXPECT_THAT(Read(Finding("crash") / "reproduce.sh"),
              EndsWith(" sockets=2\n"));
  EXPECT_EQ(Hunt(options_), kExitHost) << "of this seed nothing is tried again";
}

TEST_F(HuntTest, RunsNoHostileLine) {
  WriteCorpus(LinesThatOpen("/canary/file", "/canary"));
  options_.cases = 1;
  EXPECT_EQ(Hunt(options_), kExitHost);
  EXPECT_TRUE(fs::is_empty(directory_ / "out" / "findings"));
}

TEST_F(HuntTest, ReadsNoPipesAndDevices) {
  ASSERT_EQ(mkfifo((directory_ / "corpus" / "fifo").c_str(), 0600), 0);
  fs::create_symlink("/dev/zero", directory_ / "corpus" / "zero");
  EXPECT_EQ(Hunt(options_), kExitNo);
}

TEST_F(HuntTest, LeavesOtherFoldersAlone) {
  fs::create_directories(directory_ / "out" / "run" / "0");
  std::ofstream(directory_ / "out" / "run" / "0" / "thesis") << "x";
  EXPECT_EQ(Hunt(options_), kExitUsage);
  EXPECT_EQ(Read(directory_ / "out" / "run" / "0" / "thesis"), "x");
  EXPECT_EQ(
      std::distance(fs::recursive_directory_iterator(directory_ / "out"), {}),
      3);
}

TEST_F(HuntTest, EndsWithASummaryOnSignals) {
  for (const auto& [signal, number] :
       {std::pair<const char*, int>{"HUP", SIGHUP},
        {"TERM", SIGTERM},
        {"INT", SIGINT}}) {
    fs::remove_all(options_.out);
    const fs::path log = directory_ / "log";
    const std::string command = absl::StrCat(
        E820CHECK_BINARY_DIR, "/e820check hunt --minutes 1 --qemu ",
        options_.qemu, " --out ", options_.out, " >", log.string(),
        " 2>&1 & pid=$!; ", "until [ -s ",
        (directory_ / "out" / "cases").string(),
        " ]; do kill -0 $pid || exit 1; sleep 0.05; done; kill -", signal,
        " $pid; wait $pid");
    const int status = std::system(command.c_str());
    EXPECT_EQ(WEXITSTATUS(status), 128 + number) << signal;
    EXPECT_THAT(Read(log), HasSubstr("run, being harmless")) << signal;
  }
}

TEST_F(HuntTest, NamesWhatIsNotThere) {
  options_.corpus = (directory_ / "nowhere").string();
  EXPECT_EQ(Hunt(options_), kExitMissing);
  options_.qemu = (directory_ / "no_qemu").string();
  EXPECT_EQ(Hunt(options_), kExitMissing);
}

}  // namespace
}  // namespace e820check
