// SPDX-License-Identifier: Apache-2.0

// What holds of the rows of etc/e820, whatever the machine.

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "machine/describe.h"
#include "properties/laws/table_laws.h"

namespace e820check {

// Breaks with the encoder alone: a GuestLayout has rows, not the file.
absl::Status E820RoundTrips(const Evidence& evidence) {
  const std::string file = EncodeE820(evidence.layout.e820);
  const absl::StatusOr<E820Table> again = DecodeE820(file);
  if (file.size() % kE820RowSizeBytes == 0 && again.ok() &&
      *again == evidence.layout.e820) {
    return absl::OkStatus();
  }
  return Broken(evidence, "decode(encode(table)) is another table");
}

absl::Status E820RowsAreNotEmpty(const Evidence& evidence) {
  for (const E820Row& row : evidence.layout.e820) {
    if (row.length_bytes == 0) {
      return Broken(evidence, "empty: " + Describe(row));
    }
  }
  return absl::OkStatus();
}

absl::Status E820RowsDoNotWrap(const Evidence& evidence) {
  for (const E820Row& row : evidence.layout.e820) {
    if (row.length_bytes != 0 && !RangeOf(row)) {
      return Broken(evidence, "wraps: " + Describe(row));
    }
  }
  return absl::OkStatus();
}

absl::Status E820RowsDoNotOverlap(const Evidence& evidence) {
  const std::string overlap =
      FindOverlap(evidence.layout.e820,
                  [](const E820Row&, const E820Row&) { return true; });
  if (overlap.empty()) return absl::OkStatus();
  return Broken(evidence, overlap);
}

absl::Status E820RowsAscend(const Evidence& evidence) {
  const E820Table& rows = evidence.layout.e820;
  for (size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].address < rows[i - 1].address) {
      return Broken(evidence, absl::StrCat(Describe(rows[i]), " comes after ",
                                           Describe(rows[i - 1])));
    }
  }
  return absl::OkStatus();
}

absl::Status E820FitsFirmware(const Evidence& evidence) {
  constexpr size_t kMostRows = 128;
  const size_t count = evidence.layout.e820.size();
  if (count <= kMostRows) return absl::OkStatus();
  return Broken(evidence, absl::StrCat(count, " rows"));
}

absl::Status E820RowsAreMerged(const Evidence& evidence) {
  E820Table rows = evidence.layout.e820;
  std::sort(rows.begin(), rows.end(), [](const E820Row& a, const E820Row& b) {
    return a.address < b.address;
  });
  for (size_t i = 1; i < rows.size(); ++i) {
    const std::optional<AddressRange> a = RangeOf(rows[i - 1]);
    const std::optional<AddressRange> b = RangeOf(rows[i]);
    if (a && b && a->Touches(*b) && rows[i - 1].type == rows[i].type) {
      return Broken(evidence, absl::StrCat(Describe(rows[i]), " goes on from ",
                                           Describe(rows[i - 1])));
    }
  }
  return absl::OkStatus();
}

absl::Status E820TypesAreKnown(const Evidence& evidence) {
  constexpr auto kLegacyPersistent = static_cast<MemoryType>(12);
  constexpr MemoryType kKnown[] = {
      MemoryType::kRam,          MemoryType::kReserved,
      kLegacyPersistent,         MemoryType::kAcpiNvs,
      MemoryType::kUnusable,     MemoryType::kPersistent,
      MemoryType::kSoftReserved, MemoryType::kAcpiReclaimable};
  for (const E820Row& row : evidence.layout.e820) {
    if (std::count(std::begin(kKnown), std::end(kKnown), row.type) == 0) {
      return Broken(evidence, Describe(row));
    }
  }
  return absl::OkStatus();
}

absl::Status E820LeavesSeaBiosItsHoleType(const Evidence& evidence) {
  constexpr auto kSeaBiosHole = static_cast<MemoryType>(0xFFFFFFFF);
  for (const E820Row& row : evidence.layout.e820) {
    if (row.type == kSeaBiosHole) return Broken(evidence, Describe(row));
  }
  return absl::OkStatus();
}

absl::Status E820RowsArePageAligned(const Evidence& evidence) {
  for (const E820Row& row : evidence.layout.e820) {
    if ((row.address | row.length_bytes) % (4 * kKiB) != 0) {
      return Broken(evidence, Describe(row));
    }
  }
  return absl::OkStatus();
}

namespace {

constexpr Law kLaws[] = {
    {"e820.round-trip", "E01", Severity::kError,
     "firmware reads another map, or OVMF none at all", E820RoundTrips},
    {"e820.rows-are-not-empty", "E02", Severity::kError,
     "qtest's e820-test and OVMF take no row of length 0; Linux drops it",
     E820RowsAreNotEmpty},
    {"e820.rows-do-not-wrap", "E03", Severity::kError,
     "Linux refuses the whole map at a row that wraps", E820RowsDoNotWrap},
    {"e820.no-overlap", "E04", Severity::kError,
     "OVMF builds conflicting HOBs; Linux lets the highest type value win",
     E820RowsDoNotOverlap},
    {"e820.rows-ascend", "E05", Severity::kWarning,
     "OVMF adds up low memory from rows that ascend; Linux and SeaBIOS sort",
     E820RowsAscend},
    {"e820.at-most-128-rows", "E06", Severity::kError,
     "SeaBIOS keeps 128 rows, Linux's zero page as many: the rest is lost",
     E820FitsFirmware},
    {"e820.rows-are-merged", "E07", Severity::kWarning,
     "none: Linux merges them; tables with a limit fill sooner",
     E820RowsAreMerged},
    {"e820.types-are-known", "E08", Severity::kError,
     "OVMF does not handle the row; Linux takes it for reserved",
     E820TypesAreKnown},
    {"e820.no-seabios-hole-type", "E09", Severity::kError,
     "SeaBIOS takes the type for its own E820_HOLE and deletes the range",
     E820LeavesSeaBiosItsHoleType},
    {"e820.rows-are-page-aligned", "E16", Severity::kWarning,
     "Linux and OVMF trim RAM inward, so the guest loses part of a page",
     E820RowsArePageAligned},
};

}  // namespace

absl::Span<const Law> E820RowLaws() { return kLaws; }

}  // namespace e820check
