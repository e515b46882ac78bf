// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_JUDGE_DIFFERENCES_H_
#define E820CHECK_PROPERTIES_JUDGE_DIFFERENCES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "machine/guest_layout.h"

namespace e820check {

// One part of two answers that differs, and where it does so first.
struct Difference {
  enum class Table : uint8_t {
    kVerdict,  // one accepts, the other does not
    kRefusal,  // both refuse, in other words
    kDeviceWarnings,
    kWarnings,
    kE820,
    kSrat,
    kSlit,
    kHmat,
  };
  Table table = Table::kVerdict;
  // What `row` counts, from 0.
  enum class Kind : uint8_t {
    kWhole,     // nothing
    kRow,       // of the table
    kDistance,  // of SLIT, row by row
    kByte,      // of a table that does not decode, or to equal rows
  };
  Kind kind = Kind::kWhole;
  size_t row = 0;
  // In words, with "end" or "no such row" where one side has less.
  std::string expected;
  std::string actual;
};

// "verdict", "e820", "SRAT", ...
absl::string_view ToString(Difference::Table table);

// "e820 row 3\n  expected: ...\n  actual:   ...".
std::string Describe(const Difference& difference);

// Where two answers differ: acceptance first, then the text of the refusal and
// the warnings, then e820, SRAT, SLIT and HMAT to the byte, one element each;
// none if the answers are equal. Nothing is sorted or normalised. What follows
// from another verdict, or another refusal, is not listed.
std::vector<Difference> FindDifferences(const Answer& expected,
                                        const Answer& actual);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_JUDGE_DIFFERENCES_H_
