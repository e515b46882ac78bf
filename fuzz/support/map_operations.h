// SPDX-License-Identifier: Apache-2.0

// A sequence of operations on a memory map, as fuzz bytes: records of eight
// bytes, each of which means something.
//
//   0  kind                          4  length multiplier - 1
//   1  memory type, owner            5  length shift
//   2  base address, offset shift    6  size
//   3  signed offset                 7  step
//
// An address is base + (offset << shift), modulo 2^64, so that offset -1 from 0
// is the top; a range that would pass the top ends there.

#ifndef E820CHECK_FUZZ_SUPPORT_MAP_OPERATIONS_H_
#define E820CHECK_FUZZ_SUPPORT_MAP_OPERATIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/address_range.h"
#include "machine/segment.h"

namespace e820check {

inline constexpr size_t kMapOperationSizeBytes = 8;

// Five such operations overflow a leaf of 72 steps, one overflows several of
// the tiny ones; a case's time grows with their number.
inline constexpr int kMaxStripes = 8;

struct MapOperation {
  enum class Kind {
    kAssign,
    kErase,
    kAssignStripes,
    kEraseStripes,
    kClear,
    kAt,  // the first address of `range`
    kOverlaps,
    kOverlapping,
    kFirstAlignedGap,
    kBytesOfType,
  };

  Kind kind = Kind::kAssign;
  AddressRange range = AddressRange::Everything();
  MemoryAttributes attributes;
  // Of the gap, and its alignment; or of each stripe, and the space between
  // stripes. A gap is looked for within `range`, stripes fill it.
  uint64_t size_bytes = 1;
  uint64_t step_bytes = 1;

  // "assign [0x0, 0xa0000) ram owner 3".
  std::string ToString() const;

  friend bool operator==(const MapOperation&, const MapOperation&) = default;
};

// Calls visitor(const AddressRange&) with each stripe, from the lowest on.
template <typename Visitor>
void VisitStripes(const MapOperation& operation, Visitor&& visitor);

// Calls visitor(const AddressRange&) with each range that an edit assigns or
// erases; with none for a query.
template <typename Visitor>
void VisitEditedRanges(const MapOperation& operation, Visitor&& visitor);

// Performs an edit on any of the memory maps; false if `operation` is a query.
template <typename Map>
bool Edit(const MapOperation& operation, Map& map);

// `record` holds kMapOperationSizeBytes bytes.
MapOperation DecodeMapOperation(absl::string_view record);

// The first `most` whole records.
std::vector<MapOperation> DecodeMapOperations(absl::string_view bytes,
                                              size_t most);

// The same, one a line.
std::string DescribeMapOperations(absl::string_view bytes, size_t most);

// nullopt if an operation has no such record: its range or gap is not of the
// few significant bits that eight bytes have room for.
std::optional<std::string> EncodeMapOperations(
    absl::Span<const MapOperation> operations);

template <typename Visitor>
void VisitStripes(const MapOperation& operation, Visitor&& visitor) {
  std::optional<uint64_t> first = operation.range.first();
  for (int i = 0; i < kMaxStripes && first; ++i) {
    const auto stripe = AddressRange::Create(AddressRange::StartAndSize{
        .start = *first, .size_bytes = operation.size_bytes});
    if (!stripe || !operation.range.Contains(*stripe)) return;
    visitor(*stripe);
    const auto next = CheckedAdd(stripe->last(), operation.step_bytes);
    first = next ? CheckedAdd(*next, 1) : std::nullopt;
  }
}

template <typename Visitor>
void VisitEditedRanges(const MapOperation& operation, Visitor&& visitor) {
  switch (operation.kind) {
    case MapOperation::Kind::kAssign:
    case MapOperation::Kind::kErase:
      visitor(operation.range);
      break;
    case MapOperation::Kind::kAssignStripes:
    case MapOperation::Kind::kEraseStripes:
      VisitStripes(operation, visitor);
      break;
    default:
      break;
  }
}

template <typename Map>
bool Edit(const MapOperation& operation, Map& map) {
  const auto assign = [&](const AddressRange& range) {
    map.Assign(range, operation.attributes);
  };
  const auto erase = [&](const AddressRange& range) { map.Erase(range); };
  switch (operation.kind) {
    case MapOperation::Kind::kAssign:
      assign(operation.range);
      return true;
    case MapOperation::Kind::kErase:
      erase(operation.range);
      return true;
    case MapOperation::Kind::kAssignStripes:
      VisitStripes(operation, assign);
      return true;
    case MapOperation::Kind::kEraseStripes:
      VisitStripes(operation, erase);
      return true;
    case MapOperation::Kind::kClear:
      map.Clear();
      return true;
    default:
      return false;
  }
}

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_MAP_OPERATIONS_H_
