// SPDX-License-Identifier: Apache-2.0

// Little-endian fields of firmware tables, appended to and taken from byte
// strings.

#ifndef E820CHECK_MACHINE_WIRE_H_
#define E820CHECK_MACHINE_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace e820check {

template <typename Integer>
void AppendLittleEndian(Integer value, std::string& bytes) {
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    bytes.push_back(
        static_cast<char>((static_cast<uint64_t>(value) >> (8 * i)) & 0xFF));
  }
}

// Reads fields in order. Reading past the end yields zeros and makes ok()
// false, so a decoder checks once, after its last field.
class WireReader {
 public:
  explicit WireReader(absl::string_view bytes) : bytes_(bytes) {}

  template <typename Integer>
  Integer Read() {
    uint64_t value = 0;
    for (size_t i = 0; i < sizeof(Integer); ++i) {
      value |= uint64_t{NextByte()} << (8 * i);
    }
    return static_cast<Integer>(value);
  }

  // The next `count` bytes, or fewer at the end, where ok() becomes false.
  absl::string_view ReadBytes(size_t count);

  bool ok() const { return ok_; }
  size_t remaining() const { return bytes_.size() - position_; }

 private:
  uint8_t NextByte();

  absl::string_view bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace e820check

#endif  // E820CHECK_MACHINE_WIRE_H_
