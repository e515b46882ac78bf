// SPDX-License-Identifier: Apache-2.0

// Verify that any bytes at all are refused as an SRAT, or mean what they do at
// the offsets of ACPI 6.5 section 5.2.16, encode to themselves again, and leave
// every law of the table and all that prints it alive.

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "fuzz/support/check_table.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/table_bytes.h"
#include "machine/srat_table.h"

namespace e820check {
namespace {

constexpr Field kTableRevision = {36, 4};
constexpr Field kReserved = {40, 8};
constexpr size_t kRows = 48;

// Of a row by its type: its length, and what must be zero.
bool IsWellFormedRow(absl::string_view row) {
  switch (ValueAt(row, {0, 1})) {
    case 0:
      return row.size() == 16;
    case 1:
      return row.size() == 40 && AllZero(row, {{6, 2}, {24, 4}, {32, 8}});
    case 2:
      return row.size() == 24 && AllZero(row, {{2, 2}, {20, 4}});
    case 5:
    case 6:
      if (row.size() != 32 || !AllZero(row, {{2, 1}, {28, 4}})) return false;
      switch (ValueAt(row, {3, 1})) {
        case 0:  // an ACPI device handle
          return AllZero(row, {{20, 4}});
        case 1:  // a PCI device handle
          return AllZero(row, {{12, 12}});
        default:
          return false;
      }
    default:
      return false;
  }
}

// The rows; false if the bytes are no table.
bool SplitRows(absl::string_view bytes, std::vector<absl::string_view>& rows) {
  if (!HasAcpiHeader(bytes, "SRAT") || bytes.size() < kRows) return false;
  if (ValueAt(bytes, kTableRevision) != 1 || !AllZero(bytes, {kReserved})) {
    return false;
  }
  for (size_t at = kRows; at < bytes.size();) {
    if (at + 2 > bytes.size()) return false;
    const size_t length = ValueAt(bytes, {at + 1, 1});
    if (length < 2 || at + length > bytes.size()) return false;
    rows.push_back(bytes.substr(at, length));
    if (!IsWellFormedRow(rows.back())) return false;
    at += length;
  }
  return true;
}

// Whether a decoded row says what the bytes do.
struct SameRow {
  absl::string_view bytes;

  uint64_t At(size_t offset, size_t width) const {
    return ValueAt(bytes, {offset, width});
  }
  bool operator()(const LocalApicAffinity& row) const {
    return At(0, 1) == 0 &&
           row.proximity_domain == (At(2, 1) | At(9, 3) << 8) &&
           row.apic_id == At(3, 1) && row.flags == At(4, 4) &&
           row.local_sapic_eid == At(8, 1) && row.clock_domain == At(12, 4);
  }
  bool operator()(const MemoryAffinity& row) const {
    return At(0, 1) == 1 && row.proximity_domain == At(2, 4) &&
           row.base == At(8, 8) && row.length_bytes == At(16, 8) &&
           row.flags == At(28, 4);
  }
  bool operator()(const X2ApicAffinity& row) const {
    return At(0, 1) == 2 && row.proximity_domain == At(4, 4) &&
           row.x2apic_id == At(8, 4) && row.flags == At(12, 4) &&
           row.clock_domain == At(16, 4);
  }
  bool operator()(const GenericDeviceAffinity& row) const {
    return static_cast<uint8_t>(row.kind) == At(0, 1) &&
           row.proximity_domain == At(4, 4) && row.flags == At(24, 4) &&
           row.handle.index() == At(3, 1) && std::visit(*this, row.handle);
  }
  bool operator()(const AcpiDeviceHandle& handle) const {
    return absl::string_view(handle.hid.data(), 8) == bytes.substr(8, 8) &&
           handle.uid == At(16, 4);
  }
  bool operator()(const PciDeviceHandle& handle) const {
    return handle.segment == At(8, 2) && handle.bus == At(10, 1) &&
           handle.devfn == At(11, 1);
  }
};

void CheckSrat(absl::string_view bytes,
               const absl::StatusOr<SratTable>& table) {
  std::vector<absl::string_view> rows;
  CheckAcceptance(table.status(), SplitRows(bytes, rows));
  GuestLayout layout = LayoutForTables();
  layout.srat = std::string(bytes);
  CheckLawsReturn(layout);
  if (!table.ok()) return;
  CheckMeaning(IsHeaderOf(table->header, bytes), "header", 0);
  CheckMeaning(table->rows.size() == rows.size(), "rows", kRows);
  for (size_t i = 0; i < rows.size(); ++i) {
    CheckMeaning(std::visit(SameRow{rows[i]}, table->rows[i]), "row",
                 rows[i].data() - bytes.data());
  }
  CheckSameBytes(EncodeSrat(*table), bytes);
  CheckMeaning(*DecodeSrat(bytes) == *table, "decoded again", 0);
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto table = DecodeSrat(bytes);
  Examine(
      [&] {
        GuestLayout layout = LayoutForTables();
        layout.srat = std::string(bytes);
        return DescribeTables(layout, table.status());
      },
      [&] { CheckSrat(bytes, table); });
  return 0;
}
