// SPDX-License-Identifier: Apache-2.0

#include "options/integer.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "options/release_rules.h"

namespace e820check {
namespace {

// The number at the start of a text, as C's strtoull with base 0 sees it.
struct Prefix {
  size_t length = 0;  // 0: no number there
  bool negative = false;
  bool overflow = false;
  uint64_t magnitude = 0;
};

// The value of `c` as a digit in any base up to 16; 16 if it is none.
unsigned DigitValue(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

bool DigitAt(absl::string_view text, size_t at, unsigned base) {
  return at < text.size() && DigitValue(text[at]) < base;
}

// The letter that follows a leading zero, in lower case.
char BaseLetter(absl::string_view text, size_t at) {
  if (at + 1 >= text.size() || text[at] != '0') return '\0';
  return absl::ascii_tolower(static_cast<unsigned char>(text[at + 1]));
}

Prefix ScanPrefix(absl::string_view text, QemuVersion qemu) {
  Prefix prefix;
  size_t at = 0;
  while (at < text.size() && IsSpace(text[at])) ++at;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    prefix.negative = text[at] == '-';
    ++at;
  }
  unsigned base = 10;
  const char letter = BaseLetter(text, at);
  if (letter == 'x' && DigitAt(text, at + 2, 16)) {
    base = 16;
    at += 2;
  } else if (letter == 'b' && OptionRulesOf(qemu).integers_may_be_binary &&
             DigitAt(text, at + 2, 2)) {
    base = 2;
    at += 2;
  } else if (DigitAt(text, at, 1)) {
    base = 8;
  }
  const size_t digits = at;
  for (; DigitAt(text, at, base); ++at) {
    const uint64_t digit = DigitValue(text[at]);
    prefix.overflow |= prefix.magnitude > (UINT64_MAX - digit) / base;
    prefix.magnitude = prefix.magnitude * base + digit;
  }
  if (at != digits) prefix.length = at;
  return prefix;
}

}  // namespace

bool IsSpace(char c) {
  return absl::ascii_isspace(static_cast<unsigned char>(c));
}

UnsignedReading ReadWrappingUnsigned(absl::string_view text, QemuVersion qemu) {
  const Prefix prefix = ScanPrefix(text, qemu);
  if (prefix.length == 0 || prefix.length != text.size()) {
    return {.reading = Reading::kInvalid};
  }
  if (prefix.overflow) return {.reading = Reading::kOutOfRange};
  return {.reading = Reading::kOk,
          .value = prefix.negative ? 0 - prefix.magnitude : prefix.magnitude};
}

std::optional<uint64_t> ReadUnsigned(absl::string_view text, QemuVersion qemu) {
  const Prefix prefix = ScanPrefix(text, qemu);
  if (prefix.length == 0 || prefix.length != text.size()) return std::nullopt;
  if (prefix.negative || prefix.overflow) return std::nullopt;
  return prefix.magnitude;
}

std::optional<int64_t> ReadSigned(absl::string_view text, QemuVersion qemu) {
  const Prefix prefix = ScanPrefix(text, qemu);
  if (prefix.length == 0 || prefix.length != text.size()) return std::nullopt;
  const uint64_t limit = uint64_t{INT64_MAX} + (prefix.negative ? 1 : 0);
  if (prefix.overflow || prefix.magnitude > limit) return std::nullopt;
  return static_cast<int64_t>(prefix.negative ? 0 - prefix.magnitude
                                              : prefix.magnitude);
}

std::optional<UnsignedRange> ReadRange(absl::string_view text,
                                       QemuVersion qemu) {
  constexpr uint64_t kSpanLimit = 65536;
  const Prefix first = ScanPrefix(text, qemu);
  if (first.length == 0 || first.negative || first.overflow) {
    return std::nullopt;
  }
  UnsignedRange range{.first = first.magnitude, .last = first.magnitude};
  if (first.length == text.size()) return range;
  if (text[first.length] != '-') return std::nullopt;
  const std::optional<uint64_t> last =
      ReadUnsigned(text.substr(first.length + 1), qemu);
  if (!last || *last < range.first || *last - range.first >= kSpanLimit) {
    return std::nullopt;
  }
  range.last = *last;
  return range;
}

std::optional<bool> ReadBool(absl::string_view text) {
  if (text == "on" || text == "yes" || text == "true" || text == "y") {
    return true;
  }
  if (text == "off" || text == "no" || text == "false" || text == "n") {
    return false;
  }
  return std::nullopt;
}

bool IsIdentifier(absl::string_view text) {
  if (text.empty() || !absl::ascii_isalpha(static_cast<unsigned char>(text[0])))
    return false;
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' &&
        c != '.' && c != '_') {
      return false;
    }
  }
  return true;
}

}  // namespace e820check
