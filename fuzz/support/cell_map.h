// SPDX-License-Identifier: Apache-2.0

// The memory map that fuzz cases are held against: an array of the cells into
// which the edges of a case's operations cut the address space, each with its
// content. It is PageArray, with pages as large as the case allows: every
// operation is a loop over cells, none allocates.

#ifndef E820CHECK_FUZZ_SUPPORT_CELL_MAP_H_
#define E820CHECK_FUZZ_SUPPORT_CELL_MAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/numeric/int128.h"
#include "machine/address_range.h"
#include "machine/segment.h"

namespace e820check {

class CellMap {
 public:
  // An address of each operation at least begins a cell.
  static constexpr size_t kMaxCells = 1024;

  // All is one unmapped cell.
  CellMap() { Reset(); }
  void Reset();

  // Before any edit: makes the range one of whole cells, once Divide is called.
  // False, and nothing done, if there are too many cells.
  bool AddEdges(const AddressRange& range);
  void Divide();

  // The range is one of whole cells.
  void Assign(const AddressRange& range, const MemoryAttributes& attributes);
  void Erase(const AddressRange& range);
  void Clear();

  std::optional<MemoryAttributes> At(uint64_t address) const;
  bool Overlaps(const AddressRange& range) const;
  std::optional<uint64_t> FirstAlignedGap(const GapRequest& request) const;
  absl::uint128 BytesOfType(const AddressRange& window, MemoryType type) const;

  // Calls visitor(range, content) with the maximal runs of equal content,
  // unmapped ones too, clipped to `window`, until it returns false.
  template <typename Visitor>
  void VisitRuns(const AddressRange& window, Visitor&& visitor) const;

 private:
  struct Cell {
    uint64_t first;
    std::optional<MemoryAttributes> content;
  };

  uint64_t LastOf(size_t cell) const {
    return cell + 1 < count_ ? cells_[cell + 1].first - 1 : UINT64_MAX;
  }
  size_t CellOf(uint64_t address) const;
  void Set(const AddressRange& range,
           const std::optional<MemoryAttributes>& content);

  std::array<Cell, kMaxCells> cells_;
  size_t count_ = 0;
};

template <typename Visitor>
void CellMap::VisitRuns(const AddressRange& window, Visitor&& visitor) const {
  uint64_t first = window.first();
  for (size_t cell = CellOf(first);; ++cell) {
    const auto& content = cells_[cell].content;
    const bool ends = LastOf(cell) >= window.last();
    if (!ends && cells_[cell + 1].content == content) continue;
    const AddressRange run = *AddressRange::Create(AddressRange::FirstAndLast{
        .first = first, .last = ends ? window.last() : LastOf(cell)});
    if (!visitor(run, content) || ends) return;
    first = run.last() + 1;
  }
}

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_CELL_MAP_H_
