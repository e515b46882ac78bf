// SPDX-License-Identifier: Apache-2.0

// QEMU's dialect of JSON, with QEMU's texts of refusal: single quotes allowed,
// no comments, no trailing commas (doc/spec/qemu-options.md 2.3).

#ifndef E820CHECK_OPTIONS_JSON_H_
#define E820CHECK_OPTIONS_JSON_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "machine/machine_type.h"
#include "options/value_tree.h"

namespace e820check {

// Parses a text that starts with '{'; the root is that object. From 11.0 on a
// refusal names the line and column of the token it is about.
absl::StatusOr<ValueTree> ParseJsonObject(absl::string_view text,
                                          QemuVersion qemu);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_JSON_H_
