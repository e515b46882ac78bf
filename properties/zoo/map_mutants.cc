// SPDX-License-Identifier: Apache-2.0

#include "properties/zoo/mutant.h"

namespace e820check {
namespace {

constexpr Mutant kMutants[] = {
    {"map-assign-loses-last-byte", "INC", "Z15 Z50 Z52",
     MapFault::kAssignLosesLastByte},
    {"map-assign-loses-first-byte", "INC", "Z52",
     MapFault::kAssignLosesFirstByte},
    {"map-assign-takes-one-byte-more", "INC", "Z52",
     MapFault::kAssignTakesOneByteMore},
    {"map-assign-of-one-byte-is-lost", "INC GAP", "Z50",
     MapFault::kAssignOfOneByteIsLost},
    {"map-assign-keeps-what-is-there", "OVL", "Z01 Z66",
     MapFault::kAssignKeepsWhatIsThere},
    {"map-assign-ends-at-4G", "HOLE GAP", "Z46 Z56",
     MapFault::kAssignCrossing4GEndsThere},
    {"map-length-has-32-bits", "OVF", "Z17 Z48",
     MapFault::kAssignLengthHas32Bits},
    {"map-address-has-40-bits", "OVF", "Z19",
     MapFault::kAssignAddressHas40Bits},
    {"map-assign-to-2^64-is-lost", "OVF", "Z45 Z63",
     MapFault::kAssignToTheEndIsLost},
    {"map-assign-loses-owner", "PXM", "Z44", MapFault::kAssignLosesOwner},
    {"map-full-at-8-segments", "CAP", "Z13 Z43 Z53",
     MapFault::kFullAt8Segments},
    {"map-erase-leaves-tail", "ITR", "Z54", MapFault::kEraseLeavesTail},
    {"map-erase-stops-at-first-segment", "ITR", "Z54 Z60",
     MapFault::kEraseStopsAtFirstSegment},
    {"map-erase-takes-whole-segments", "GAP", "Z54",
     MapFault::kEraseTakesWholeSegments},
    {"map-at-includes-end", "INC", "Z52", MapFault::kAtIncludesEnd},
    {"map-at-misses-address-0", "GAP", "Z05 Z09", MapFault::kAtMissesAddress0},
    {"map-overlaps-excludes-ends", "INC OVL", "Z59",
     MapFault::kOverlapsExcludesEnds},
    {"map-overlapping-is-not-clipped", "ITR", "Z59 Z60",
     MapFault::kOverlappingIsNotClipped},
    {"map-overlapping-skips-second", "ITR", "Z54",
     MapFault::kOverlappingSkipsSecond},
    {"map-sum-forgets-window", "GAP", "Z57", MapFault::kSumForgetsWindow},
    {"map-sum-takes-reserved-for-ram", "TYP", "Z04 Z57",
     MapFault::kSumTakesReservedForRam},
    {"map-sum-has-32-bits", "OVF", "Z17", MapFault::kSumHas32Bits},
    {"map-gap-is-not-aligned", "HP", "Z66", MapFault::kGapIsNotAligned},
    {"map-gap-ends-outside", "OVL", "Z12 Z66", MapFault::kGapEndsOutside},
    {"map-gap-is-not-first", "ORD", "Z65", MapFault::kGapIsNotFirst},
    {"map-gap-ignores-start", "HOLE", "Z46", MapFault::kGapIgnoresStart},
    {"map-segments-out-of-order", "ORD", "Z03 Z10 Z65",
     MapFault::kSegmentsOutOfOrder},
    {"map-segments-not-joined", "ORD", "Z54", MapFault::kSegmentsNotJoined},
    {"map-size-counts-one-more", "CAP", "Z53", MapFault::kSizeCountsOneMore},
};

}  // namespace

absl::Span<const Mutant> MapMutants() { return kMutants; }

}  // namespace e820check
