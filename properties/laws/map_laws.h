// SPDX-License-Identifier: Apache-2.0

// What must hold of any map from addresses to attributes (machine/segment.h),
// as templates over the map; map_checker.h holds two of them against each
// other. OK, or FailedPrecondition with what differs.

#ifndef E820CHECK_PROPERTIES_LAWS_MAP_LAWS_H_
#define E820CHECK_PROPERTIES_LAWS_MAP_LAWS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "machine/segment.h"

namespace e820check {

inline std::string Describe(const Segment& segment) {
  return absl::StrCat(segment.range.ToString(), " ",
                      ToString(segment.attributes.type), " of ",
                      segment.attributes.owner);
}

inline absl::Status MapLawBroken(const std::string& detail) {
  return absl::FailedPreconditionError(detail);
}

// Segments are in order, apart, and maximal; size() counts them.
template <typename Map>
absl::Status CheckSegments(const Map& map) {
  const std::vector<Segment> segments = map.Segments();
  if (segments.size() != map.size() || map.empty() != segments.empty()) {
    return MapLawBroken(absl::StrCat("size() is ", map.size(), ", but ",
                                     segments.size(), " segments"));
  }
  for (size_t i = 1; i < segments.size(); ++i) {
    const Segment& low = segments[i - 1];
    const Segment& high = segments[i];
    if (high.range.first() <= low.range.last()) {
      return MapLawBroken(Describe(low) + " is not below " + Describe(high));
    }
    if (low.range.Touches(high.range) && low.attributes == high.attributes) {
      return MapLawBroken(Describe(low) + " is not maximal");
    }
  }
  return absl::OkStatus();
}

// The queries over a window say what the segments say.
template <typename Map>
absl::Status CheckWindow(const Map& map, const AddressRange& window,
                         MemoryType type) {
  std::vector<Segment> expected;
  absl::uint128 expected_bytes = 0;
  for (const Segment& segment : map.Segments()) {
    const auto part = segment.range.Intersection(window);
    if (!part) continue;
    expected.push_back({*part, segment.attributes});
    if (segment.attributes.type != type) continue;
    expected_bytes += absl::uint128(part->last() - part->first()) + 1;
  }
  if (map.Overlapping(window) != expected) {
    return MapLawBroken("Overlapping" + window.ToString() +
                        " is not the clipped segments");
  }
  if (map.Overlaps(window) == expected.empty()) {
    return MapLawBroken("Overlaps" + window.ToString() +
                        " is not whether there are any");
  }
  if (map.BytesOfType(window, type) != expected_bytes) {
    return MapLawBroken("BytesOfType" + window.ToString() +
                        " is not the sum of the segments");
  }
  return absl::OkStatus();
}

// A gap is free, aligned and inside; and there is one wherever a scan of the
// segments finds one, no higher than that.
template <typename Map>
absl::Status CheckGap(const Map& map, const GapRequest& request) {
  const auto fits_at = [&](uint64_t start) -> std::optional<AddressRange> {
    const auto range = AddressRange::Create(AddressRange::StartAndSize{
        .start = start, .size_bytes = request.size_bytes});
    if (!range || !request.within.Contains(*range)) return std::nullopt;
    return range;
  };
  const auto align_up = [&](uint64_t address) -> std::optional<uint64_t> {
    const uint64_t over = address % request.alignment_bytes;
    if (over == 0) return address;
    return CheckedAdd(address, request.alignment_bytes - over);
  };
  std::optional<uint64_t> expected = align_up(request.within.first());
  for (const Segment& segment : map.Segments()) {
    if (!expected) break;
    const auto range = fits_at(*expected);
    if (!range || !range->Overlaps(segment.range)) continue;
    const std::optional<uint64_t> after = segment.range.end();
    expected = after ? align_up(*after) : std::nullopt;
  }
  if (expected && !fits_at(*expected)) expected.reset();
  const std::optional<uint64_t> actual = map.FirstAlignedGap(request);
  if (actual == expected) return absl::OkStatus();
  const auto show = [](const std::optional<uint64_t>& address) {
    return address ? absl::StrCat("0x", absl::Hex(*address)) : "none";
  };
  return MapLawBroken(absl::StrCat(
      "FirstAlignedGap of ", request.size_bytes, " at multiples of ",
      request.alignment_bytes, " within ", request.within.ToString(),
      "\n  expected: ", show(expected), "\n  actual:   ", show(actual)));
}

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_LAWS_MAP_LAWS_H_
