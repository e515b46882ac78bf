// SPDX-License-Identifier: Apache-2.0

#include "systems/process/process.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;

constexpr absl::StatusCode kDeadlineExceeded =
    absl::StatusCode::kDeadlineExceeded;

// Far more than anything here takes; a test that hangs fails instead.
Deadline Soon() { return DeadlineAfter(absl::Seconds(20)); }
Deadline AtOnce() { return DeadlineAfter(absl::Milliseconds(50)); }

ChildProcess Shell(const std::string& script, size_t stderr_cap_bytes = 1000) {
  absl::StatusOr<ChildProcess> child =
      ChildProcess::Spawn({.path = "/bin/sh",
                           .arguments = {"-c", script},
                           .default_environment = {},
                           .stderr_cap_bytes = stderr_cap_bytes});
  EXPECT_TRUE(child.ok()) << child.status();
  return *std::move(child);
}

// All of stdout, to its end.
std::string ReadAll(ChildProcess& child) {
  for (;;) {
    const absl::StatusOr<bool> more = child.ReadSome(Soon());
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.value_or(false)) return child.output();
  }
}

// The number that a child prints as its first line.
pid_t ReadPid(ChildProcess& child) {
  while (child.output().find('\n') == std::string::npos) {
    if (!child.ReadSome(Soon()).value_or(false)) break;
  }
  int pid = 0;
  EXPECT_TRUE(absl::SimpleAtoi(child.output(), &pid)) << child.output();
  return pid;
}

std::string AwaitExit(ChildProcess& child) {
  const absl::StatusOr<ExitStatus> exit = child.AwaitExit(Soon());
  return exit.ok() ? exit->ToString() : exit.status().ToString();
}

// Waits for a process that became this one's child when its parent ended.
std::string ReapOrphan(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return strerror(errno);
  return WIFSIGNALED(status) ? absl::StrCat("signal ", WTERMSIG(status))
                             : absl::StrCat("exit ", WEXITSTATUS(status));
}

int OpenDescriptors() {
  DIR* folder = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

// Zombies included.
bool HasChildren() {
  siginfo_t info;
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// Orphaned descendants come to this process, which so learns how they ended.
class Subreaper {
 public:
  Subreaper() { prctl(PR_SET_CHILD_SUBREAPER, 1); }
  ~Subreaper() { prctl(PR_SET_CHILD_SUBREAPER, 0); }
};

class ProcessTest : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_FALSE(HasChildren()); }
};

TEST_F(ProcessTest, FeedsAndReadsAllThreeStreams) {
  ChildProcess child = Shell("cat; echo bye >&2; exit 3");
  const std::string megabyte(1 << 20, 'x');
  child.Send(megabyte);
  child.CloseInput();
  EXPECT_TRUE(ReadAll(child) == megabyte);
  EXPECT_EQ(AwaitExit(child), "exit status 3");
  EXPECT_EQ(child.error_output(), "bye\n");
  EXPECT_EQ(child.Kill().ToString(), "exit status 3") << "stays as it was";
}

TEST_F(ProcessTest, TellsSignalsByName) {
  for (const auto& [signal, text] : {std::pair("SEGV", "signal 11 (SIGSEGV)"),
                                     std::pair("ABRT", "signal 6 (SIGABRT)"),
                                     std::pair("KILL", "signal 9 (SIGKILL)")}) {
    ChildProcess child = Shell(absl::StrCat("kill -", signal, " $$"));
    EXPECT_EQ(AwaitExit(child), text);
  }
}

TEST_F(ProcessTest, SpawnSaysWhyItCannot) {
  const auto code = [](const std::string& path, const std::string& argument) {
    return ChildProcess::Spawn({.path = path, .arguments = {argument}})
        .status()
        .code();
  };
  EXPECT_EQ(code("/no/such/file", ""), absl::StatusCode::kNotFound);
  EXPECT_EQ(code("/dev/null", ""), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code("/bin/true", std::string("a\0b", 3)),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(ProcessTest, FindsProgramsAsAShellDoes) {
  EXPECT_EQ(FindProgram("/bin/sh"), "/bin/sh");
  EXPECT_EQ(FindProgram("/dev/null"), std::nullopt);
  EXPECT_EQ(FindProgram("/bin"), std::nullopt);
  EXPECT_EQ(FindProgram(""), std::nullopt);
  EXPECT_THAT(FindProgram("sh").value_or(""), HasSubstr("/sh"));
}

TEST_F(ProcessTest, EachOperationKeepsItsDeadline) {
  ChildProcess child = Shell("sleep 1000");
  EXPECT_EQ(child.ReadSome(AtOnce()).status().code(), kDeadlineExceeded);
  EXPECT_EQ(child.AwaitExit(AtOnce()).status().code(), kDeadlineExceeded);
  child.Send(std::string(1 << 20, 'x'));  // which sleep does not read
  EXPECT_EQ(child.ReadSome(AtOnce()).status().code(), kDeadlineExceeded);
  EXPECT_EQ(child.Kill().ToString(), "signal 9 (SIGKILL)");
}

TEST_F(ProcessTest, AFloodEndsAtTheDeadline) {
  ChildProcess on_stderr = Shell("yes >&2");
  EXPECT_EQ(on_stderr.ReadSome(AtOnce()).status().code(), kDeadlineExceeded);
  EXPECT_EQ(on_stderr.error_output().size(), 1000u);
  EXPECT_GT(on_stderr.error_output_dropped_bytes(), 0u);

  ChildProcess on_stdout = Shell("yes");
  EXPECT_TRUE(on_stdout.ReadSome(Soon()).value_or(false));
  EXPECT_LE(on_stdout.output().size(), size_t{64} << 10);
  EXPECT_EQ(on_stdout.AwaitExit(AtOnce()).status().code(), kDeadlineExceeded);
}

TEST_F(ProcessTest, CountsWhatTheStderrCapCutsOff) {
  ChildProcess child = Shell("head -c 1000000 /dev/zero >&2; echo done", 100);
  EXPECT_EQ(ReadAll(child), "done\n");
  EXPECT_EQ(AwaitExit(child), "exit status 0");
  EXPECT_EQ(child.error_output(), std::string(100, '\0'));
  EXPECT_EQ(child.error_output_dropped_bytes(), 999'900u);
}

TEST_F(ProcessTest, StderrBeforeTheOutputIsThereWithTheOutput) {
  for (int i = 0; i < 20; ++i) {
    ChildProcess child = Shell("echo first >&2; echo then; sleep 1000");
    ASSERT_TRUE(child.ReadSome(Soon()).value_or(false));
    EXPECT_EQ(child.error_output(), "first\n");
  }
}

TEST_F(ProcessTest, AClosedStdoutIsSeenAtOnce) {
  ChildProcess child = Shell("exec >&-; sleep 1000");
  EXPECT_EQ(ReadAll(child), "");
  EXPECT_EQ(child.AwaitExit(AtOnce()).status().code(), kDeadlineExceeded);
}

TEST_F(ProcessTest, AChildThatReadsNothingDoesNoHarm) {
  // Neither this process dies of SIGPIPE, nor is the output lost.
  ChildProcess child = Shell("exec <&-; echo here; exit 4");
  child.Send(std::string(1 << 20, 'x'));
  EXPECT_EQ(ReadAll(child), "here\n");
  EXPECT_EQ(AwaitExit(child), "exit status 4");
}

TEST_F(ProcessTest, OutputBeforeTheEndIsNotLost) {
  // 64 KiB is what the pipe holds when the child ends.
  ChildProcess child = Shell("head -c 65536 /dev/zero; kill -KILL $$");
  EXPECT_EQ(ReadAll(child).size(), 65536u);
  EXPECT_EQ(AwaitExit(child), "signal 9 (SIGKILL)");
}

TEST_F(ProcessTest, KillsAChildThatIgnoresSignals) {
  pid_t pid;
  {
    ChildProcess child = Shell("trap '' TERM INT HUP; echo $$; sleep 1000");
    pid = ReadPid(child);
    EXPECT_EQ(pid, child.pid());
    kill(pid, SIGTERM);
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST_F(ProcessTest, KillsTheDescendantsToo) {
  const Subreaper subreaper;
  // The pipe that the sleeper holds open does not delay the end either.
  ChildProcess child = Shell("sleep 1000 & echo $!; exit 5");
  const pid_t sleeper = ReadPid(child);
  ReadAll(child);
  EXPECT_EQ(AwaitExit(child), "exit status 5");
  EXPECT_EQ(ReapOrphan(sleeper), "signal 9");
}

TEST_F(ProcessTest, SeesAChildKilledFromOutside) {
  ChildProcess child = Shell("echo $$; sleep 1000");
  kill(-ReadPid(child), SIGKILL);
  ReadAll(child);
  EXPECT_EQ(AwaitExit(child), "signal 9 (SIGKILL)");
}

TEST_F(ProcessTest, MovingMovesTheDuty) {
  std::vector<ChildProcess> children;
  children.reserve(5);
  for (int i = 0; i < 5; ++i) children.push_back(Shell("sleep 1000"));
  children.clear();
  EXPECT_FALSE(HasChildren());
}

TEST_F(ProcessTest, TheChildStartsWithDefaultSignals) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  signal(SIGPIPE, SIG_IGN);
  ChildProcess terminated = Shell("kill -TERM $$; exit 0");
  ChildProcess piped = Shell("kill -PIPE $$; exit 0");
  signal(SIGPIPE, SIG_DFL);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(AwaitExit(terminated), "signal 15 (SIGTERM)");
  EXPECT_EQ(AwaitExit(piped), "signal 13 (SIGPIPE)");
}

TEST_F(ProcessTest, DefaultEnvironmentGivesWay) {
  setenv("E820CHECK_SET", "own", 1);
  unsetenv("E820CHECK_UNSET");
  absl::StatusOr<ChildProcess> child = ChildProcess::Spawn(
      {.path = "/bin/sh",
       .arguments = {"-c", "echo $E820CHECK_SET $E820CHECK_UNSET"},
       .default_environment = {"E820CHECK_SET=theirs",
                               "E820CHECK_UNSET=theirs"}});
  ASSERT_TRUE(child.ok()) << child.status();
  EXPECT_EQ(ReadAll(*child), "own theirs\n");
}

// Has a process of its own spawn a child, ends that process with `signal`, and
// returns how the child ended.
std::string EndOfGrandchild(int signal) {
  int pipe_ends[2];
  EXPECT_EQ(pipe(pipe_ends), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    const ChildProcess child = Shell("trap '' INT TERM HUP; sleep 1000");
    const pid_t pid = child.pid();
    if (write(pipe_ends[1], &pid, sizeof pid) != sizeof pid) _exit(1);
    for (;;) pause();
  }
  pid_t grandchild = -1;
  EXPECT_EQ(read(pipe_ends[0], &grandchild, sizeof grandchild),
            ssize_t{sizeof grandchild});
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  kill(parent, signal);
  EXPECT_EQ(ReapOrphan(parent), absl::StrCat("signal ", signal));
  std::string end = ReapOrphan(grandchild);
  // The sleep below the shell is an orphan now; it holds nothing of ours.
  kill(-grandchild, SIGKILL);
  while (waitpid(-1, nullptr, 0) > 0) {
  }
  return end;
}

TEST_F(ProcessTest, ChildrenDieWithUs) {
  const Subreaper subreaper;
  EXPECT_EQ(EndOfGrandchild(SIGINT), "signal 9");
  EXPECT_EQ(EndOfGrandchild(SIGTERM), "signal 9");
  EXPECT_EQ(EndOfGrandchild(SIGKILL), "signal 9");
}

TEST_F(ProcessTest, TwoHundredLeaveNothing) {
  const int before = OpenDescriptors();
  for (int i = 0; i < 200; ++i) {
    ChildProcess child = Shell("cat");
    if (i % 4 == 0) child.CloseInput();
    if (i % 4 == 1) child.Send("x");
    if (i % 2 == 0) continue;  // destroyed while it runs
    if (i % 4 == 1) {
      EXPECT_TRUE(child.ReadSome(Soon()).ok());
    }
  }
  EXPECT_FALSE(ChildProcess::Spawn({.path = "/no/such", .arguments = {}}).ok());
  EXPECT_EQ(OpenDescriptors(), before);
  EXPECT_FALSE(HasChildren());
}

TEST_F(ProcessTest, ThreadsDoNotDisturbEachOther) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 10; ++i) {
        ChildProcess child = Shell("cat; exit 7");
        const std::string text = absl::StrCat(t, " ", i, "\n");
        child.Send(text);
        child.CloseInput();
        EXPECT_EQ(ReadAll(child), text);
        EXPECT_EQ(AwaitExit(child), "exit status 7");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace e820check
