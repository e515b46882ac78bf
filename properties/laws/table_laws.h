// SPDX-License-Identifier: Apache-2.0

// The laws of each table, and what they share.
//
// A law is one function, outside of unnamed namespaces, that calls Broken()
// itself: where it is broken in a fuzz target, its name stands right under
// that call in the stack by which crashes are told apart
// (fuzz/support/check_laws.h).

#ifndef E820CHECK_PROPERTIES_LAWS_TABLE_LAWS_H_
#define E820CHECK_PROPERTIES_LAWS_TABLE_LAWS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "machine/address_range.h"
#include "machine/describe.h"
#include "properties/laws/evidence.h"
#include "properties/laws/laws.h"

namespace e820check {

absl::Span<const Law> E820RowLaws();     // of the rows alone
absl::Span<const Law> E820Laws();        // of the machine's memory
absl::Span<const Law> SratRowLaws();     // of the rows alone
absl::Span<const Law> SratMemoryLaws();  // of the machine's memory
absl::Span<const Law> SratDeviceLaws();  // of its CPUs and devices
absl::Span<const Law> SlitLaws();
absl::Span<const Law> HmatLaws();

// Firmware keeps legacy video memory and ROMs here; SRAT leaves it out.
inline constexpr AddressRange kLegacyHole = *AddressRange::Create(
    AddressRange::FirstAndLast{.first = 640 * kKiB, .last = kMiB - 1});

// AMD's I/O link, below 1 TiB.
inline constexpr AddressRange kHyperTransport =
    *AddressRange::Create(AddressRange::StartAndSize{
        .start = 0xfd00000000, .size_bytes = 0x300000000});

inline absl::Status Broken(const Evidence& evidence,
                           const std::string& detail) {
  if (evidence.on_breach != nullptr) evidence.on_breach(detail);
  return absl::FailedPreconditionError(detail);
}

// "a overlaps b" for the first two rows that overlap and of which `counts` is
// true; or empty.
template <typename Row, typename Counts>
std::string FindOverlap(const std::vector<Row>& rows, Counts counts) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::optional<AddressRange> a = RangeOf(rows[i]);
    for (size_t j = 0; a && j < i; ++j) {
      const std::optional<AddressRange> b = RangeOf(rows[j]);
      if (b && a->Overlaps(*b) && counts(rows[j], rows[i])) {
        return Describe(rows[j]) + " overlaps " + Describe(rows[i]);
      }
    }
  }
  return "";
}

// The first part of `range` that no row has; nullopt: there is none.
template <typename Row>
std::optional<AddressRange> FindGap(const AddressRange& range,
                                    const std::vector<Row>& rows) {
  uint64_t next = range.first();
  for (bool moved = true; moved;) {
    moved = false;
    for (const Row& row : rows) {
      const std::optional<AddressRange> r = RangeOf(row);
      if (!r || !r->Contains(next)) continue;
      if (r->last() >= range.last()) return std::nullopt;
      next = r->last() + 1;
      moved = true;
    }
  }
  uint64_t last = range.last();
  for (const Row& row : rows) {
    const std::optional<AddressRange> r = RangeOf(row);
    if (r && r->first() > next && r->first() <= last) last = r->first() - 1;
  }
  return AddressRange::Create(
      AddressRange::FirstAndLast{.first = next, .last = last});
}

// The up to two parts of a range outside the legacy hole.
std::vector<AddressRange> OutsideLegacyHole(const AddressRange& range);

// All enabled memory rows of SRAT, of every kind.
std::vector<MemoryAffinity> EnabledMemoryRows(const Evidence& evidence);

// The domains from which SRAT says that requests come.
std::set<uint32_t> InitiatorsInSrat(const Evidence& evidence);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_LAWS_TABLE_LAWS_H_
