// SPDX-License-Identifier: Apache-2.0

// A child process with deadlines, of which nothing is left behind.

#ifndef E820CHECK_SYSTEMS_PROCESS_PROCESS_H_
#define E820CHECK_SYSTEMS_PROCESS_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "systems/process/fence.h"
#include "systems/process/file_descriptor.h"

namespace e820check {

// A moment after which an operation gives up.
using Deadline = std::chrono::steady_clock::time_point;
// A negative duration means now; one beyond a year means a year.
Deadline DeadlineAfter(absl::Duration duration);

// How a process ended: with an exit status, or else by a signal.
struct ExitStatus {
  std::optional<int> code;
  int signal = 0;

  // "exit status 1", "signal 11 (SIGSEGV)".
  std::string ToString() const;

  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

// The file that a shell would run for `name`: `name` itself if it has a slash,
// else the first of that name in PATH. nullopt if that is no executable file.
std::optional<std::string> FindProgram(absl::string_view name);

// A running program, its three standard streams being pipes to this object.
//
// The child leads a process group of its own. The whole group is killed by
// Kill(), by the destructor, and when the child itself ends. Should the thread
// that called Spawn() end first, for whatever reason (Ctrl-C and kill -9
// included), the kernel kills the child; so a ChildProcess stays in the thread
// that made it. Only a descendant that leaves the group by setsid() escapes.
// Ends are told from waitpid(), so SIGCHLD must not be ignored.
//
// Reading either stream also empties the other and feeds the child its input,
// so that neither side waits for the other on a full pipe. While it waits, it
// watches what memory a fenced child holds; beyond its limit the group is
// killed and the call returns Cancelled.
class ChildProcess {
 public:
  struct Command {
    std::string path;                    // as execve() takes it; also argv[0]
    std::vector<std::string> arguments;  // argv[1] on
    // "NAME=value", each where the own environment has no such name.
    std::vector<std::string> default_environment;
    std::string working_directory;  // empty: the own
    // Should the system lack memory, the child goes before others.
    bool is_expendable = false;
    std::optional<Fence> fence;  // nullopt: as this process
    // What is kept of stderr; the rest is read, counted and dropped.
    size_t stderr_cap_bytes = 64 << 10;
  };

  // InvalidArgument if a string holds a NUL byte; NotFound if there is no such
  // file; FailedPrecondition if it cannot be run; ResourceExhausted if the
  // system gives no process, pipe or fence.
  static absl::StatusOr<ChildProcess> Spawn(const Command& command);

  ChildProcess(ChildProcess&& other) noexcept = default;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess() { Kill(); }

  pid_t pid() const { return pid_.value; }

  // Queues bytes for the child's stdin, which the calls below then write. Input
  // that the child no longer reads is dropped: what it says decides.
  void Send(absl::string_view bytes) {
    input_.append(bytes.data(), bytes.size());
  }
  // Closes the child's stdin after what is queued.
  void CloseInput() { close_input_ = true; }

  // Waits for stdout: true if at least one byte, at most 64 KiB, came to
  // output(); false if there will be none. On return, what the child had
  // written to stderr before is in error_output(). DeadlineExceeded, Cancelled.
  absl::StatusOr<bool> ReadSome(Deadline deadline);
  // What came so far; the caller takes from the front what it has used.
  std::string& output() { return output_; }

  // Waits for the child to end by itself; stdout is read and dropped.
  // DeadlineExceeded, and then the child still runs; Cancelled.
  absl::StatusOr<ExitStatus> AwaitExit(Deadline deadline);
  // Kills what is left of the group and reaps the child. If the child had
  // already ended, this is how. May be repeated.
  ExitStatus Kill();

  const std::string& error_output() const { return error_output_; }
  size_t error_output_dropped_bytes() const { return error_dropped_bytes_; }
  // As if nothing had come so far.
  void ForgetErrorOutput() {
    error_output_.clear();
    error_dropped_bytes_ = 0;
  }

 private:
  // A moved-from pid is none, so that a child is killed once.
  struct Pid {
    explicit Pid(pid_t pid) : value(pid) {}
    Pid(Pid&& other) noexcept : value(std::exchange(other.value, -1)) {}
    pid_t value;
  };

  ChildProcess(pid_t pid, size_t stderr_cap_bytes)
      : pid_(pid), stderr_cap_bytes_(stderr_cap_bytes) {}

  // One poll() and what it found to do.
  absl::Status Pump(Deadline deadline);
  absl::Status CheckResident();
  void WriteInput();
  bool ReadOutput();  // whether bytes came
  void ReadErrors();

  Pid pid_;
  FileDescriptor pidfd_;  // readable once the child has ended
  FileDescriptor stdin_;
  FileDescriptor stdout_;
  FileDescriptor stderr_;
  bool ended_ = false;
  std::optional<ExitStatus> exit_status_;  // known once reaped
  std::optional<uint64_t> resident_limit_bytes_;
  Deadline next_look_{};  // at the memory that it holds

  std::string input_;
  bool close_input_ = false;
  std::string output_;
  size_t stderr_cap_bytes_;
  std::string error_output_;
  size_t error_dropped_bytes_ = 0;
};

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_PROCESS_PROCESS_H_
