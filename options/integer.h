// SPDX-License-Identifier: Apache-2.0

// Integers, booleans and identifiers as options spell them
// (doc/spec/qemu-options.md 3.2, 3.4, 3.5).

#ifndef E820CHECK_OPTIONS_INTEGER_H_
#define E820CHECK_OPTIONS_INTEGER_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "machine/machine_type.h"

namespace e820check {

// What a number's text is: a number, no number, one that does not fit, or one
// of those sizes for which QEMU 7.2 reads past the end of the text. The texts
// of refusal differ by the option that reads it.
enum class Reading { kOk, kInvalid, kOutOfRange, kAccident };

// C's isspace in the "C" locale, which is what QEMU's number readers skip.
bool IsSpace(char c);

struct UnsignedReading {
  Reading reading = Reading::kInvalid;
  uint64_t value = 0;
};

// "12", "0x1f", "017", " +3"; -5 wraps to 2^64 - 5 as strtoull has it.
// Binary "0b11" from 10.0 on, whose builds use a C library that reads it.
UnsignedReading ReadWrappingUnsigned(absl::string_view text, QemuVersion qemu);

// As above without any '-', not even "-0"; nullopt also where it does not fit.
std::optional<uint64_t> ReadUnsigned(absl::string_view text, QemuVersion qemu);

std::optional<int64_t> ReadSigned(absl::string_view text, QemuVersion qemu);

// "3" (first == last) or "3-7", each side as ReadUnsigned has it; nullopt also
// where the range descends or spans more than 65536 numbers.
struct UnsignedRange {
  uint64_t first = 0;
  uint64_t last = 0;
};
std::optional<UnsignedRange> ReadRange(absl::string_view text,
                                       QemuVersion qemu);

// on yes true y, off no false n.
std::optional<bool> ReadBool(absl::string_view text);

// A letter, then letters, digits, '-', '.' and '_'.
bool IsIdentifier(absl::string_view text);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_INTEGER_H_
