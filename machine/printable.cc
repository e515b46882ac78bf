// SPDX-License-Identifier: Apache-2.0

#include "machine/printable.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_format.h"

namespace e820check {
namespace {

bool IsPlain(char c) {
  return (c >= ' ' && c <= '~') || c == '\n' || c == '\t';
}

// How many bytes a character has that starts with `lead`; 0 if none does.
size_t CharacterBytes(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

bool GoesOn(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// The code point of the whole first character, or -1.
int32_t FirstCodePoint(absl::string_view text) {
  constexpr uint8_t kLeadBits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  constexpr int32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const size_t size = CharacterBytes(static_cast<uint8_t>(text[0]));
  if (size == 0 || size > text.size()) return -1;
  int32_t point = static_cast<uint8_t>(text[0]) & kLeadBits[size];
  for (const char c : text.substr(1, size - 1)) {
    if (!GoesOn(c)) return -1;
    point = (point << 6) | (static_cast<uint8_t>(c) & 0x3F);
  }
  const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
  return point < kLeast[size] || point > 0x10FFFF || is_surrogate ? -1 : point;
}

}  // namespace

std::string Printable(absl::string_view text) {
  std::string printable;
  printable.reserve(text.size());
  while (!text.empty()) {
    const size_t plain =
        std::find_if_not(text.begin(), text.end(), IsPlain) - text.begin();
    printable.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const int32_t point = FirstCodePoint(text);
    size_t size = 1;
    if (point < 0) {
      absl::StrAppendFormat(&printable, "\\x%02x",
                            static_cast<uint8_t>(text[0]));
    } else if (point < 0xA0) {
      absl::StrAppendFormat(&printable, "\\u%04x", point);
      size = point < 0x80 ? 1 : 2;
    } else {
      size = CharacterBytes(static_cast<uint8_t>(text[0]));
      printable.append(text.data(), size);
    }
    text.remove_prefix(size);
  }
  return printable;
}

size_t UnfinishedCharacterBytes(absl::string_view text) {
  for (size_t count = 1; count <= std::min<size_t>(3, text.size()); ++count) {
    const char c = text[text.size() - count];
    if (GoesOn(c)) continue;
    return CharacterBytes(static_cast<uint8_t>(c)) > count ? count : 0;
  }
  return 0;
}

}  // namespace e820check
