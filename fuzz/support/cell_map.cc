// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/cell_map.h"

#include <algorithm>

namespace e820check {

void CellMap::Reset() {
  count_ = 1;
  cells_[0] = {.first = 0, .content = std::nullopt};
}

bool CellMap::AddEdges(const AddressRange& range) {
  if (count_ + 2 > kMaxCells) return false;
  cells_[count_++].first = range.first();
  if (const auto end = range.end()) cells_[count_++].first = *end;
  return true;
}

void CellMap::Divide() {
  const auto begin = cells_.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(count_);
  std::sort(begin, end,
            [](const Cell& a, const Cell& b) { return a.first < b.first; });
  const auto last = std::unique(begin, end, [](const Cell& a, const Cell& b) {
    return a.first == b.first;
  });
  count_ = static_cast<size_t>(last - begin);
  Clear();
}

size_t CellMap::CellOf(uint64_t address) const {
  size_t cell = 0;
  while (LastOf(cell) < address) ++cell;
  return cell;
}

void CellMap::Set(const AddressRange& range,
                  const std::optional<MemoryAttributes>& content) {
  for (size_t cell = CellOf(range.first());
       cell < count_ && cells_[cell].first <= range.last(); ++cell) {
    cells_[cell].content = content;
  }
}

void CellMap::Assign(const AddressRange& range,
                     const MemoryAttributes& attributes) {
  Set(range, attributes);
}

void CellMap::Erase(const AddressRange& range) { Set(range, std::nullopt); }

void CellMap::Clear() { Set(AddressRange::Everything(), std::nullopt); }

std::optional<MemoryAttributes> CellMap::At(uint64_t address) const {
  return cells_[CellOf(address)].content;
}

bool CellMap::Overlaps(const AddressRange& range) const {
  bool overlaps = false;
  VisitRuns(range, [&overlaps](const AddressRange&, const auto& content) {
    overlaps = content.has_value();
    return !overlaps;
  });
  return overlaps;
}

std::optional<uint64_t> CellMap::FirstAlignedGap(
    const GapRequest& request) const {
  std::optional<uint64_t> found;
  VisitRuns(request.within, [&](const AddressRange& run, const auto& content) {
    if (content) return true;
    const uint64_t excess = run.first() % request.alignment_bytes;
    const auto place = CheckedAdd(
        run.first(), excess == 0 ? 0 : request.alignment_bytes - excess);
    if (!place) return false;
    const auto gap = AddressRange::Create(AddressRange::StartAndSize{
        .start = *place, .size_bytes = request.size_bytes});
    if (gap && run.Contains(*gap)) found = place;
    return !found;
  });
  return found;
}

absl::uint128 CellMap::BytesOfType(const AddressRange& window,
                                   MemoryType type) const {
  absl::uint128 bytes = 0;
  VisitRuns(window, [&](const AddressRange& run, const auto& content) {
    if (content && content->type == type) {
      bytes += run.last() - run.first();
      bytes += 1;
    }
    return true;
  });
  return bytes;
}

}  // namespace e820check
