// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/table_bytes.h"

#include <algorithm>

namespace e820check {

uint64_t ValueAt(absl::string_view bytes, Field field) {
  uint64_t value = 0;
  for (size_t i = field.width; i-- > 0;) {
    value = value * 256 + static_cast<uint8_t>(bytes[field.offset + i]);
  }
  return value;
}

bool AllZero(absl::string_view bytes, absl::Span<const Field> fields) {
  return std::all_of(fields.begin(), fields.end(), [bytes](Field field) {
    const absl::string_view part = bytes.substr(field.offset, field.width);
    return std::all_of(part.begin(), part.end(),
                       [](char c) { return c == '\0'; });
  });
}

bool HasAcpiHeader(absl::string_view bytes, absl::string_view signature) {
  return bytes.size() >= 36 && bytes.substr(0, 4) == signature &&
         ValueAt(bytes, {4, 4}) == bytes.size();
}

bool IsHeaderOf(const AcpiHeader& header, absl::string_view bytes) {
  const auto same = [bytes](const auto& text, size_t offset) {
    return absl::string_view(text.data(), text.size()) ==
           bytes.substr(offset, text.size());
  };
  return same(header.signature, 0) &&
         header.revision == ValueAt(bytes, {8, 1}) &&
         header.checksum == ValueAt(bytes, {9, 1}) && same(header.oem.id, 10) &&
         same(header.oem.table_id, 16) &&
         header.oem_revision == ValueAt(bytes, {24, 4}) &&
         same(header.creator_id, 28) &&
         header.creator_revision == ValueAt(bytes, {32, 4});
}

}  // namespace e820check
