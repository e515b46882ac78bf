// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SYSTEMS_SUBJECT_SUBJECT_CALLER_H_
#define E820CHECK_SYSTEMS_SUBJECT_SUBJECT_CALLER_H_

#include <array>
#include <cstdint>
#include <optional>

#include "machine/no_answer.h"
#include "systems/subject/answer_json.h"
#include "systems/subject/e820_subject.h"
#include "systems/subject/guarded_buffer.h"

namespace e820check {

// Calls an e820_subject_answer() in this process. What it returns is checked;
// what it does to the process is not.
class SubjectCaller {
 public:
  using AnswerFunction = decltype(&e820_subject_answer);

  explicit SubjectCaller(AnswerFunction answer);

  // kLimit where a buffer or argument of C does not hold the question or its
  // answer. Not thread safe.
  Reply Ask(const SubjectQuestion& question);

  // The name of the buffer beside which `address` lies, or nullptr.
  // Async-signal-safe.
  const char* GuardedBufferAt(uintptr_t address) const;

 private:
  e820_subject_response EmptyResponse() const;
  // Why it is none that the subject may give.
  std::optional<NoAnswer> Misconduct(
      const e820_subject_response& response) const;
  Reply Read(int code, const e820_subject_response& response) const;
  void Forget(const e820_subject_response& response) const;

  AnswerFunction answer_;
  GuardedBuffer rows_;
  GuardedBuffer srat_;
  GuardedBuffer slit_;
  GuardedBuffer hmat_;
  GuardedBuffer text_;
  GuardedBuffer warnings_;
};

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_SUBJECT_SUBJECT_CALLER_H_
