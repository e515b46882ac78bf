// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_RANGETREE_MACHINE_REFUSAL_H_
#define E820CHECK_RANGETREE_MACHINE_REFUSAL_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace e820check {

// FailedPrecondition with the words of QEMU, put together from parts. Another
// name than that of options/refusal.h, which makes another code.
template <typename... Parts>
absl::Status RefuseMachine(const Parts&... parts) {
  return absl::FailedPreconditionError(absl::StrCat(parts...));
}

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_MACHINE_REFUSAL_H_
