// SPDX-License-Identifier: Apache-2.0

#include "systems/subject/range_map.h"

namespace e820check {
namespace {

MemoryAttributes AttributesOf(const range_map_entry& entry) {
  return {.type = static_cast<MemoryType>(entry.type), .owner = entry.owner};
}

}  // namespace

SubjectRangeMap::SubjectRangeMap()
    : map_(range_map_create()), out_of_memory_(map_ == nullptr) {}

SubjectRangeMap::SubjectRangeMap(const SubjectRangeMap& other)
    : SubjectRangeMap() {
  *this = other;
}

SubjectRangeMap& SubjectRangeMap::operator=(const SubjectRangeMap& other) {
  if (this == &other) return *this;
  Clear();
  for (const Segment& segment : other.Segments()) {
    Assign(segment.range, segment.attributes);
  }
  out_of_memory_ |= other.out_of_memory_;
  return *this;
}

void SubjectRangeMap::Assign(const AddressRange& range,
                             const MemoryAttributes& attributes) {
  const range_map_entry entry = {.first = range.first(),
                                 .last = range.last(),
                                 .type = static_cast<uint32_t>(attributes.type),
                                 .owner = attributes.owner};
  if (map_ == nullptr || range_map_assign(map_.get(), &entry) != 0) {
    out_of_memory_ = true;
  }
}

void SubjectRangeMap::Erase(const AddressRange& range) {
  if (map_ == nullptr ||
      range_map_erase(map_.get(), range.first(), range.last()) != 0) {
    out_of_memory_ = true;
  }
}

std::optional<MemoryAttributes> SubjectRangeMap::At(uint64_t address) const {
  range_map_entry entry = {};
  if (map_ == nullptr || range_map_query(map_.get(), address, &entry) != 1) {
    return std::nullopt;
  }
  return AttributesOf(entry);
}

std::vector<Segment> SubjectRangeMap::Segments() const {
  std::vector<Segment> segments;
  uint64_t address = 0;
  range_map_entry entry = {};
  while (map_ != nullptr && segments.size() < kMaxSegments &&
         range_map_next(map_.get(), address, &entry) == 1) {
    const auto range = AddressRange::Create(
        AddressRange::FirstAndLast{.first = entry.first, .last = entry.last});
    if (!range || range->last() < address) break;
    segments.push_back({*range, AttributesOf(entry)});
    if (!range->end()) break;
    address = *range->end();
  }
  return segments;
}

}  // namespace e820check
