// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MODEL_CELL_ARRAY_H_
#define E820CHECK_MODEL_CELL_ARRAY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/types/span.h"
#include "machine/segment.h"

namespace e820check {

// The memory map in which nothing can go wrong: the address space cut into
// cells before the first edit, each with its content, and every operation a
// loop over cells. The bottom of the ladder CellArray -> ReferenceMemoryMap ->
// RangeTreeMap.
//
// Assign and Erase abort unless the range is made of whole cells. Questions
// take any range.
class CellArray {
 public:
  // One unmapped cell.
  CellArray() { Divide({}); }

  struct Pages {
    uint64_t size_bytes;  // not 0
    size_t count;         // end below 2^64
  };
  // A cell for each page, from address 0 on, and one for what lies above them.
  static CellArray OfPages(const Pages& pages);

  // Forgets everything, and cuts the space so that each of the ranges is made
  // of whole cells.
  void Divide(absl::Span<const AddressRange> ranges);

  void Assign(const AddressRange& range, const MemoryAttributes& attributes);
  void Erase(const AddressRange& range);
  void Clear();

  std::optional<MemoryAttributes> At(uint64_t address) const;
  // Whether any byte of the range is mapped.
  bool Overlaps(const AddressRange& range) const;
  // The mapped parts of the range as maximal runs, ascending.
  std::vector<Segment> Overlapping(const AddressRange& range) const;
  std::optional<uint64_t> FirstAlignedGap(const GapRequest& request) const;
  absl::uint128 BytesOfType(const AddressRange& window, MemoryType type) const;

  // All maximal runs, ascending; size() is their number.
  std::vector<Segment> Segments() const;
  size_t size() const { return Segments().size(); }
  bool empty() const { return Segments().empty(); }

 private:
  struct Cell {
    uint64_t first;
    std::optional<MemoryAttributes> content;
  };

  size_t CellOf(uint64_t address) const;
  uint64_t LastOf(size_t cell) const {
    return cell + 1 < cells_.size() ? cells_[cell + 1].first - 1 : UINT64_MAX;
  }
  void Set(const AddressRange& range,
           const std::optional<MemoryAttributes>& content);
  // Calls visitor(range, content) with the maximal runs of equal content,
  // unmapped ones too, clipped to `window`, until it returns false.
  template <typename Visitor>
  void VisitRuns(const AddressRange& window, Visitor&& visitor) const;

  std::vector<Cell> cells_;  // ascending; the first begins at address 0
};

}  // namespace e820check

#endif  // E820CHECK_MODEL_CELL_ARRAY_H_
