// SPDX-License-Identifier: Apache-2.0

// Verify that any bytes at all are refused as a SLIT, or mean what they do at
// the offsets of ACPI 6.5 section 5.2.17, encode to themselves again, and leave
// every law of the table and all that prints it alive.

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "fuzz/support/check_table.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/table_bytes.h"
#include "machine/slit_table.h"

namespace e820check {
namespace {

constexpr Field kCount = {36, 8};
constexpr size_t kEntries = 44;

bool IsWellFormed(absl::string_view bytes) {
  if (!HasAcpiHeader(bytes, "SLIT") || bytes.size() < kEntries) return false;
  // By addition, which cannot wrap.
  const uint64_t count = ValueAt(bytes, kCount);
  uint64_t entries = 0;
  for (uint64_t row = 0; row < count && entries < bytes.size(); ++row) {
    if (count > bytes.size()) return false;
    entries += count;
  }
  return entries == bytes.size() - kEntries;
}

void CheckSlit(absl::string_view bytes,
               const absl::StatusOr<SlitTable>& table) {
  CheckAcceptance(table.status(), IsWellFormed(bytes));
  GuestLayout layout = LayoutForTables();
  layout.slit = std::string(bytes);
  CheckLawsReturn(layout);
  if (!table.ok()) return;
  CheckMeaning(IsHeaderOf(table->header, bytes), "header", 0);
  CheckMeaning(table->locality_count == ValueAt(bytes, kCount), "count",
               kCount.offset);
  CheckMeaning(table->distances.size() + kEntries == bytes.size(), "entries",
               kEntries);
  for (size_t i = 0; i < table->distances.size(); ++i) {
    CheckMeaning(table->distances[i] == ValueAt(bytes, {kEntries + i, 1}),
                 "entry", kEntries + i);
  }
  CheckSameBytes(EncodeSlit(*table), bytes);
  CheckMeaning(*DecodeSlit(bytes) == *table, "decoded again", 0);
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto table = DecodeSlit(bytes);
  Examine(
      [&] {
        GuestLayout layout = LayoutForTables();
        layout.slit = std::string(bytes);
        return DescribeTables(layout, table.status());
      },
      [&] { CheckSlit(bytes, table); });
  return 0;
}
