// SPDX-License-Identifier: Apache-2.0

// How somebody else's implementation fails to answer. Each kind is a status
// code, and a word for people and for JSON lines:
//
//   crash     Internal            ended by a signal
//   exit      FailedPrecondition  ended by itself
//   hang      DeadlineExceeded    no answer in time
//   garbage   DataLoss            an answer that means nothing
//   flood     OutOfRange          more output than any answer has
//   overrun   PermissionDenied    wrote where it may not
//   failed    Unavailable         failed by its own account
//   limit     Cancelled           was ended at a limit of its fence
//
// No failures are Unimplemented (an option is not covered), Unknown (QEMU's own
// answer is an accident) and ResourceExhausted or Aborted (the host is to
// blame).

#ifndef E820CHECK_SYSTEMS_SUBJECT_FAILURE_H_
#define E820CHECK_SYSTEMS_SUBJECT_FAILURE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace e820check {

inline constexpr absl::string_view kHang = "hang";

// The word; of a code without one, the code's name.
std::string FailureKind(const absl::Status& failure);
bool IsFailure(const absl::Status& status);

// The reverse: DataLoss for a word that is none.
absl::Status FailureOfKind(absl::string_view kind, absl::string_view text);

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_SUBJECT_FAILURE_H_
