// SPDX-License-Identifier: Apache-2.0

#include "properties/zoo/faulty_map.h"

#include <algorithm>
#include <iterator>

#include "machine/address_range.h"

namespace e820check {
namespace {

constexpr size_t kFewSegments = 8;

std::optional<AddressRange> Between(uint64_t first, uint64_t last) {
  return AddressRange::Create(
      AddressRange::FirstAndLast{.first = first, .last = last});
}

}  // namespace

void FaultyMap::Assign(const AddressRange& range,
                       const MemoryAttributes& attributes) {
  uint64_t first = range.first();
  uint64_t last = range.last();
  MemoryAttributes stored = attributes;
  if (Has(MapFault::kAssignLosesLastByte) && last > first) --last;
  if (Has(MapFault::kAssignLosesFirstByte) && last > first) ++first;
  if (Has(MapFault::kAssignTakesOneByteMore) && last != UINT64_MAX) ++last;
  if (Has(MapFault::kAssignOfOneByteIsLost) && first == last) return;
  if (Has(MapFault::kAssignCrossing4GEndsThere) && first < 4 * kGiB) {
    last = std::min(last, 4 * kGiB - 1);
  }
  if (Has(MapFault::kAssignLengthHas32Bits)) {
    last = first + static_cast<uint32_t>(last - first);
  }
  if (Has(MapFault::kAssignAddressHas40Bits)) {
    constexpr uint64_t kMask = (uint64_t{1} << 40) - 1;
    first &= kMask;
    last &= kMask;
  }
  if (Has(MapFault::kAssignToTheEndIsLost) && last == UINT64_MAX) return;
  if (Has(MapFault::kAssignLosesOwner)) stored.owner = kNoOwner;
  const std::optional<AddressRange> taken = Between(first, last);
  if (!taken) return;
  const std::vector<Segment> before = map_.Overlapping(*taken);
  if (Has(MapFault::kFullAt8Segments) && map_.size() >= kFewSegments) return;
  map_.Assign(*taken, stored);
  if (Has(MapFault::kAssignKeepsWhatIsThere)) {
    for (const Segment& segment : before) {
      map_.Assign(segment.range, segment.attributes);
    }
  }
}

void FaultyMap::Erase(const AddressRange& range) {
  AddressRange taken = range;
  const std::vector<Segment> parts = map_.Overlapping(range);
  if (parts.empty()) return;
  if (Has(MapFault::kEraseLeavesTail)) {
    taken = *Between(range.first(),
                     std::max(range.first(), parts.back().range.first()));
  }
  if (Has(MapFault::kEraseStopsAtFirstSegment)) {
    taken = *Between(range.first(), parts.front().range.last());
  }
  if (Has(MapFault::kEraseTakesWholeSegments)) {
    for (const Segment& segment : map_.Segments()) {
      if (segment.range.Overlaps(range)) map_.Erase(segment.range);
    }
  }
  map_.Erase(taken);
}

std::optional<MemoryAttributes> FaultyMap::At(uint64_t address) const {
  if (Has(MapFault::kAtMissesAddress0) && address == 0) return std::nullopt;
  const std::optional<MemoryAttributes> at = map_.At(address);
  if (Has(MapFault::kAtIncludesEnd) && !at && address > 0) {
    return map_.At(address - 1);
  }
  return at;
}

bool FaultyMap::Overlaps(const AddressRange& range) const {
  if (!Has(MapFault::kOverlapsExcludesEnds)) return map_.Overlaps(range);
  if (range.last() - range.first() < 2) return false;
  return map_.Overlaps(*Between(range.first() + 1, range.last() - 1));
}

std::vector<Segment> FaultyMap::Overlapping(const AddressRange& range) const {
  std::vector<Segment> parts = map_.Overlapping(range);
  if (Has(MapFault::kOverlappingSkipsSecond) && parts.size() > 1) {
    parts.erase(parts.begin() + 1);
  }
  if (!Has(MapFault::kOverlappingIsNotClipped)) return parts;
  parts = map_.Segments();
  parts.erase(std::remove_if(parts.begin(), parts.end(),
                             [&](const Segment& segment) {
                               return !segment.range.Overlaps(range);
                             }),
              parts.end());
  return parts;
}

absl::uint128 FaultyMap::BytesOfType(const AddressRange& window,
                                     MemoryType type) const {
  if (Has(MapFault::kSumForgetsWindow)) {
    return map_.BytesOfType(AddressRange::Everything(), type);
  }
  absl::uint128 bytes = map_.BytesOfType(window, type);
  if (Has(MapFault::kSumTakesReservedForRam) && type == MemoryType::kRam) {
    bytes += map_.BytesOfType(window, MemoryType::kReserved);
  }
  if (Has(MapFault::kSumHas32Bits)) return static_cast<uint32_t>(bytes);
  return bytes;
}

std::optional<uint64_t> FaultyMap::FirstAlignedGap(
    const GapRequest& request) const {
  GapRequest asked = request;
  if (Has(MapFault::kGapIsNotAligned)) asked.alignment_bytes = 1;
  if (Has(MapFault::kGapEndsOutside)) {
    asked.within = *Between(request.within.first(), UINT64_MAX);
  }
  if (Has(MapFault::kGapIgnoresStart)) {
    asked.within = *Between(0, request.within.last());
  }
  const std::optional<uint64_t> gap = map_.FirstAlignedGap(asked);
  if (Has(MapFault::kGapIsNotFirst) && gap && *gap < asked.within.last()) {
    asked.within = *Between(*gap + 1, asked.within.last());
    return map_.FirstAlignedGap(asked);
  }
  return gap;
}

std::vector<Segment> FaultyMap::Segments() const {
  std::vector<Segment> segments = map_.Segments();
  if (segments.empty()) return segments;
  if (Has(MapFault::kSegmentsOutOfOrder)) {
    std::rotate(segments.begin(), std::prev(segments.end()), segments.end());
  }
  const AddressRange last = segments.back().range;
  if (Has(MapFault::kSegmentsNotJoined) && last.first() < last.last()) {
    segments.back().range = *Between(last.first(), last.last() - 1);
    segments.push_back({.range = *Between(last.last(), last.last()),
                        .attributes = segments.back().attributes});
  }
  return segments;
}

size_t FaultyMap::size() const {
  if (Has(MapFault::kSegmentsNotJoined)) return Segments().size();
  return map_.size() + (Has(MapFault::kSizeCountsOneMore) ? 1 : 0);
}

}  // namespace e820check
