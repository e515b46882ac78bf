// SPDX-License-Identifier: Apache-2.0

// RangeTreeMap against CellArray after every sequence of up to four edits of a
// small world: nothing that a few edits can bring about is left to chance. With
// tiny nodes, they also split and merge them.

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "model/cell_array.h"
#include "properties/generate/map_workload.h"
#include "properties/laws/map_checker.h"
#include "rangetree/range_tree_map.h"

namespace e820check {
namespace {

constexpr uint64_t kPages = 5;
constexpr size_t kLongestSequence = 4;

// Where the world begins in the map: at the bottom, and so that it ends at
// 2^64.
enum class Place { kBottom, kTop };

std::vector<AddressRange> AllRanges(Place place) {
  const uint64_t by = place == Place::kTop ? UINT64_MAX - (kPages - 1) : 0;
  std::vector<AddressRange> ranges;
  for (uint64_t first = 0; first < kPages; ++first) {
    for (uint64_t last = first; last < kPages; ++last) {
      ranges.push_back(*AddressRange::Create(
          AddressRange::FirstAndLast{.first = by + first, .last = by + last}));
    }
  }
  return ranges;
}

std::vector<MapWrite> AllWrites(absl::Span<const AddressRange> ranges) {
  std::vector<MapWrite> writes;
  for (const AddressRange& range : ranges) {
    writes.push_back({range, MemoryAttributes{.type = MemoryType::kRam}});
    writes.push_back({range, MemoryAttributes{.type = MemoryType{9}}});
    writes.push_back({range, std::nullopt});
  }
  return writes;
}

template <typename Map>
class World {
 public:
  using Maps = MapChecker<CellArray, Map>;

  explicit World(Place place)
      : ranges_(AllRanges(place)), writes_(AllWrites(ranges_)) {}

  // Every sequence of `length` edits of empty maps.
  void Explore(size_t length) {
    Maps maps;
    maps.expected().Divide(ranges_);
    Explore(maps, length);
  }
  size_t sequences() const { return sequences_; }

 private:
  void Explore(const Maps& before, size_t length) {
    Check(before, length);
    if (length == 0 || ::testing::Test::HasFatalFailure()) return;
    for (const MapWrite& write : writes_) {
      Maps after = before;
      Apply(write, after);
      Explore(after, length - 1);
    }
  }

  void Check(const Maps& maps, size_t left) {
    ++sequences_;
    if (left == 0) {  // the rest is done for shorter sequences
      ASSERT_EQ(maps.CheckOverlapping(AddressRange::Everything()),
                absl::OkStatus());
      return;
    }
    ASSERT_EQ(maps.CheckContents(), absl::OkStatus());
    ASSERT_EQ(maps.actual().CheckInvariants(Map::InvariantLevel::kSummaries),
              absl::OkStatus());
    for (const AddressRange& range : ranges_) {
      for (const MemoryType type : {MemoryType::kRam, MemoryType{9}}) {
        ASSERT_EQ(maps.CheckWindow(range, type), absl::OkStatus());
      }
      ASSERT_EQ(maps.CheckFirstAlignedGap(
                    {.size_bytes = 2, .alignment_bytes = 1, .within = range}),
                absl::OkStatus());
    }
  }

  std::vector<AddressRange> ranges_;
  std::vector<MapWrite> writes_;
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
    world.Explore(kLongestSequence);
    EXPECT_EQ(world.sequences(),
              1u + 45 + 45 * 45 + 45 * 45 * 45 + 45 * 45 * 45 * 45);
  }
}

}  // namespace
}  // namespace e820check
