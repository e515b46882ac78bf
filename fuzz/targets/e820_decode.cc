// SPDX-License-Identifier: Apache-2.0

// Verify that any bytes at all are refused as etc/e820, or mean what they do at
// the offsets of the format, encode to themselves again, and leave every law of
// the table and all that prints it alive.

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "fuzz/support/check_table.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/table_bytes.h"
#include "machine/e820_table.h"

namespace e820check {
namespace {

constexpr size_t kRowBytes = 20;

void CheckE820(absl::string_view bytes,
               const absl::StatusOr<E820Table>& table) {
  CheckAcceptance(table.status(), bytes.size() % kRowBytes == 0);
  if (!table.ok()) return;
  CheckMeaning(table->size() * kRowBytes == bytes.size(), "rows", 0);
  for (size_t i = 0; i < table->size(); ++i) {
    const E820Row& row = (*table)[i];
    const size_t at = i * kRowBytes;
    CheckMeaning(
        row.address == ValueAt(bytes, {at, 8}) &&
            row.length_bytes == ValueAt(bytes, {at + 8, 8}) &&
            static_cast<uint32_t>(row.type) == ValueAt(bytes, {at + 16, 4}),
        "row", at);
  }
  CheckSameBytes(EncodeE820(*table), bytes);
  CheckMeaning(*DecodeE820(bytes) == *table, "decoded again", 0);
  GuestLayout layout = LayoutForTables();
  layout.e820 = *table;
  CheckLawsReturn(layout);
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto table = DecodeE820(bytes);
  Examine(
      [&] {
        GuestLayout layout = LayoutForTables();
        if (table.ok()) layout.e820 = *table;
        return DescribeTables(layout, table.status());
      },
      [&] { CheckE820(bytes, table); });
  return 0;
}
