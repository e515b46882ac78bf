// SPDX-License-Identifier: Apache-2.0

// Verify with the real QEMU that a hunt opens no file outside its folder but
// libraries, firmware and the kernel's own, whatever its corpus asks for: once
// by strace, and once by the kernel's notices on a folder with a bait in it.

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "search/case_files.h"
#include "search/hostile_lines.h"
#include "systems/system.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

bool HasProgram(const std::string& name) {
  return std::system(
             absl::StrCat("command -v ", name, " >/dev/null").c_str()) == 0;
}

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class HuntFenceTest : public ::testing::Test {
 protected:
  HuntFenceTest() {
    fs::remove_all(directory_);
    fs::create_directories(directory_ / "corpus");
    fs::create_directories(bait_);
    std::ofstream(bait_ / "file") << "bait";
    lines_ = LinesThatOpen((bait_ / "file").string(), bait_.string());
  }
  ~HuntFenceTest() override { fs::remove_all(directory_); }

  const fs::path directory_ = fs::canonical(testing::TempDir()) /
                              absl::StrCat("e820check_fence_", getpid());
  const fs::path bait_ = directory_ / "bait";
  std::vector<CommandLineArgs> lines_;
};

// Of the lines of strace -f, the paths that were opened for reading or writing:
// not what failed, nor what was only named (O_PATH).
class TracedOpens {
 public:
  // Normalised; empty if this line opens nothing.
  std::string Next(absl::string_view line) {
    const std::string pid(line.substr(0, line.find(' ')));
    std::string path;
    if (absl::StrContains(line, " resumed>")) {
      path = std::exchange(begun_[pid], "");
    } else if (!absl::StrContains(line, "O_PATH")) {
      path = OpenedPath(line);
    }
    if (absl::StrContains(line, "<unfinished ...>")) {
      begun_[pid] = path;
      return "";
    }
    if (absl::StrContains(line, " = -1 ")) return "";
    return path.empty() || path[0] != '/'
               ? path
               : fs::path(path).lexically_normal().string();
  }

 private:
  // The path of `12 openat(AT_FDCWD, "/x", O_RDONLY) = 3`.
  static std::string OpenedPath(absl::string_view line) {
    const size_t start = line.find('"');
    const size_t end = line.find('"', start + 1);
    if (end == absl::string_view::npos) return "";
    return std::string(line.substr(start + 1, end - start - 1));
  }

  std::map<std::string, std::string> begun_;  // by pid
};

TEST_F(HuntFenceTest, OpensNothingElse) {
  if (!HasProgram("strace") || !HasProgram("qemu-system-x86_64")) {
    GTEST_SKIP() << "needs strace and qemu-system-x86_64";
  }
  for (size_t i = 0; i < lines_.size(); ++i) {
    std::ofstream(directory_ / "corpus" / absl::StrCat(i))
        << absl::StrJoin(lines_[i], "\n");
  }
  const fs::path out = directory_ / "out";
  const fs::path log = directory_ / "log";
  const std::string command = absl::StrCat(
      "cd ", directory_.string(),
      " && strace -f -qq -s 4096 -e trace=open,openat,openat2,creat -o ",
      log.string(), " ", E820CHECK_BINARY_DIR,
      "/e820check hunt --minutes 0.2 --corpus corpus --out ", out.string(),
      " >/dev/null 2>&1");
  const int status = std::system(command.c_str());
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
  // Ours lies anywhere, and reads the corpus and what the child holds.
  const std::vector<std::string> expected = {
      out.string(), (directory_ / "corpus").string(), "corpus",
      E820CHECK_BINARY_DIR, "/usr/", "/lib", "/etc/ld.so.cache",
      "/etc/localtime", "/proc/", "/sys/devices/system/", "/sys/kernel/mm/",
      // opened by a library of QEMU's at its start, for --version too
      "/sys/bus/nd/", "/dev/null", "/dev/urandom", "/dev/kvm"};
  std::ifstream trace(log);
  TracedOpens opens;
  std::set<std::string> others;
  int opened = 0;
  for (std::string line; std::getline(trace, line);) {
    const std::string path = opens.Next(line);
    if (path.empty()) continue;
    ++opened;
    const bool is_expected =
        path[0] != '/' ||  // of a working directory below `out`
        std::any_of(expected.begin(), expected.end(),
                    [&](const std::string& start) {
                      return absl::StartsWith(path, start);
                    });
    if (!is_expected || absl::StrContains(path, "..")) others.insert(path);
  }
  EXPECT_GT(opened, 100);
  EXPECT_THAT(others, IsEmpty());
  EXPECT_EQ(Read(bait_ / "file"), "bait");
}

// The check of the arguments left out: so the fence is the only one.
TEST_F(HuntFenceTest, FenceHoldsWhatTheCheckLetsThrough) {
  if (!HasProgram("qemu-system-x86_64")) GTEST_SKIP() << "needs QEMU";
  if (!WhatFenceLacks().empty()) GTEST_SKIP() << WhatFenceLacks();
  const auto qemu = MakeSystem("qemu");
  ASSERT_TRUE(qemu.ok()) << qemu.status();
  const FileDescriptor notices(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  ASSERT_GE(inotify_add_watch(notices.get(), bait_.c_str(),
                              IN_OPEN | IN_CREATE | IN_DELETE | IN_MODIFY |
                                  IN_MOVE | IN_ATTRIB),
            0);
  const RunFolder folder((directory_ / "run").string());
  char events[4096];
  // Without a fence it is seen.
  static_cast<void>((*qemu)->Ask(MakeQuestion(lines_[0], {})));
  EXPECT_GT(read(notices.get(), events, sizeof events), 0);
  // One of each kind: they take a tenth of a second each.
  for (size_t i = 0; i < lines_.size(); i += 4) {
    const PreparedCase prepared = PrepareFiles(lines_[i]);
    ASSERT_EQ(folder.Fill(prepared.files), absl::OkStatus());
    Question question = MakeQuestion(prepared.args, {});
    question.working_directory = folder.working_directory();
    question.fence.emplace();
    // Whatever it says, it must not have come near the bait.
    static_cast<void>((*qemu)->Ask(question));
    EXPECT_LE(read(notices.get(), events, sizeof events), 0)
        << absl::StrJoin(lines_[i], " ");
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(bait_), {}), 1);
}

}  // namespace
}  // namespace e820check
