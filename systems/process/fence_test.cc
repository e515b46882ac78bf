// SPDX-License-Identifier: Apache-2.0

// Verify that a fenced child can do what the fence allows, and nothing else.

#include "systems/process/fence.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "systems/process/process.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

Deadline Soon() { return DeadlineAfter(absl::Seconds(60)); }

class FenceTest : public ::testing::Test {
 protected:
  FenceTest() {
    fs::remove_all(directory_);
    fs::create_directories(directory_ / "inside");
    std::ofstream(directory_ / "secret") << "secret";
    fence_ = {.address_space_bytes = uint64_t{1} << 40,
              .file_size_bytes = 1 << 20,
              .cpu_seconds = 100,
              .open_files = 100,
              .resident_bytes = 256 << 20,
              .readable_paths = {"/bin", "/lib", "/lib64", "/usr", "/etc"},
              .writable_paths = {(directory_ / "inside").string()},
              .devices = {"/dev/null", "/dev/zero"}};
  }
  ~FenceTest() override { fs::remove_all(directory_); }

  // How a shell ends that runs the script in the folder "inside", and what it
  // prints.
  std::string Run(const std::string& script) {
    absl::StatusOr<ChildProcess> child = ChildProcess::Spawn(
        {.path = "/bin/sh",
         .arguments = {"-c", script},
         .default_environment = {},
         .working_directory = (directory_ / "inside").string(),
         .fence = fence_});
    if (!child.ok()) return child.status().ToString();
    for (;;) {
      const absl::StatusOr<bool> more = child->ReadSome(Soon());
      if (!more.ok()) return more.status().ToString();
      if (!*more) break;
    }
    std::string output = child->output();
    const absl::StatusOr<ExitStatus> exit = child->AwaitExit(Soon());
    if (!exit.ok()) return exit.status().ToString();
    return absl::StrCat(output, exit->ToString());
  }

  const fs::path directory_ =
      fs::path(testing::TempDir()) / absl::StrCat("e820check_fence_", getpid());
  Fence fence_;
};

TEST_F(FenceTest, WhatIsAllowedWorks) {
  EXPECT_EQ(Run("echo x >file; mkdir f; mv file f; cat f/file; rm -r f; "
                "sh -c 'echo child'; echo y >/dev/null; "
                "read -r name </proc/self/comm; echo $name"),
            "x\nchild\nsh\nexit status 0");
}

TEST_F(FenceTest, NothingElseIsOpened) {
  if (LandlockVersion() == 0) GTEST_SKIP() << "this kernel has no Landlock";
  const std::string secret = (directory_ / "secret").string();
  EXPECT_EQ(Run("cat " + secret + " 2>/dev/null"), "exit status 1");
  EXPECT_EQ(Run("cat ../secret 2>/dev/null"), "exit status 1");
  EXPECT_EQ(Run("sh -c 'cat ../secret' 2>/dev/null"), "exit status 1")
      << "descendants are inside, too";
  EXPECT_EQ(Run("ln -s ../secret link; cat link 2>/dev/null"), "exit status 1");
  EXPECT_EQ(Run("echo x 2>/dev/null >../other"), "exit status 2");
  EXPECT_EQ(Run("rm -f ../secret 2>/dev/null"), "exit status 1");
  EXPECT_EQ(Run("mv ../secret . 2>/dev/null"), "exit status 1");
  EXPECT_EQ(Run("mkdir ../folder 2>/dev/null"), "exit status 1");
  EXPECT_EQ(Run("cat /proc/1/status 2>/dev/null"), "exit status 1");
  std::ifstream file(secret);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "secret");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), {}), 2);
}

TEST_F(FenceTest, LimitsHold) {
  EXPECT_THAT(Run("exec head -c 2000000 /dev/zero >file"),
              HasSubstr("(SIGXFSZ)"));
  EXPECT_EQ(fs::file_size(directory_ / "inside" / "file"), 1u << 20);
  EXPECT_EQ(Run("ulimit -v; ulimit -n"),
            absl::StrCat(uint64_t{1} << 30, "\n100\nexit status 0"));
  fence_.cpu_seconds = 1;
  EXPECT_THAT(Run("while :; do :; done"), HasSubstr("signal"));
}

// One holds it itself, one by a child.
TEST_F(FenceTest, MemoryIsWatched) {
  // tail keeps a last line that does not end.
  for (const char* script :
       {"exec tail -n 1 /dev/zero", "tail -n 1 /dev/zero; echo never"}) {
    EXPECT_THAT(Run(script), HasSubstr("CANCELLED: killed at its limit: it "
                                       "held more than 256 MiB of memory"));
  }
}

TEST_F(FenceTest, LimitsThatAreLowerAlreadyStay) {
  fence_.open_files = uint64_t{1} << 40;
  EXPECT_THAT(Run("ulimit -n"), HasSubstr("exit status 0"));
}

}  // namespace
}  // namespace e820check
