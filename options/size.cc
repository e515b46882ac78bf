// SPDX-License-Identifier: Apache-2.0

#include "options/size.h"

#include <cfloat>
#include <cmath>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "absl/strings/str_cat.h"
#include "machine/address_range.h"
#include "options/release_rules.h"

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

// What follows an integer from its "." on, as QEMU reads it with strtod.
struct Fraction {
  double value = 0;  // rounded to 53 bits, so it may be 1
  bool fits = true;  // a double
  bool is_0 = true;
  size_t end = 0;  // in the text
};

Fraction ReadFraction(absl::string_view text, size_t dot,
                      absl::chars_format format) {
  Fraction fraction;
  const size_t digits_end = SkipDigits(text, dot + 1);
  fraction.end = dot + 1;
  if (digits_end == dot + 1) return fraction;
  const char* const start = text.data() + dot;
  const absl::from_chars_result read = absl::from_chars(
      start, text.data() + text.size(), fraction.value, format);
  fraction.end = static_cast<size_t>(read.ptr - text.data());
  fraction.is_0 =
      text.substr(dot + 1, digits_end - dot - 1).find_first_not_of('0') ==
      absl::string_view::npos;
  // strtod also complains of what it can only round to a subnormal number.
  fraction.fits =
      read.ec == std::errc() && (fraction.is_0 || fraction.value >= DBL_MIN);
  return fraction;
}

// In 2^-64ths.
uint64_t ScaledFraction(double fraction) {
  return static_cast<uint64_t>(std::ldexp(fraction, 64));
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
    if (!OptionRulesOf(qemu).hex_sizes_take_units || suffix_bytes == 0)
      return {};
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
  const OptionRules& rules = OptionRulesOf(qemu);
  size_t at = 0;
  while (at < text.size() && IsSpace(text[at])) ++at;
  const bool negative = at < text.size() && text[at] == '-';
  if (at < text.size() && (text[at] == '+' || negative)) ++at;

  const size_t integer_end = SkipDigits(text, at);
  Decimal integer = DecimalValue(text.substr(at, integer_end - at));
  const bool has_integer = integer_end != at;
  if (negative) {
    // Else only one that would not fit without its sign is out of range.
    size_t end = integer_end;
    bool is_number = has_integer;
    if (!rules.negative_sizes_are_out_of_range) {
      is_number = integer.overflow;
    } else if (!has_integer && end < text.size() && text[end] == '.') {
      end = SkipDigits(text, end + 1);
      is_number = end != integer_end + 1;
    }
    return {is_number && end == text.size() ? Reading::kOutOfRange
                                            : Reading::kInvalid};
  }
  if (integer_end == at + 1 && text[at] == '0' && integer_end < text.size() &&
      (text[integer_end] == 'x' || text[integer_end] == 'X')) {
    return ReadHexSize(text, default_unit, qemu, warnings);
  }
  if (!has_integer && !rules.sizes_may_start_with_a_point) return {};
  if (integer.overflow) {
    return {integer_end == text.size() ? Reading::kOutOfRange
                                       : Reading::kInvalid};
  }

  at = integer_end;
  uint64_t fraction = 0;
  if (at < text.size() && text[at] == '.') {
    const bool rounds_up = rules.sizes_round_fractions_up;
    // strtod's exponent is read only to be refused. Else an 'e' is the suffix.
    const Fraction read = ReadFraction(
        text, at,
        rounds_up ? absl::chars_format::fixed : absl::chars_format::general);
    if (!has_integer && read.end == at + 1) return {};
    const bool has_exponent = read.end != SkipDigits(text, at + 1);
    at = read.end;
    if (!rounds_up && !read.fits) {
      // QEMU goes on without the fraction, and without the character behind it.
      if (at == text.size()) return {Reading::kAccident};
      ++at;
    } else if (has_exponent) {
      return {};
    } else if (read.value < 1) {
      fraction = ScaledFraction(read.value);
    } else if (rounds_up) {
      // Up to 8.0 the conversion to 64 bits makes 2^64 a 0; later releases
      // carry it and keep a fraction that is not 0 from becoming 0.
      if (integer.value == UINT64_MAX) {
        return {at == text.size() ? Reading::kOutOfRange : Reading::kInvalid};
      }
      ++integer.value;
    }
    if (rounds_up && !read.is_0 && read.value < 1 && fraction == 0)
      fraction = 1;
  } else if (!has_integer) {
    return {};
  }

  uint64_t unit = default_unit == DefaultUnit::kMebibyte ? kMiB : 1;
  if (at < text.size()) {
    unit = SuffixBytes(text[at]);
    if (unit == 0 || at + 1 != text.size()) return {};
  }
  if (unit == 1 && fraction != 0) return {};
  // unit <= 2^60: neither product reaches 2^128.
  const absl::uint128 fraction_bytes = absl::uint128(fraction) * unit;
  const absl::uint128 rounded =
      (fraction_bytes >> 64) + ((fraction_bytes >> 63) & 1);
  const absl::uint128 bytes = absl::uint128(integer.value) * unit + rounded;
  if (absl::Uint128High64(bytes) != 0) return {Reading::kOutOfRange};
  return {Reading::kOk, absl::Uint128Low64(bytes)};
}

}  // namespace e820check
