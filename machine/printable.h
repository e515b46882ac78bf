// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MACHINE_PRINTABLE_H_
#define E820CHECK_MACHINE_PRINTABLE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace e820check {

// Text from outside, as a terminal may be given it: control characters but
// newline and tab become "\u001b" and the like, which means the same within
// JSON; bytes that are no UTF-8 become "\xff".
std::string Printable(absl::string_view text);

// How many bytes at the end of `text` may be the start of a character that goes
// on behind it: 0 to 3.
size_t UnfinishedCharacterBytes(absl::string_view text);

}  // namespace e820check

#endif  // E820CHECK_MACHINE_PRINTABLE_H_
