// SPDX-License-Identifier: Apache-2.0

#include "model/reference_memory_map.h"

namespace e820check {
namespace {

AddressRange FromTo(uint64_t first, uint64_t last) {
  return *AddressRange::Create(
      AddressRange::FirstAndLast{.first = first, .last = last});
}

// The lowest multiple of `alignment` at or above `address`; nullopt above 2^64.
std::optional<uint64_t> RoundUp(uint64_t address, uint64_t alignment) {
  const uint64_t excess = address % alignment;
  if (excess == 0) return address;
  return CheckedAdd(address, alignment - excess);
}

}  // namespace

void ReferenceMemoryMap::Erase(const AddressRange& range) {
  std::vector<Segment> kept;
  for (const Segment& segment : segments_) {
    const AddressRange& held = segment.range;
    if (!held.Overlaps(range)) {
      kept.push_back(segment);
      continue;
    }
    if (held.first() < range.first()) {
      kept.push_back({.range = FromTo(held.first(), range.first() - 1),
                      .attributes = segment.attributes});
    }
    if (range.last() < held.last()) {
      kept.push_back({.range = FromTo(range.last() + 1, held.last()),
                      .attributes = segment.attributes});
    }
  }
  segments_ = kept;
}

void ReferenceMemoryMap::Assign(const AddressRange& range,
                                const MemoryAttributes& attributes) {
  Erase(range);
  std::vector<Segment> merged;
  const auto append = [&merged](const Segment& next) {
    if (!merged.empty() && merged.back().range.Touches(next.range) &&
        merged.back().attributes == next.attributes) {
      merged.back().range =
          FromTo(merged.back().range.first(), next.range.last());
    } else {
      merged.push_back(next);
    }
  };
  size_t i = 0;
  while (i < segments_.size() && segments_[i].range.last() < range.first()) {
    append(segments_[i++]);
  }
  append({.range = range, .attributes = attributes});
  while (i < segments_.size()) append(segments_[i++]);
  segments_ = merged;
}

std::optional<MemoryAttributes> ReferenceMemoryMap::At(uint64_t address) const {
  for (const Segment& segment : segments_) {
    if (segment.range.Contains(address)) return segment.attributes;
  }
  return std::nullopt;
}

bool ReferenceMemoryMap::Overlaps(const AddressRange& range) const {
  for (const Segment& segment : segments_) {
    if (segment.range.Overlaps(range)) return true;
  }
  return false;
}

std::vector<Segment> ReferenceMemoryMap::Overlapping(
    const AddressRange& range) const {
  std::vector<Segment> parts;
  for (const Segment& segment : segments_) {
    const auto part = segment.range.Intersection(range);
    if (part) parts.push_back({*part, segment.attributes});
  }
  return parts;
}

std::optional<uint64_t> ReferenceMemoryMap::FirstAlignedGap(
    const GapRequest& request) const {
  std::optional<uint64_t> start =
      RoundUp(request.within.first(), request.alignment_bytes);
  // Segments ascend, so one that the candidate has passed never matters again.
  for (const Segment& segment : segments_) {
    if (!start) return std::nullopt;
    const auto gap = AddressRange::Create(AddressRange::StartAndSize{
        .start = *start, .size_bytes = request.size_bytes});
    if (!gap) return std::nullopt;
    if (!segment.range.Overlaps(*gap)) continue;
    const auto end = segment.range.end();
    if (!end) return std::nullopt;
    start = RoundUp(*end, request.alignment_bytes);
  }
  if (!start) return std::nullopt;
  const auto gap = AddressRange::Create(AddressRange::StartAndSize{
      .start = *start, .size_bytes = request.size_bytes});
  if (!gap || !request.within.Contains(*gap)) return std::nullopt;
  return start;
}

absl::uint128 ReferenceMemoryMap::BytesOfType(const AddressRange& window,
                                              MemoryType type) const {
  absl::uint128 bytes = 0;
  for (const Segment& part : Overlapping(window)) {
    if (part.attributes.type != type) continue;
    bytes += absl::uint128(part.range.last() - part.range.first()) + 1;
  }
  return bytes;
}

}  // namespace e820check
