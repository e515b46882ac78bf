// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_OPTIONS_REFUSAL_H_
#define E820CHECK_OPTIONS_REFUSAL_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace e820check {

// A refusal on its way to command_line.h, which adds the location: QEMU's text,
// hint lines after '\n'. Every refusal in options/ is made here; any other code
// than kInvalidArgument means "outside coverage".
template <typename... Parts>
absl::Status Refuse(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_REFUSAL_H_
