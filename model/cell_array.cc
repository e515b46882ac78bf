// SPDX-License-Identifier: Apache-2.0

#include "model/cell_array.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace e820check {

template <typename Visitor>
void CellArray::VisitRuns(const AddressRange& window, Visitor&& visitor) const {
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

CellArray CellArray::OfPages(const Pages& pages) {
  std::vector<AddressRange> ranges;
  for (size_t page = 0; page < pages.count; ++page) {
    ranges.push_back(*AddressRange::Create(AddressRange::StartAndSize{
        .start = page * pages.size_bytes, .size_bytes = pages.size_bytes}));
  }
  CellArray array;
  array.Divide(ranges);
  return array;
}

void CellArray::Divide(absl::Span<const AddressRange> ranges) {
  std::vector<uint64_t> edges = {0};
  for (const AddressRange& range : ranges) {
    edges.push_back(range.first());
    if (const auto end = range.end()) edges.push_back(*end);
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  cells_.clear();
  for (const uint64_t edge : edges) cells_.push_back({edge, std::nullopt});
}

size_t CellArray::CellOf(uint64_t address) const {
  const auto above = std::upper_bound(
      cells_.begin(), cells_.end(), address,
      [](uint64_t a, const Cell& cell) { return a < cell.first; });
  return static_cast<size_t>(above - cells_.begin()) - 1;
}

void CellArray::Set(const AddressRange& range,
                    const std::optional<MemoryAttributes>& content) {
  const size_t first = CellOf(range.first());
  const size_t last = CellOf(range.last());
  if (cells_[first].first != range.first() || LastOf(last) != range.last()) {
    std::fprintf(stderr, "CellArray: %s is not made of whole cells\n",
                 range.ToString().c_str());
    std::abort();
  }
  for (size_t cell = first; cell <= last; ++cell) {
    cells_[cell].content = content;
  }
}

void CellArray::Assign(const AddressRange& range,
                       const MemoryAttributes& attributes) {
  Set(range, attributes);
}

void CellArray::Erase(const AddressRange& range) { Set(range, std::nullopt); }

void CellArray::Clear() { Set(AddressRange::Everything(), std::nullopt); }

std::optional<MemoryAttributes> CellArray::At(uint64_t address) const {
  return cells_[CellOf(address)].content;
}

bool CellArray::Overlaps(const AddressRange& range) const {
  bool overlaps = false;
  VisitRuns(range, [&overlaps](const AddressRange&, const auto& content) {
    overlaps = content.has_value();
    return !overlaps;
  });
  return overlaps;
}

std::vector<Segment> CellArray::Overlapping(const AddressRange& range) const {
  std::vector<Segment> segments;
  VisitRuns(range, [&segments](const AddressRange& run, const auto& content) {
    if (content) segments.push_back({.range = run, .attributes = *content});
    return true;
  });
  return segments;
}

std::vector<Segment> CellArray::Segments() const {
  return Overlapping(AddressRange::Everything());
}

std::optional<uint64_t> CellArray::FirstAlignedGap(
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

absl::uint128 CellArray::BytesOfType(const AddressRange& window,
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
