// SPDX-License-Identifier: Apache-2.0

#include "model/reader/scalars.h"

#include <cerrno>
#include <cstdlib>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "model/reader/cursor.h"
#include "model/reader/release_rules.h"

namespace e820check::reader {
namespace {

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The value of a digit of bases up to 16; 16 for other characters.
unsigned DigitValue(char c) {
  if (IsDigit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

struct Digits {
  bool any = false;
  bool overflows = false;  // 2^64
  uint64_t value = 0;
};

// digits := { digit }
Digits TakeDigits(Cursor& at, unsigned base) {
  Digits digits;
  while (!at.AtEnd() && DigitValue(at.Peek()) < base) {
    const absl::uint128 next =
        absl::uint128(digits.value) * base + DigitValue(at.Take());
    digits.any = true;
    if (absl::Uint128High64(next) != 0) digits.overflows = true;
    digits.value = absl::Uint128Low64(next);
  }
  return digits;
}

// sign := [ "+" | "-" ]; true if it is "-".
bool TakeSign(Cursor& at) {
  if (at.TakeIf('-')) return true;
  at.TakeIf('+');
  return false;
}

// --- Sizes ------------------------------------------------------------------

// suffix := "B" | "K" | "M" | "G" | "T" | "P" | "E", any case; 0: none.
uint64_t TakeSuffix(Cursor& at) {
  constexpr absl::string_view kLetters = "BKMGTPE";
  const char c = at.Peek();
  const char upper =
      c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  const size_t power = kLetters.find(upper);
  if (at.AtEnd() || power == absl::string_view::npos) return 0;
  at.Take();
  return uint64_t{1} << (10 * power);
}

// A fraction in units of 2^-64, or 1.
struct Fraction {
  uint64_t low = 0;
  bool is_1 = false;
  bool is_out_of_range = false;  // of a double
};

// What stands after the ".", rounded to a double first.
Fraction ToFraction(absl::string_view text) {
  Fraction fraction;
  errno = 0;
  const double value = std::strtod(absl::StrCat("0.", text).c_str(), nullptr);
  fraction.is_out_of_range = errno == ERANGE;
  fraction.is_1 = value == 1;
  if (value < 1) fraction.low = static_cast<uint64_t>(value * 0x1p64);
  return fraction;
}

SizeReading Faulty(Fault fault) { return {.fault = fault}; }

// A number that does not fit hides what follows it.
SizeReading OutOfRangeUnless(bool something_is_left) {
  return Faulty(something_is_left ? Fault::kInvalid : Fault::kOutOfRange);
}

// (number + fraction) * unit, half a byte rounded up.
SizeReading Multiply(uint64_t number, uint64_t fraction, uint64_t unit,
                     bool something_is_left) {
  if (something_is_left) return Faulty(Fault::kInvalid);
  if (unit == 1) {
    if (fraction != 0) return Faulty(Fault::kInvalid);
    return {.bytes = number};
  }
  const absl::uint128 part = absl::uint128(fraction) * unit;
  const absl::uint128 bytes = absl::uint128(number) * unit +
                              absl::Uint128High64(part) +
                              (absl::Uint128Low64(part) >> 63);
  if (absl::Uint128High64(bytes) != 0) return Faulty(Fault::kOutOfRange);
  return {.bytes = absl::Uint128Low64(bytes)};
}

// "0x" hexdigits [suffix], from the "x" on.
SizeReading ReadHexSize(Cursor at, uint64_t default_unit,
                        const ReleaseRules& rules) {
  at.Take();
  const Digits digits = TakeDigits(at, 16);
  if (!digits.any) return Faulty(Fault::kInvalid);
  if (digits.overflows) return OutOfRangeUnless(!at.AtEnd());
  if (!rules.has_units_of_hex_sizes) {
    return Multiply(digits.value, 0, default_unit, !at.AtEnd());
  }
  const uint64_t suffix = TakeSuffix(at);
  SizeReading size = Multiply(digits.value, 0,
                              suffix != 0 ? suffix : default_unit, !at.AtEnd());
  size.has_hex_unit = suffix != 0;
  return size;
}

// exponent := ( "e" | "E" ) sign digits; taken only if complete.
bool TakeExponent(Cursor& at) {
  const size_t place = at.Place();
  if (at.TakeIf('e') || at.TakeIf('E')) {
    TakeSign(at);
    if (!at.TakeWhile(IsDigit).empty()) return true;
  }
  at.GoTo(place);
  return false;
}

// "." digits* [suffix], from the "." on.
SizeReading ReadFractionWithExponent(Cursor at, uint64_t number,
                                     uint64_t default_unit) {
  at.Take();
  Fraction fraction;
  const size_t start = at.Place();
  if (!at.TakeWhile(IsDigit).empty()) {
    // "1.5e1" has an exponent, "1.5e" a suffix.
    const bool has_exponent = TakeExponent(at);
    fraction = ToFraction(at.Since(start));
    if (fraction.is_out_of_range) {
      // QEMU takes such a fraction for none, and skips a character for its "."
      // that it has read by then.
      if (at.AtEnd()) return Faulty(Fault::kAccident);
      at.Take();
      fraction = {};
    } else if (has_exponent) {
      return Faulty(Fault::kInvalid);
    }
  }
  const uint64_t suffix = TakeSuffix(at);
  // A fraction that rounds to 1 is lost.
  return Multiply(number, fraction.low, suffix != 0 ? suffix : default_unit,
                  !at.AtEnd());
}

// "." digits [suffix], or only "." after a number, from the "." on.
SizeReading ReadFraction(Cursor at, uint64_t number, bool is_negative,
                         uint64_t default_unit) {
  at.Take();
  const absl::string_view digits = at.TakeWhile(IsDigit);
  if (is_negative) return OutOfRangeUnless(!at.AtEnd());
  Fraction fraction = ToFraction(digits);
  if (fraction.is_1) {
    if (number == UINT64_MAX) return OutOfRangeUnless(!at.AtEnd());
    ++number;
  }
  // What is not 0 stays so.
  const bool is_0 = digits.find_first_not_of('0') == absl::string_view::npos;
  if (!is_0 && !fraction.is_1 && fraction.low == 0) fraction.low = 1;
  const uint64_t suffix = TakeSuffix(at);
  return Multiply(number, fraction.low, suffix != 0 ? suffix : default_unit,
                  !at.AtEnd());
}

}  // namespace

SizeReading ReadSize(absl::string_view text, uint64_t default_unit,
                     QemuVersion qemu) {
  const ReleaseRules rules = RulesOf(qemu);
  Cursor at(text);
  at.TakeWhile(IsBlank);
  const bool is_negative = TakeSign(at);
  const size_t start = at.Place();
  const Digits digits = TakeDigits(at, 10);

  if (!digits.any) {
    const bool is_fraction = at.Peek() == '.' && IsDigit(at.Peek(1));
    if (!rules.has_sizes_without_integer || !is_fraction) {
      return Faulty(Fault::kInvalid);
    }
    return ReadFraction(at, 0, is_negative, default_unit);
  }
  if (digits.overflows) return OutOfRangeUnless(!at.AtEnd());
  if (is_negative) {
    return rules.refuses_negative_sizes_as_out_of_range
               ? OutOfRangeUnless(!at.AtEnd())
               : Faulty(Fault::kInvalid);
  }
  if (at.Since(start) == "0" && (at.Peek() == 'x' || at.Peek() == 'X')) {
    return ReadHexSize(at, default_unit, rules);
  }
  if (at.Peek() == '.') {
    return rules.has_exponents_of_fractions
               ? ReadFractionWithExponent(at, digits.value, default_unit)
               : ReadFraction(at, digits.value, false, default_unit);
  }
  const uint64_t suffix = TakeSuffix(at);
  return Multiply(digits.value, 0, suffix != 0 ? suffix : default_unit,
                  !at.AtEnd());
}

// --- Integers ---------------------------------------------------------------

namespace {

struct Integer {
  bool is_negative = false;
  Digits digits;
};

// integer := blank* sign ( "0x" hexdigits | "0" octdigits | digits ), in later
// releases also "0b" bindigits. A prefix without digits is the number 0, and
// stays.
Integer TakeInteger(Cursor& at, QemuVersion qemu) {
  at.TakeWhile(IsBlank);
  Integer integer{.is_negative = TakeSign(at)};
  const char letter = at.Peek() == '0' ? at.Peek(1) : '\0';
  unsigned base = at.Peek() == '0' ? 8 : 10;
  bool has_prefix = false;
  if ((letter == 'x' || letter == 'X') && DigitValue(at.Peek(2)) < 16) {
    base = 16;
    has_prefix = true;
  }
  if (RulesOf(qemu).has_binary_integers && (letter == 'b' || letter == 'B') &&
      DigitValue(at.Peek(2)) < 2) {
    base = 2;
    has_prefix = true;
  }
  if (has_prefix) at.GoTo(at.Place() + 2);
  integer.digits = TakeDigits(at, base);
  return integer;
}

bool IsUnsigned(const Integer& integer) {
  return integer.digits.any && !integer.digits.overflows &&
         !integer.is_negative;
}

}  // namespace

IntegerReading ReadWrapping(absl::string_view text, QemuVersion qemu) {
  Cursor at(text);
  const Integer integer = TakeInteger(at, qemu);
  if (!integer.digits.any || !at.AtEnd()) return {.fault = Fault::kInvalid};
  if (integer.digits.overflows) return {.fault = Fault::kOutOfRange};
  return {.value = integer.is_negative ? 0 - integer.digits.value
                                       : integer.digits.value};
}

std::optional<uint64_t> ReadUnsigned(absl::string_view text, QemuVersion qemu) {
  Cursor at(text);
  const Integer integer = TakeInteger(at, qemu);
  if (!IsUnsigned(integer) || !at.AtEnd()) return std::nullopt;
  return integer.digits.value;
}

std::optional<int64_t> ReadSigned(absl::string_view text, QemuVersion qemu) {
  Cursor at(text);
  const Integer integer = TakeInteger(at, qemu);
  if (!integer.digits.any || integer.digits.overflows || !at.AtEnd()) {
    return std::nullopt;
  }
  const uint64_t largest = uint64_t{INT64_MAX} + (integer.is_negative ? 1 : 0);
  if (integer.digits.value > largest) return std::nullopt;
  return static_cast<int64_t>(integer.is_negative ? 0 - integer.digits.value
                                                  : integer.digits.value);
}

// range := unsigned | unsigned "-" unsigned
std::optional<Range> ReadRange(absl::string_view text, QemuVersion qemu) {
  Cursor at(text);
  const Integer first = TakeInteger(at, qemu);
  if (!IsUnsigned(first)) return std::nullopt;
  if (at.AtEnd()) return Range{first.digits.value, first.digits.value};
  if (!at.TakeIf('-')) return std::nullopt;
  const std::optional<uint64_t> last = ReadUnsigned(at.TakeRest(), qemu);
  if (!last || *last < first.digits.value ||
      *last - first.digits.value >= 65536) {
    return std::nullopt;
  }
  return Range{first.digits.value, *last};
}

std::optional<bool> ReadBool(absl::string_view text) {
  for (const absl::string_view word : {"on", "yes", "true", "y"}) {
    if (text == word) return true;
  }
  for (const absl::string_view word : {"off", "no", "false", "n"}) {
    if (text == word) return false;
  }
  return std::nullopt;
}

}  // namespace e820check::reader
