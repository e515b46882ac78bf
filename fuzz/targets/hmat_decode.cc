// SPDX-License-Identifier: Apache-2.0

// Verify that any bytes at all are refused as an HMAT, or mean what they do at
// the offsets of ACPI 6.5 section 5.2.28, encode to themselves again, and leave
// every law of the table and all that prints it alive.

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "fuzz/support/check_table.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/table_bytes.h"
#include "machine/hmat_table.h"

namespace e820check {
namespace {

constexpr Field kReserved = {36, 4};
constexpr size_t kStructures = 40;
// Of a latency and bandwidth structure, up to its lists.
constexpr size_t kListFixedBytes = 32;

bool IsWellFormedList(absl::string_view list) {
  if (list.size() < kListFixedBytes || !AllZero(list, {{10, 2}, {20, 4}})) {
    return false;
  }
  // Each id takes 4 bytes, so that counts beyond the length cannot fit.
  const uint64_t initiators = ValueAt(list, {12, 4});
  const uint64_t targets = ValueAt(list, {16, 4});
  if (initiators > list.size() || targets > list.size()) return false;
  return list.size() == kListFixedBytes + 4 * (initiators + targets) +
                            2 * initiators * targets;
}

bool IsWellFormedStructure(absl::string_view bytes) {
  if (!AllZero(bytes, {{2, 2}})) return false;
  switch (ValueAt(bytes, {0, 2})) {
    case 0:
      return bytes.size() == 40 && AllZero(bytes, {{10, 2}, {20, 20}});
    case 1:
      return IsWellFormedList(bytes);
    case 2:
      return bytes.size() == 32 && AllZero(bytes, {{12, 4}, {28, 4}});
    default:
      return false;
  }
}

// The structures; false if the bytes are no table.
bool SplitStructures(absl::string_view bytes,
                     std::vector<absl::string_view>& structures) {
  if (!HasAcpiHeader(bytes, "HMAT") || bytes.size() < kStructures ||
      !AllZero(bytes, {kReserved})) {
    return false;
  }
  for (size_t at = kStructures; at < bytes.size();) {
    if (at + 8 > bytes.size()) return false;
    const size_t length = ValueAt(bytes, {at + 4, 4});
    if (length < 8 || length > bytes.size() - at) return false;
    structures.push_back(bytes.substr(at, length));
    if (!IsWellFormedStructure(structures.back())) return false;
    at += length;
  }
  return true;
}

// Whether a decoded structure says what the bytes do.
struct SameStructure {
  absl::string_view bytes;

  uint64_t At(size_t offset, size_t width) const {
    return ValueAt(bytes, {offset, width});
  }
  bool operator()(const MemoryProximityDomain& domain) const {
    return At(0, 2) == 0 && domain.flags == At(8, 2) &&
           domain.initiator == At(12, 4) && domain.memory == At(16, 4);
  }
  bool operator()(const LatencyBandwidth& list) const {
    bool same = At(0, 2) == 1 && list.flags == At(8, 1) &&
                list.data_type == At(9, 1) && list.base_unit == At(24, 8) &&
                list.initiators.size() == At(12, 4) &&
                list.targets.size() == At(16, 4);
    size_t at = kListFixedBytes;
    const auto next = [&](uint64_t value, size_t width) {
      same = same && value == At(at, width);
      at += width;
    };
    for (const uint32_t id : list.initiators) next(id, 4);
    for (const uint32_t id : list.targets) next(id, 4);
    for (const uint16_t entry : list.entries) next(entry, 2);
    return same && at == bytes.size();
  }
  bool operator()(const MemorySideCache& cache) const {
    return At(0, 2) == 2 && cache.memory == At(8, 4) &&
           cache.size_bytes == At(16, 8) && cache.attributes == At(24, 4);
  }
};

void CheckHmat(absl::string_view bytes,
               const absl::StatusOr<HmatTable>& table) {
  std::vector<absl::string_view> structures;
  CheckAcceptance(table.status(), SplitStructures(bytes, structures));
  GuestLayout layout = LayoutForTables();
  layout.hmat = std::string(bytes);
  CheckLawsReturn(layout);
  if (!table.ok()) return;
  CheckMeaning(IsHeaderOf(table->header, bytes), "header", 0);
  CheckMeaning(table->structures.size() == structures.size(), "structures",
               kStructures);
  for (size_t i = 0; i < structures.size(); ++i) {
    CheckMeaning(std::visit(SameStructure{structures[i]}, table->structures[i]),
                 "structure", structures[i].data() - bytes.data());
  }
  CheckSameBytes(EncodeHmat(*table), bytes);
  CheckMeaning(*DecodeHmat(bytes) == *table, "decoded again", 0);
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto table = DecodeHmat(bytes);
  Examine(
      [&] {
        GuestLayout layout = LayoutForTables();
        layout.hmat = std::string(bytes);
        return DescribeTables(layout, table.status());
      },
      [&] { CheckHmat(bytes, table); });
  return 0;
}
