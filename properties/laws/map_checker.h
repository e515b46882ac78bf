// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_LAWS_MAP_CHECKER_H_
#define E820CHECK_PROPERTIES_LAWS_MAP_CHECKER_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "machine/segment.h"
#include "properties/laws/map_laws.h"

namespace e820check {

// Two memory maps that ought to agree, under the names that both have: an edit
// is made in both, and a question put to both. A map needs only the calls that
// are made. OK, or FailedPrecondition with what is expected and what is not.
template <typename Expected, typename Actual>
class MapChecker {
 public:
  MapChecker() = default;
  MapChecker(Expected expected, Actual actual)
      : expected_(std::move(expected)), actual_(std::move(actual)) {}

  const Expected& expected() const { return expected_; }
  Expected& expected() { return expected_; }
  const Actual& actual() const { return actual_; }

  void Assign(const AddressRange& range, const MemoryAttributes& attributes) {
    expected_.Assign(range, attributes);
    actual_.Assign(range, attributes);
  }
  void Erase(const AddressRange& range) {
    expected_.Erase(range);
    actual_.Erase(range);
  }
  void Clear() {
    expected_.Clear();
    actual_.Clear();
  }

  // All segments in order, their number, and At() on both sides of each edge.
  absl::Status CheckContents() const;

  absl::Status CheckAt(uint64_t address) const {
    if (expected_.At(address) == actual_.At(address)) return absl::OkStatus();
    return Differs(absl::StrCat("At(0x", absl::Hex(address), ")"));
  }
  absl::Status CheckOverlaps(const AddressRange& range) const {
    if (expected_.Overlaps(range) == actual_.Overlaps(range)) {
      return absl::OkStatus();
    }
    return Differs("Overlaps" + range.ToString());
  }
  absl::Status CheckOverlapping(const AddressRange& range) const {
    return Compare("Overlapping" + range.ToString() + ": ",
                   expected_.Overlapping(range), actual_.Overlapping(range));
  }
  absl::Status CheckBytesOfType(const AddressRange& window,
                                MemoryType type) const {
    if (expected_.BytesOfType(window, type) ==
        actual_.BytesOfType(window, type)) {
      return absl::OkStatus();
    }
    return Differs(
        absl::StrCat("BytesOfType", window.ToString(), " ", ToString(type)));
  }
  absl::Status CheckFirstAlignedGap(const GapRequest& request) const {
    if (expected_.FirstAlignedGap(request) ==
        actual_.FirstAlignedGap(request)) {
      return absl::OkStatus();
    }
    return Differs(absl::StrCat("FirstAlignedGap of ", request.size_bytes,
                                " at multiples of ", request.alignment_bytes,
                                " within ", request.within.ToString()));
  }
  // All questions about a window but gaps.
  absl::Status CheckWindow(const AddressRange& window, MemoryType type) const {
    absl::Status status = CheckAt(window.first());
    status.Update(CheckAt(window.last()));
    status.Update(CheckOverlaps(window));
    status.Update(CheckOverlapping(window));
    status.Update(CheckBytesOfType(window, type));
    return status;
  }

 private:
  static absl::Status Differs(absl::string_view call) {
    return MapLawBroken(absl::StrCat(call, " differs"));
  }
  static absl::Status Compare(absl::string_view call,
                              const std::vector<Segment>& expected,
                              const std::vector<Segment>& actual);

  Expected expected_;
  Actual actual_;
};

template <typename Expected, typename Actual>
absl::Status MapChecker<Expected, Actual>::Compare(
    absl::string_view call, const std::vector<Segment>& expected,
    const std::vector<Segment>& actual) {
  if (expected == actual) return absl::OkStatus();
  const auto i =
      static_cast<size_t>(std::mismatch(expected.begin(), expected.end(),
                                        actual.begin(), actual.end())
                              .first -
                          expected.begin());
  const auto show = [i](const std::vector<Segment>& segments) {
    return i < segments.size() ? Describe(segments[i]) : std::string("none");
  };
  return MapLawBroken(absl::StrCat(call, "segment ", i,
                                   "\n  expected: ", show(expected),
                                   "\n  actual:   ", show(actual)));
}

template <typename Expected, typename Actual>
absl::Status MapChecker<Expected, Actual>::CheckContents() const {
  const std::vector<Segment> segments = expected_.Segments();
  if (absl::Status s = Compare("", segments, actual_.Segments()); !s.ok()) {
    return s;
  }
  if (actual_.size() != segments.size() ||
      actual_.empty() != segments.empty()) {
    return Differs("size()");
  }
  for (const Segment& segment : segments) {
    for (const uint64_t address :
         {segment.range.first() - 1, segment.range.first(),
          segment.range.last(), segment.range.last() + 1}) {
      if (absl::Status s = CheckAt(address); !s.ok()) return s;
    }
  }
  return absl::OkStatus();
}

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_LAWS_MAP_CHECKER_H_
