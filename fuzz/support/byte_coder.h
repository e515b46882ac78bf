// SPDX-License-Identifier: Apache-2.0

// One description of a format, two directions. A function template over Coder
// describes what stands where; with a ByteReader it decodes, with a ByteWriter
// it encodes. Each step takes the value to encode and returns the value that
// the bytes stand for, which are one where the value can be expressed:
//
//   node.id = coder.Below(kMaxNumaNodes, node.id);

#ifndef E820CHECK_FUZZ_SUPPORT_BYTE_CODER_H_
#define E820CHECK_FUZZ_SUPPORT_BYTE_CODER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace e820check {

// What both directions share; `Direction` has Bytes(), Size() and More().
template <typename Direction>
class ByteCoder {
 public:
  uint8_t Byte(uint8_t value) {
    return static_cast<uint8_t>(self().Bytes(1, value));
  }

  // A number in [0, bound), in one byte, or two where one has no room; bound is
  // in [1, 65536]. 0 is the simplest.
  template <typename Integer>
  Integer Below(uint64_t bound, Integer value) {
    const size_t width = bound > 256 ? 2 : 1;
    return static_cast<Integer>(
        self().Bytes(width, static_cast<uint64_t>(value)) % bound);
  }

  // An element of `table`, at most 256 long. The first is the simplest.
  template <typename Table, typename Value>
  Value OneOf(const Table& table, const Value& value) {
    const auto found = std::find(std::begin(table), std::end(table), value);
    const size_t size = std::end(table) - std::begin(table);
    const size_t index =
        found == std::end(table) ? 0 : found - std::begin(table);
    return *(std::begin(table) + Below(size, index));
  }

  // Up to `most` items; code(item) returns whether to keep the item.
  template <typename Item, typename Code>
  std::vector<Item> List(size_t most, std::vector<Item> items, Code&& code) {
    const size_t count = Below(most + 1, items.size());
    std::vector<Item> coded;
    for (size_t i = 0; i < count && self().More(); ++i) {
      Item item = i < items.size() ? std::move(items[i]) : Item{};
      if (code(item)) coded.push_back(std::move(item));
    }
    return coded;
  }

 private:
  Direction& self() { return static_cast<Direction&>(*this); }
};

class ByteReader : public ByteCoder<ByteReader> {
 public:
  explicit ByteReader(absl::string_view bytes) : bytes_(bytes) {}

  // `width` bytes, little endian; bytes past the end are zeros.
  uint64_t Bytes(size_t width, uint64_t value);
  // A size in bytes. A zero byte is `usual`; otherwise, see byte_coder.cc.
  uint64_t Size(uint64_t usual, uint64_t value);
  bool More() const { return !bytes_.empty(); }

 private:
  absl::string_view bytes_;
};

class ByteWriter : public ByteCoder<ByteWriter> {
 public:
  uint64_t Bytes(size_t width, uint64_t value);
  uint64_t Size(uint64_t usual, uint64_t value);
  bool More() const { return true; }

  std::string Take() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_BYTE_CODER_H_
