// SPDX-License-Identifier: Apache-2.0

#include "model/page_array.h"

#include <cstdio>
#include <cstdlib>

namespace e820check {

PageArray::PageArray(Geometry geometry)
    : geometry_(geometry), pages_(geometry.page_count) {
  if (geometry.page_size_bytes == 0 ||
      geometry.page_count > UINT64_MAX / geometry.page_size_bytes) {
    std::fprintf(stderr, "PageArray: the space must end below 2^64\n");
    std::abort();
  }
}

AddressRange PageArray::PageRange(size_t page) const {
  return *AddressRange::Create(
      AddressRange::StartAndSize{.start = page * geometry_.page_size_bytes,
                                 .size_bytes = geometry_.page_size_bytes});
}

void PageArray::Set(const AddressRange& range,
                    const std::optional<MemoryAttributes>& attributes) {
  const uint64_t page_size = geometry_.page_size_bytes;
  if (range.first() % page_size != 0 ||
      range.last() % page_size != page_size - 1 ||
      range.last() / page_size >= geometry_.page_count) {
    std::fprintf(stderr, "PageArray: %s is not made of whole pages\n",
                 range.ToString().c_str());
    std::abort();
  }
  for (size_t page = 0; page < pages_.size(); ++page) {
    if (range.Contains(PageRange(page))) pages_[page] = attributes;
  }
}

void PageArray::Assign(const AddressRange& range,
                       const MemoryAttributes& attributes) {
  Set(range, attributes);
}

void PageArray::Erase(const AddressRange& range) { Set(range, std::nullopt); }

void PageArray::Clear() { pages_.assign(pages_.size(), std::nullopt); }

std::optional<MemoryAttributes> PageArray::At(uint64_t address) const {
  const uint64_t page = address / geometry_.page_size_bytes;
  if (page >= pages_.size()) return std::nullopt;
  return pages_[page];
}

bool PageArray::Overlaps(const AddressRange& range) const {
  return !Overlapping(range).empty();
}

std::vector<Segment> PageArray::Overlapping(const AddressRange& range) const {
  std::vector<Segment> runs;
  for (size_t page = 0; page < pages_.size(); ++page) {
    const auto part = PageRange(page).Intersection(range);
    if (!pages_[page] || !part) continue;
    if (!runs.empty() && runs.back().attributes == *pages_[page] &&
        runs.back().range.Touches(*part)) {
      runs.back().range = *AddressRange::Create(AddressRange::FirstAndLast{
          .first = runs.back().range.first(), .last = part->last()});
    } else {
      runs.push_back({.range = *part, .attributes = *pages_[page]});
    }
  }
  return runs;
}

std::optional<uint64_t> PageArray::FirstAlignedGap(
    const GapRequest& request) const {
  // From the first multiple inside `within` every multiple in turn. The loop is
  // short because nothing is mapped beyond the last page.
  const uint64_t misaligned = request.within.first() % request.alignment_bytes;
  std::optional<uint64_t> start =
      misaligned == 0 ? request.within.first()
                      : CheckedAdd(request.within.first(),
                                   request.alignment_bytes - misaligned);
  for (; start; start = CheckedAdd(*start, request.alignment_bytes)) {
    const auto gap = AddressRange::Create(AddressRange::StartAndSize{
        .start = *start, .size_bytes = request.size_bytes});
    if (!gap || !request.within.Contains(*gap)) return std::nullopt;
    if (!Overlaps(*gap)) return start;
  }
  return std::nullopt;
}

absl::uint128 PageArray::BytesOfType(const AddressRange& window,
                                     MemoryType type) const {
  absl::uint128 bytes = 0;
  for (size_t page = 0; page < pages_.size(); ++page) {
    const auto part = PageRange(page).Intersection(window);
    if (part && pages_[page] && pages_[page]->type == type) {
      bytes += part->last() - part->first() + 1;
    }
  }
  return bytes;
}

std::vector<Segment> PageArray::Segments() const {
  return Overlapping(AddressRange::Everything());
}

}  // namespace e820check
