// SPDX-License-Identifier: Apache-2.0

// RangeTreeMap against PageArray after every sequence of up to four edits of a
// small world: nothing that a few edits can bring about is left to chance. With
// tiny nodes, they also split and merge them.

#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "model/page_array.h"
#include "properties/generate/map_workload.h"
#include "rangetree/range_tree_map.h"

namespace e820check {
namespace {

constexpr uint64_t kPages = 5;
constexpr size_t kLongestSequence = 4;

// Where the world begins in the map: at the bottom, and so that it ends at
// 2^64.
enum class Place { kBottom, kTop };

AddressRange Moved(const AddressRange& range, Place place) {
  const uint64_t by = place == Place::kTop ? UINT64_MAX - (kPages - 1) : 0;
  return *AddressRange::Create(AddressRange::FirstAndLast{
      .first = range.first() + by, .last = range.last() + by});
}

std::vector<AddressRange> AllRanges() {
  std::vector<AddressRange> ranges;
  for (uint64_t first = 0; first < kPages; ++first) {
    for (uint64_t last = first; last < kPages; ++last) {
      ranges.push_back(*AddressRange::Create(
          AddressRange::FirstAndLast{.first = first, .last = last}));
    }
  }
  return ranges;
}

std::vector<MapWrite> AllWrites() {
  std::vector<MapWrite> writes;
  for (const AddressRange& range : AllRanges()) {
    writes.push_back({range, MemoryAttributes{.type = MemoryType::kRam}});
    writes.push_back({range, MemoryAttributes{.type = MemoryType{9}}});
    writes.push_back({range, std::nullopt});
  }
  return writes;
}

template <typename Map>
class World {
 public:
  explicit World(Place place) : place_(place) {}

  // Every sequence of `length` more edits after these maps.
  void Explore(const PageArray& expected, const Map& actual, size_t length) {
    Compare(expected, actual, length);
    if (length == 0 || ::testing::Test::HasFatalFailure()) return;
    for (const MapWrite& write : writes_) {
      PageArray expected_after = expected;
      Map actual_after = actual;
      Apply(write, expected_after);
      Apply(MapWrite{Moved(write.range, place_), write.attributes},
            actual_after);
      Explore(expected_after, actual_after, length - 1);
    }
  }
  size_t sequences() const { return sequences_; }

 private:
  void Compare(const PageArray& expected, const Map& actual, size_t left) {
    ++sequences_;
    std::vector<Segment> segments = expected.Segments();
    for (Segment& segment : segments) {
      segment.range = Moved(segment.range, place_);
    }
    ASSERT_EQ(actual.Segments(), segments);
    ASSERT_EQ(actual.size(), segments.size());
    if (left == 0) return;  // the rest is done for shorter sequences
    ASSERT_EQ(actual.CheckInvariants(Map::InvariantLevel::kSummaries),
              absl::OkStatus());
    for (const AddressRange& range : ranges_) {
      const AddressRange moved = Moved(range, place_);
      ASSERT_EQ(actual.At(moved.first()), expected.At(range.first()));
      ASSERT_EQ(actual.Overlaps(moved), expected.Overlaps(range));
      for (const MemoryType type : {MemoryType::kRam, MemoryType{9}}) {
        ASSERT_EQ(actual.BytesOfType(moved, type),
                  expected.BytesOfType(range, type));
      }
      const auto gap = expected.FirstAlignedGap(
          {.size_bytes = 2, .alignment_bytes = 1, .within = range});
      ASSERT_EQ(
          actual.FirstAlignedGap(
              {.size_bytes = 2, .alignment_bytes = 1, .within = moved}),
          gap ? std::optional<uint64_t>(*gap + (moved.first() - range.first()))
              : std::nullopt);
    }
  }

  Place place_;
  std::vector<AddressRange> ranges_ = AllRanges();
  std::vector<MapWrite> writes_ = AllWrites();
  size_t sequences_ = 0;
};

template <typename Map>
class MapExhaustiveTest : public ::testing::Test {};
using Maps =
    ::testing::Types<RangeTreeMap,
                     BasicRangeTreeMap<range_tree_internal::TinyGeometry>>;
TYPED_TEST_SUITE(MapExhaustiveTest, Maps);

TYPED_TEST(MapExhaustiveTest, AllSequencesOfFourEdits) {
  for (const Place place : {Place::kBottom, Place::kTop}) {
    World<TypeParam> world(place);
    world.Explore(PageArray({.page_size_bytes = 1, .page_count = kPages}),
                  TypeParam(), kLongestSequence);
    EXPECT_EQ(world.sequences(),
              1u + 45 + 45 * 45 + 45 * 45 * 45 + 45 * 45 * 45 * 45);
  }
}

}  // namespace
}  // namespace e820check
