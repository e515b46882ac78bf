// SPDX-License-Identifier: Apache-2.0

#include "options/size.h"

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/str_cat.h"
#include "machine/address_range.h"

namespace e820check {
namespace {

size_t SkipDigits(absl::string_view text, size_t at) {
  while (at < text.size() &&
         absl::ascii_isdigit(static_cast<unsigned char>(text[at]))) {
    ++at;
  }
  return at;
}

// 0 if `c` is no suffix.
uint64_t SuffixBytes(char c) {
  switch (absl::ascii_toupper(static_cast<unsigned char>(c))) {
    case 'B':
      return 1;
    case 'K':
      return kKiB;
    case 'M':
      return kMiB;
    case 'G':
      return kGiB;
    case 'T':
      return kTiB;
    case 'P':
      return kTiB << 10;
    case 'E':
      return kTiB << 20;
    default:
      return 0;
  }
}

// ".75" as a number of 2^-64ths. QEMU reads it with strtod, so it has 53
// significant bits and may round to 1, that is 2^64.
absl::uint128 FractionOf2To64(absl::string_view text, QemuVersion qemu) {
  double fraction = 0;
  absl::from_chars(text.data(), text.data() + text.size(), fraction);
  const absl::uint128 scaled =
      static_cast<absl::uint128>(std::ldexp(fraction, 64));
  // Up to 8.0 the conversion to 64 bits makes 2^64 a 0; later releases carry it
  // and keep a fraction that is not 0 from becoming 0.
  if (qemu == QemuVersion::k7_2) return absl::Uint128Low64(scaled);
  const bool is_zero =
      text.find_first_not_of("0", 1) == absl::string_view::npos;
  return scaled == 0 && !is_zero ? 1 : scaled;
}

struct Decimal {
  bool overflow = false;
  uint64_t value = 0;
};

Decimal DecimalValue(absl::string_view digits) {
  Decimal decimal;
  for (const char c : digits) {
    const uint64_t digit = static_cast<uint64_t>(c - '0');
    decimal.overflow |= decimal.value > (UINT64_MAX - digit) / 10;
    decimal.value = decimal.value * 10 + digit;
  }
  return decimal;
}

// "0x40", in 7.2 with one of K, M, G, T, P after it: B and E are digits.
SizeReading ReadHexSize(absl::string_view text, DefaultUnit default_unit,
                        QemuVersion qemu, std::vector<std::string>& warnings) {
  uint64_t unit = default_unit == DefaultUnit::kMebibyte ? kMiB : 1;
  size_t end = text.find_first_of("xX") + 1;
  while (end < text.size() &&
         absl::ascii_isxdigit(static_cast<unsigned char>(text[end]))) {
    ++end;
  }
  const UnsignedReading integer =
      ReadWrappingUnsigned(text.substr(0, end), qemu);
  if (integer.reading == Reading::kInvalid) return {};
  if (integer.reading == Reading::kOutOfRange) {
    return {end == text.size() ? Reading::kOutOfRange : Reading::kInvalid};
  }
  if (end < text.size()) {
    const uint64_t suffix_bytes = SuffixBytes(text[end]);
    if (qemu != QemuVersion::k7_2 || suffix_bytes == 0) return {};
    warnings.push_back(absl::StrCat(
        "warning: Using a multiplier suffix on hex numbers is deprecated: ",
        text));
    if (end + 1 != text.size()) return {};
    unit = suffix_bytes;
  }
  const absl::uint128 bytes = absl::uint128(integer.value) * unit;
  if (absl::Uint128High64(bytes) != 0) return {Reading::kOutOfRange};
  return {Reading::kOk, absl::Uint128Low64(bytes)};
}

}  // namespace

SizeReading ReadSize(absl::string_view text, DefaultUnit default_unit,
                     QemuVersion qemu, std::vector<std::string>& warnings) {
  size_t at = 0;
  while (at < text.size() && IsSpace(text[at])) ++at;
  const bool negative = at < text.size() && text[at] == '-';
  if (at < text.size() && (text[at] == '+' || negative)) ++at;

  const size_t integer_end = SkipDigits(text, at);
  const Decimal integer = DecimalValue(text.substr(at, integer_end - at));
  const bool has_integer = integer_end != at;
  if (negative) {
    // From 10.0 on a negative number is a number out of range.
    return {qemu != QemuVersion::k7_2 && has_integer &&
                    integer_end == text.size()
                ? Reading::kOutOfRange
                : Reading::kInvalid};
  }
  if (integer_end == at + 1 && text[at] == '0' && integer_end < text.size() &&
      (text[integer_end] == 'x' || text[integer_end] == 'X')) {
    return ReadHexSize(text, default_unit, qemu, warnings);
  }
  if (!has_integer && qemu == QemuVersion::k7_2) return {};
  if (integer.overflow) {
    return {integer_end == text.size() ? Reading::kOutOfRange
                                       : Reading::kInvalid};
  }

  at = integer_end;
  absl::uint128 fraction = 0;
  if (at < text.size() && text[at] == '.') {
    const size_t fraction_end = SkipDigits(text, at + 1);
    const bool has_fraction = fraction_end != at + 1;
    if (!has_integer && !has_fraction) return {};
    if (has_fraction) {
      fraction = FractionOf2To64(text.substr(at, fraction_end - at), qemu);
    }
    at = fraction_end;
  } else if (!has_integer) {
    return {};
  }

  uint64_t unit = default_unit == DefaultUnit::kMebibyte ? kMiB : 1;
  if (at < text.size()) {
    unit = SuffixBytes(text[at]);
    if (unit == 0 || at + 1 != text.size()) return {};
  }
  if (unit == 1 && fraction != 0) return {};
  // fraction <= 2^64 and unit <= 2^60: neither product reaches 2^128.
  const absl::uint128 fraction_bytes = fraction * unit;
  const absl::uint128 rounded =
      (fraction_bytes >> 64) + ((fraction_bytes >> 63) & 1);
  const absl::uint128 bytes = absl::uint128(integer.value) * unit + rounded;
  if (absl::Uint128High64(bytes) != 0) return {Reading::kOutOfRange};
  return {Reading::kOk, absl::Uint128Low64(bytes)};
}

}  // namespace e820check
