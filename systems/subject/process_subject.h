// SPDX-License-Identifier: Apache-2.0

// Somebody else's implementation, out of process: whatever it does, the answer
// is an Answer or a Status.

#ifndef E820CHECK_SYSTEMS_SUBJECT_PROCESS_SUBJECT_H_
#define E820CHECK_SYSTEMS_SUBJECT_PROCESS_SUBJECT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "machine/guest_layout.h"
#include "systems/subject/answer_json.h"

namespace e820check {

struct SubjectLimits {
  // Of one answer, the start of the process included.
  absl::Duration deadline = absl::Seconds(10);
  // Of one answer, on each of standard output and error.
  size_t output_cap_bytes = 8 << 20;
};

// A program that answers JSON lines (answer_json.h) until its input ends. Each
// thread that asks has a process of its own, which lives as long as it behaves
// and is started again after that.
class ProcessSubject {
 public:
  // "exec:COMMAND". Words are apart by blanks; there is no quoting. NotFound if
  // there is no such program.
  static absl::StatusOr<ProcessSubject> FromCommand(
      absl::string_view command, const SubjectLimits& limits = {});
  // "so:FILE": a shared object with the functions of e820_subject.h, in the
  // loader, a program beside this one. NotFound if there is no such file or no
  // loader; FailedPrecondition with the reason if it does not load.
  static absl::StatusOr<ProcessSubject> FromSharedObject(
      absl::string_view file, const SubjectLimits& limits = {});

  ProcessSubject(ProcessSubject&& other) noexcept;
  ProcessSubject& operator=(ProcessSubject&&) = delete;
  // Ends the calling thread's process; those of other threads end with them.
  ~ProcessSubject();

  // Thread safe.
  Reply Ask(const SubjectQuestion& question) const;

 private:
  ProcessSubject(std::string path, std::vector<std::string> arguments,
                 const SubjectLimits& limits);

  std::string path_;
  std::vector<std::string> arguments_;
  SubjectLimits limits_;
  uint64_t id_;  // of no other ProcessSubject, ever; 0: moved from
};

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_SUBJECT_PROCESS_SUBJECT_H_
