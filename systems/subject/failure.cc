// SPDX-License-Identifier: Apache-2.0

#include "systems/subject/failure.h"

#include "absl/strings/str_cat.h"

namespace e820check {
namespace {

struct Kind {
  absl::StatusCode code;
  absl::string_view word;
};

constexpr Kind kKinds[] = {
    {absl::StatusCode::kInternal, "crash"},
    {absl::StatusCode::kFailedPrecondition, "exit"},
    {absl::StatusCode::kDeadlineExceeded, kHang},
    {absl::StatusCode::kDataLoss, "garbage"},
    {absl::StatusCode::kOutOfRange, "flood"},
    {absl::StatusCode::kPermissionDenied, "overrun"},
    {absl::StatusCode::kUnavailable, "failed"},
    {absl::StatusCode::kCancelled, "limit"},
};

}  // namespace

std::string FailureKind(const absl::Status& failure) {
  for (const Kind& kind : kKinds) {
    if (kind.code == failure.code()) return std::string(kind.word);
  }
  return absl::StatusCodeToString(failure.code());
}

bool IsFailure(const absl::Status& status) {
  for (const Kind& kind : kKinds) {
    if (kind.code == status.code()) return true;
  }
  return false;
}

absl::Status FailureOfKind(absl::string_view kind, absl::string_view text) {
  for (const Kind& known : kKinds) {
    if (known.word == kind) return absl::Status(known.code, text);
  }
  return absl::DataLossError(
      absl::StrCat("'", kind, "' is no kind of failure: ", text));
}

}  // namespace e820check
