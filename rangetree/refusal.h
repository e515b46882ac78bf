// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_RANGETREE_REFUSAL_H_
#define E820CHECK_RANGETREE_REFUSAL_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace e820check {

// FailedPrecondition with QEMU's words, put together from parts.
template <typename... Parts>
absl::Status Refuse(const Parts&... parts) {
  return absl::FailedPreconditionError(absl::StrCat(parts...));
}

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_REFUSAL_H_
