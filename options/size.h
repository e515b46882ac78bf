// SPDX-License-Identifier: Apache-2.0

// Sizes as options spell them: "64M", "1.5G", "0x40k" (doc/spec/qemu-options.md
// 3.1).

#ifndef E820CHECK_OPTIONS_SIZE_H_
#define E820CHECK_OPTIONS_SIZE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "machine/machine_type.h"
#include "options/integer.h"

namespace e820check {

struct SizeReading {
  Reading reading = Reading::kInvalid;
  uint64_t bytes = 0;
};

// The unit of a number without suffix.
enum class DefaultUnit { kByte, kMebibyte };

// Appends to `warnings`, without location, what QEMU 7.2 says about a suffix on
// a hexadecimal number; it says so even where the text turns out to be invalid.
SizeReading ReadSize(absl::string_view text, DefaultUnit unit, QemuVersion qemu,
                     std::vector<std::string>& warnings);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_SIZE_H_
