// SPDX-License-Identifier: Apache-2.0

// Sizes, integers, ranges and booleans as options spell them
// (doc/spec/qemu-options.md 3.1, 3.2, 3.4, 3.5).

#ifndef E820CHECK_MODEL_READER_SCALARS_H_
#define E820CHECK_MODEL_READER_SCALARS_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "machine/machine_type.h"

namespace e820check::reader {

// How a text is no number.
enum class Fault {
  kNone,
  kInvalid,
  kOutOfRange,
  kAccident,  // QEMU reads past the end of the text
};

struct SizeReading {
  Fault fault = Fault::kNone;
  uint64_t bytes = 0;
  // QEMU 7.2 warns of a unit after a hexadecimal number, valid or not.
  bool has_hex_unit = false;
};

inline constexpr uint64_t kByte = 1;
inline constexpr uint64_t kMebibyte = 1 << 20;

// `default_unit` is that of a number without suffix, in bytes.
SizeReading ReadSize(absl::string_view text, uint64_t default_unit,
                     QemuVersion qemu);

struct IntegerReading {
  Fault fault = Fault::kNone;
  uint64_t value = 0;  // modulo 2^64
};

// Negative numbers wrap.
IntegerReading ReadWrapping(absl::string_view text, QemuVersion qemu);
// nullopt: no such number, or one below 0, "-0" included, or above 2^64 - 1.
std::optional<uint64_t> ReadUnsigned(absl::string_view text, QemuVersion qemu);
std::optional<int64_t> ReadSigned(absl::string_view text, QemuVersion qemu);

// "N" or "A-B" with A <= B and B - A < 65536.
struct Range {
  uint64_t first = 0;
  uint64_t last = 0;
};
std::optional<Range> ReadRange(absl::string_view text, QemuVersion qemu);

std::optional<bool> ReadBool(absl::string_view text);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_SCALARS_H_
