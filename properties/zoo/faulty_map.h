// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_ZOO_FAULTY_MAP_H_
#define E820CHECK_PROPERTIES_ZOO_FAULTY_MAP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/numeric/int128.h"
#include "machine/segment.h"
#include "rangetree/range_tree_map.h"

namespace e820check {

enum class MapFault {
  kNone,
  // Of writes.
  kAssignLosesLastByte,
  kAssignLosesFirstByte,
  kAssignKeepsWhatIsThere,
  kAssignTakesOneByteMore,
  kAssignOfOneByteIsLost,
  kAssignCrossing4GEndsThere,
  kAssignLengthHas32Bits,
  kAssignAddressHas40Bits,
  kAssignToTheEndIsLost,
  kAssignLosesOwner,
  kFullAt8Segments,
  kEraseLeavesTail,
  kEraseStopsAtFirstSegment,
  kEraseTakesWholeSegments,
  // Of queries.
  kAtIncludesEnd,
  kAtMissesAddress0,
  kOverlapsExcludesEnds,
  kOverlappingIsNotClipped,
  kOverlappingSkipsSecond,
  kSumForgetsWindow,
  kSumTakesReservedForRam,
  kSumHas32Bits,
  kGapIsNotAligned,
  kGapEndsOutside,
  kGapIsNotFirst,
  kGapIgnoresStart,
  // Of what is told.
  kSegmentsOutOfOrder,
  kSegmentsNotJoined,
  kSizeCountsOneMore,
};

// RangeTreeMap with a fault, as the properties see maps.
class FaultyMap {
 public:
  explicit FaultyMap(MapFault fault) : fault_(fault) {}

  void Assign(const AddressRange& range, const MemoryAttributes& attributes);
  void Erase(const AddressRange& range);

  std::optional<MemoryAttributes> At(uint64_t address) const;
  bool Overlaps(const AddressRange& range) const;
  std::vector<Segment> Overlapping(const AddressRange& range) const;
  absl::uint128 BytesOfType(const AddressRange& window, MemoryType type) const;
  std::optional<uint64_t> FirstAlignedGap(const GapRequest& request) const;
  std::vector<Segment> Segments() const;
  size_t size() const;
  bool empty() const { return map_.empty(); }

 private:
  bool Has(MapFault fault) const { return fault_ == fault; }

  MapFault fault_;
  RangeTreeMap map_;
};

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_ZOO_FAULTY_MAP_H_
