// SPDX-License-Identifier: Apache-2.0

#include "systems/process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace e820check {
namespace {

constexpr size_t kChunkBytes = 64 << 10;  // a pipe's usual capacity
// Of stderr, which goes through the stack, and that may be small.
constexpr size_t kStderrChunkBytes = 4 << 10;
// One turn reads at least a full pipe of stderr, and ends even if the child
// writes faster than we read.
constexpr int kStderrReadsPerTurn = 64;
constexpr int kLongestMs = 60'000;
// How often a fenced child's memory is looked at: the kernel clears a few
// hundred MiB in this time, and looking takes some 20 microseconds.
constexpr int kWatchMs = 20;

absl::Status SystemError(absl::string_view what) {
  return absl::ResourceExhaustedError(
      absl::StrCat(what, ": ", strerror(errno)));
}

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

// Both ends close on exec and lie above the standard streams, over which the
// child puts its own ends.
absl::StatusOr<Pipe> OpenPipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return SystemError("pipe2");
  Pipe pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  for (FileDescriptor* end : {&pipe.read, &pipe.write}) {
    if (end->get() > STDERR_FILENO) continue;
    const int above = fcntl(end->get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (above < 0) return SystemError("fcntl");
    *end = FileDescriptor(above);
  }
  return pipe;
}

bool SetNonBlocking(const FileDescriptor& fd) {
  const int flags = fcntl(fd.get(), F_GETFL);
  return flags >= 0 && fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) == 0;
}

// argv or envp for execve(). The strings must outlive it.
std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& s : strings) pointers.push_back(s.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const std::vector<std::string>& defaults) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    all.emplace_back(*entry);
  }
  for (const std::string& entry : defaults) {
    const std::string name = entry.substr(0, entry.find('='));
    if (getenv(name.c_str()) == nullptr) all.push_back(entry);
  }
  return all;
}

// The child between fork() and execve(): other threads do not exist here and
// may have held any lock, so only async-signal-safe calls.
struct ChildSide {
  const char* path;
  char* const* argv;
  char* const* envp;
  int stdin_fd;
  int stdout_fd;
  int stderr_fd;
  int failure_fd;                 // takes errno; closes on exec
  const char* working_directory;  // nullptr: the own
  bool is_expendable;
  const PreparedFence* fence;  // nullptr: none
  pid_t parent;

  [[noreturn]] void Run() const {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have ended before that took effect.
    if (getppid() != parent) _exit(127);

    // A crash is reported by its signal; many core dumps would fill the disk.
    const rlimit no_core = {.rlim_cur = 0, .rlim_max = 0};
    setrlimit(RLIMIT_CORE, &no_core);
    // Blocked and ignored signals survive an exec; handlers do not.
    for (const int signal : {SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP}) {
      ::signal(signal, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);

    // Where this is not allowed, things stay as they are.
    if (is_expendable) {
      const int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
      if (score >= 0) {
        [[maybe_unused]] const ssize_t count = write(score, "1000", 4);
        close(score);
      }
    }
    if ((working_directory == nullptr || chdir(working_directory) == 0) &&
        dup2(stdin_fd, STDIN_FILENO) >= 0 &&
        dup2(stdout_fd, STDOUT_FILENO) >= 0 &&
        dup2(stderr_fd, STDERR_FILENO) >= 0 &&
        (fence == nullptr || fence->Enter())) {
      execve(path, argv, envp);
    }
    const int error = errno;
    // Should even this fail, the parent takes the child for one that ran.
    [[maybe_unused]] const ssize_t written =
        write(failure_fd, &error, sizeof error);
    _exit(127);
  }
};

// The errno of a failed execve(), or 0: then the pipe closed on exec.
int ReadExecError(const FileDescriptor& failure) {
  int error = 0;
  ssize_t count;
  do {
    count = read(failure.get(), &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  return count == sizeof error ? error : 0;
}

absl::Status ExecError(absl::string_view path, int error) {
  const std::string text = absl::StrCat(path, ": ", strerror(error));
  if (error == ENOENT) return absl::NotFoundError(text);
  // What the host lacks at this moment.
  for (const int want : {ENOMEM, EAGAIN, EMFILE, ENFILE, EIO}) {
    if (error == want) return absl::ResourceExhaustedError(text);
  }
  return absl::FailedPreconditionError(text);
}

// Keeps a write to a pipe that nobody reads from killing this process: SIGPIPE
// goes to the writing thread, which here blocks it and takes it back.
class SigPipeGuard {
 public:
  SigPipeGuard() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  SigPipeGuard(const SigPipeGuard&) = delete;
  SigPipeGuard& operator=(const SigPipeGuard&) = delete;
  ~SigPipeGuard() {
    const timespec now = {};
    while (!was_pending_ && sigtimedwait(&sigpipe_, nullptr, &now) < 0 &&
           errno == EINTR) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t sigpipe_;
  sigset_t before_;
  bool was_pending_;
};

int PollTimeoutMs(Deadline deadline, int most_ms) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, most_ms));
}

// The start of a file of /proc; empty if it is not there.
std::string ReadProcFile(const std::string& path) {
  std::string text(1024, '\0');
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const ssize_t count =
      file.open() ? read(file.get(), text.data(), text.size()) : 0;
  text.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
  return text;
}

// Memory that a process and its descendants hold, those excepted that lost
// their parent. A page that several of them share counts for each.
uint64_t ResidentBytes(pid_t root) {
  constexpr size_t kMostProcesses = 256;
  const auto page_bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  uint64_t pages = 0;
  std::vector<std::string> family = {absl::StrCat(root)};
  for (size_t i = 0; i < family.size() && i < kMostProcesses; ++i) {
    const std::string folder = absl::StrCat("/proc/", family[i]);
    const std::string sizes = ReadProcFile(folder + "/statm");
    const std::vector<absl::string_view> fields = absl::StrSplit(sizes, ' ');
    uint64_t resident = 0;
    if (fields.size() > 1 && absl::SimpleAtoi(fields[1], &resident)) {
      pages += resident;
    }
    const std::string children =
        ReadProcFile(absl::StrCat(folder, "/task/", family[i], "/children"));
    for (const absl::string_view child :
         absl::StrSplit(children, ' ', absl::SkipEmpty())) {
      family.emplace_back(child);
    }
  }
  return pages * page_bytes;
}

bool WouldBlock() { return errno == EAGAIN || errno == EINTR; }

bool IsExecutableFile(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

}  // namespace

Deadline DeadlineAfter(absl::Duration duration) {
  return std::chrono::steady_clock::now() +
         absl::ToChronoMilliseconds(
             std::clamp(duration, absl::ZeroDuration(), absl::Hours(24 * 365)));
}

std::string ExitStatus::ToString() const {
  if (code.has_value()) return absl::StrCat("exit status ", *code);
  const char* name = sigabbrev_np(signal);
  if (name == nullptr) return absl::StrCat("signal ", signal);
  return absl::StrCat("signal ", signal, " (SIG", name, ")");
}

std::optional<std::string> FindProgram(absl::string_view name) {
  if (absl::StrContains(name, '/')) {
    std::string path(name);
    if (!IsExecutableFile(path)) return std::nullopt;
    return path;
  }
  const char* search_path = getenv("PATH");
  if (name.empty() || search_path == nullptr) return std::nullopt;
  for (const absl::string_view folder : absl::StrSplit(search_path, ':')) {
    // An empty entry is the working directory.
    std::string path = absl::StrCat(folder.empty() ? "." : folder, "/", name);
    if (IsExecutableFile(path)) return path;
  }
  return std::nullopt;
}

absl::StatusOr<ChildProcess> ChildProcess::Spawn(const Command& command) {
  std::vector<std::string> words = {command.path};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  for (const std::string& word : words) {
    if (absl::StrContains(word, '\0')) {
      return absl::InvalidArgumentError(
          "a NUL byte cannot be part of a command line");
    }
  }
  std::vector<std::string> environment =
      Environment(command.default_environment);
  const std::vector<char*> argv = Pointers(words);
  const std::vector<char*> envp = Pointers(environment);

  std::array<Pipe, 4> pipes;  // stdin, stdout, stderr, failure of execve()
  for (Pipe& pipe : pipes) {
    absl::StatusOr<Pipe> opened = OpenPipe();
    if (!opened.ok()) return opened.status();
    pipe = *std::move(opened);
  }
  auto& [in, out, err, failure] = pipes;
  if (!SetNonBlocking(in.write) || !SetNonBlocking(out.read) ||
      !SetNonBlocking(err.read)) {
    return SystemError("fcntl");
  }

  std::optional<PreparedFence> fence;
  if (command.fence) {
    absl::StatusOr<PreparedFence> prepared =
        PreparedFence::Make(*command.fence);
    if (!prepared.ok()) return prepared.status();
    fence.emplace(*std::move(prepared));
  }

  const ChildSide child_side = {
      .path = command.path.c_str(),
      .argv = argv.data(),
      .envp = envp.data(),
      .stdin_fd = in.read.get(),
      .stdout_fd = out.write.get(),
      .stderr_fd = err.write.get(),
      .failure_fd = failure.write.get(),
      .working_directory = command.working_directory.empty()
                               ? nullptr
                               : command.working_directory.c_str(),
      .is_expendable = command.is_expendable,
      .fence = fence ? &*fence : nullptr,
      .parent = getpid()};
  const pid_t pid = fork();
  if (pid < 0) return SystemError("fork");
  if (pid == 0) child_side.Run();

  ChildProcess child(pid, command.stderr_cap_bytes);
  child.stdin_ = std::move(in.write);
  child.stdout_ = std::move(out.read);
  child.stderr_ = std::move(err.read);
  failure.write.Close();
  if (const int error = ReadExecError(failure.read); error != 0) {
    return ExecError(command.path, error);
  }
  child.pidfd_ =
      FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!child.pidfd_.open()) return SystemError("pidfd_open");
  if (command.fence)
    child.resident_limit_bytes_ = command.fence->resident_bytes;
  return child;
}

absl::StatusOr<bool> ChildProcess::ReadSome(Deadline deadline) {
  const size_t before = output_.size();
  while (output_.size() == before) {
    if (!stdout_.open() || ended_) return false;
    if (absl::Status status = Pump(deadline); !status.ok()) return status;
  }
  return true;
}

absl::StatusOr<ExitStatus> ChildProcess::AwaitExit(Deadline deadline) {
  while (!ended_ && !exit_status_.has_value()) {
    if (absl::Status status = Pump(deadline); !status.ok()) return status;
    output_.clear();
  }
  return Kill();
}

ExitStatus ChildProcess::Kill() {
  if (exit_status_.has_value() || pid_.value < 0) {
    return exit_status_.value_or(ExitStatus{});
  }
  // Before the child is reaped its number cannot belong to anyone else.
  kill(-pid_.value, SIGKILL);
  kill(pid_.value, SIGKILL);  // should it have changed its group
  int status = 0;
  while (waitpid(pid_.value, &status, 0) < 0 && errno == EINTR) {
  }
  ReadErrors();
  stdin_.Close();
  stdout_.Close();
  stderr_.Close();
  pidfd_.Close();
  exit_status_ = WIFEXITED(status) ? ExitStatus{.code = WEXITSTATUS(status)}
                                   : ExitStatus{.code = std::nullopt,
                                                .signal = WTERMSIG(status)};
  return *exit_status_;
}

absl::Status ChildProcess::Pump(Deadline deadline) {
  if (input_.empty() && close_input_) stdin_.Close();
  // poll() skips negative descriptors.
  std::array<pollfd, 4> fds = {
      pollfd{.fd = input_.empty() ? -1 : stdin_.get(), .events = POLLOUT},
      pollfd{.fd = stdout_.get(), .events = POLLIN},
      pollfd{.fd = stderr_.get(), .events = POLLIN},
      pollfd{.fd = pidfd_.get(), .events = POLLIN}};
  const int ready = poll(
      fds.data(), fds.size(),
      PollTimeoutMs(deadline, resident_limit_bytes_ ? kWatchMs : kLongestMs));
  if (ready < 0 && errno != EINTR) return SystemError("poll");
  if (absl::Status s = CheckResident(); !s.ok()) return s;
  if (ready <= 0) {
    if (std::chrono::steady_clock::now() < deadline) return absl::OkStatus();
    return absl::DeadlineExceededError("no answer in time");
  }
  if (fds[0].revents != 0) WriteInput();
  // Once the child has ended, a pipe without bytes gets no more from it, even
  // if a descendant holds it open.
  const bool ended = fds[3].revents != 0;
  bool got_output = false;
  if (fds[1].revents != 0 || ended) got_output = ReadOutput();
  if (ended && !got_output) ended_ = true;
  // After stdout, whatever poll() saw: what preceded the output is there now.
  ReadErrors();
  // A child that never stops writing must not outrun its deadline.
  if (std::chrono::steady_clock::now() >= deadline) {
    return absl::DeadlineExceededError("no answer in time");
  }
  return absl::OkStatus();
}

absl::Status ChildProcess::CheckResident() {
  const Deadline now = std::chrono::steady_clock::now();
  if (!resident_limit_bytes_ || exit_status_ || now < next_look_) {
    return absl::OkStatus();
  }
  next_look_ = now + std::chrono::milliseconds(kWatchMs);
  const uint64_t resident_bytes = ResidentBytes(pid_.value);
  if (resident_bytes <= *resident_limit_bytes_) return absl::OkStatus();
  Kill();
  return absl::CancelledError(
      absl::StrCat("killed at its limit: it held more than ",
                   *resident_limit_bytes_ >> 20, " MiB of memory"));
}

void ChildProcess::WriteInput() {
  const SigPipeGuard guard;
  const ssize_t count = write(stdin_.get(), input_.data(), input_.size());
  if (count >= 0) {
    input_.erase(0, static_cast<size_t>(count));
  } else if (!WouldBlock()) {
    input_.clear();
    stdin_.Close();
  }
}

bool ChildProcess::ReadOutput() {
  if (!stdout_.open()) return false;
  const size_t before = output_.size();
  output_.resize(before + kChunkBytes);
  const ssize_t count = read(stdout_.get(), &output_[before], kChunkBytes);
  const bool blocked = count < 0 && WouldBlock();
  output_.resize(before + static_cast<size_t>(std::max<ssize_t>(count, 0)));
  if (count <= 0 && !blocked) stdout_.Close();
  return count > 0;
}

void ChildProcess::ReadErrors() {
  std::array<char, kStderrChunkBytes> chunk;
  for (int i = 0; i < kStderrReadsPerTurn && stderr_.open(); ++i) {
    const ssize_t count = read(stderr_.get(), chunk.data(), chunk.size());
    if (count < 0 && WouldBlock()) return;
    if (count <= 0) {
      stderr_.Close();
      return;
    }
    const size_t size = static_cast<size_t>(count);
    const size_t kept =
        std::min(size, stderr_cap_bytes_ - error_output_.size());
    error_output_.append(chunk.data(), kept);
    error_dropped_bytes_ += size - kept;
  }
}

}  // namespace e820check
