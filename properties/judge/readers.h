// SPDX-License-Identifier: Apache-2.0

// Two readers of the option grammar held against each other: options/, which
// command lines are read with, and model/reader/, the reference, which is
// written from the specification alone. Each function reads one option's text
// with both and names the first difference: of warnings, verdict, words of
// refusal, hint lines, or typed values. What options/ does not cover agrees
// with anything.

#ifndef E820CHECK_PROPERTIES_JUDGE_READERS_H_
#define E820CHECK_PROPERTIES_JUDGE_READERS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "model/reader/answer.h"

namespace e820check {

// How the reference read an option, for those who count.
using ReferenceAnswer = reader::Answer;

// -numa TEXT.
absl::Status CompareNumaReaders(absl::string_view text,
                                const reader::Release& release,
                                ReferenceAnswer* reference = nullptr);

// -object TEXT, QemuOpts or JSON, of a memory backend. Of another object it is
// only checked that both see one.
absl::Status CompareObjectReaders(absl::string_view text,
                                  const reader::Release& release,
                                  ReferenceAnswer* reference = nullptr);

// -m TEXT, and then the machine's property "memory" that it makes.
absl::Status CompareMemoryReaders(absl::string_view text,
                                  const reader::Release& release,
                                  ReferenceAnswer* reference = nullptr);

// -machine TEXT, and then the property "memory" in it.
absl::Status CompareMachineReaders(absl::string_view text,
                                   const reader::Release& release,
                                   ReferenceAnswer* reference = nullptr);

// -smp TEXT, and then the topology that its numbers make.
absl::Status CompareSmpReaders(absl::string_view text,
                               const reader::Release& release,
                               ReferenceAnswer* reference = nullptr);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_JUDGE_READERS_H_
