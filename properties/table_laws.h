// SPDX-License-Identifier: Apache-2.0

// The laws of each table, and what they share.

#ifndef E820CHECK_PROPERTIES_TABLE_LAWS_H_
#define E820CHECK_PROPERTIES_TABLE_LAWS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "machine/address_range.h"
#include "machine/describe.h"
#include "properties/evidence.h"
#include "properties/laws.h"

namespace e820check {

absl::Span<const Law> E820Laws();
absl::Span<const Law> SratLaws();
absl::Span<const Law> SlitLaws();
absl::Span<const Law> HmatLaws();

inline absl::Status Broken(const std::string& detail) {
  return absl::FailedPreconditionError(detail);
}

template <typename Row>
absl::Status RowsDoNotOverlap(const std::vector<Row>& rows) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::optional<AddressRange> a = RangeOf(rows[i]);
    for (size_t j = 0; a && j < i; ++j) {
      const std::optional<AddressRange> b = RangeOf(rows[j]);
      if (b && a->Overlaps(*b)) {
        return Broken(Describe(rows[j]) + " overlaps " + Describe(rows[i]));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_TABLE_LAWS_H_
