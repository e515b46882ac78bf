// SPDX-License-Identifier: Apache-2.0

#include "rangetree/range_tree_map.h"

#include <cstdint>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rangetree/range_tree_map_test_peer.h"

namespace e820check {

namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kTop = UINT64_MAX;

TEST(RangeTreeMapTest, EmptyMap) {
  const RangeTreeMap map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.size(), 0u);
  EXPECT_EQ(map.begin(), map.end());
  EXPECT_EQ(map.At(0), std::nullopt);
  EXPECT_FALSE(map.Overlaps(AddressRange::Everything()));
  EXPECT_THAT(map.Overlapping(AddressRange::Everything()), IsEmpty());
  EXPECT_EQ(map.BytesOfType(AddressRange::Everything(), MemoryType::kRam), 0);
  EXPECT_EQ(map.FirstAlignedGap({.size_bytes = kTop, .alignment_bytes = 7}),
            0u);
  ExpectSound(map);
}

TEST(RangeTreeMapTest, RangesReachBothEndsOfTheAddressSpace) {
  RangeTreeMap map;
  map.Assign(Range(0, 0), kRam);
  map.Assign(Range(kTop, kTop), kHole);
  EXPECT_THAT(map.Segments(),
              ElementsAre(Seg(0, 0, kRam), Seg(kTop, kTop, kHole)));
  EXPECT_EQ(map.At(0), kRam);
  EXPECT_EQ(map.At(kTop), kHole);
  EXPECT_EQ(map.At(kTop - 1), std::nullopt);
  map.Assign(AddressRange::Everything(), kOdd);
  EXPECT_THAT(map.Segments(), ElementsAre(Seg(0, kTop, kOdd)));
  EXPECT_EQ(map.BytesOfType(AddressRange::Everything(), kOdd.type),
            absl::MakeUint128(1, 0));
  EXPECT_EQ(map.FirstAlignedGap({}), std::nullopt);
  map.Assign(Range(kTop, kTop), Ram(1));
  map.Assign(Range(0, kTop - 1), Ram(2));
  EXPECT_EQ(map.BytesOfType(AddressRange::Everything(), MemoryType::kRam),
            absl::MakeUint128(1, 0));
  map.Erase(AddressRange::Everything());
  EXPECT_TRUE(map.empty());
  ExpectSound(map);
}

TEST(RangeTreeMapTest, AssignCoalescesOnEitherSideAndOnBoth) {
  RangeTreeMap map;
  map.Assign(Range(10, 19), kRam);
  map.Assign(Range(20, 29), kRam);  // with the left neighbour
  EXPECT_THAT(map.Segments(), ElementsAre(Seg(10, 29, kRam)));
  map.Assign(Range(5, 9), kRam);  // with the right neighbour
  EXPECT_THAT(map.Segments(), ElementsAre(Seg(5, 29, kRam)));
  map.Assign(Range(40, 49), kRam);
  map.Assign(Range(30, 39), kRam);  // with both
  EXPECT_THAT(map.Segments(), ElementsAre(Seg(5, 49, kRam)));
  map.Assign(Range(50, 59), Ram(1));  // another owner: with neither
  EXPECT_THAT(map.Segments(),
              ElementsAre(Seg(5, 49, kRam), Seg(50, 59, Ram(1))));
  map.Assign(Range(30, 59), kRam);
  EXPECT_THAT(map.Segments(), ElementsAre(Seg(5, 59, kRam)));
}

TEST(RangeTreeMapTest, EditsInTheMiddleSplit) {
  RangeTreeMap map;
  map.Assign(Range(0, 99), kRam);
  map.Assign(Range(40, 49), kHole);
  EXPECT_THAT(map.Segments(), ElementsAre(Seg(0, 39, kRam), Seg(40, 49, kHole),
                                          Seg(50, 99, kRam)));
  map.Erase(Range(45, 59));
  EXPECT_THAT(map.Segments(), ElementsAre(Seg(0, 39, kRam), Seg(40, 44, kHole),
                                          Seg(60, 99, kRam)));
  EXPECT_THAT(
      map.Overlapping(Range(39, 60)),
      ElementsAre(Seg(39, 39, kRam), Seg(40, 44, kHole), Seg(60, 60, kRam)));
  EXPECT_THAT(map.Overlapping(Range(45, 59)), IsEmpty());
  EXPECT_TRUE(map.Overlaps(Range(44, 59)));
  EXPECT_FALSE(map.Overlaps(Range(45, 59)));
}

TEST(RangeTreeMapTest, CopyMoveAndEquality) {
  for (const uint64_t count : {uint64_t{3}, uint64_t{5000}}) {
    RangeTreeMap map = Comb(count);
    const RangeTreeMap copy = map;
    EXPECT_EQ(copy, map);
    map.Erase(Range(4, 4));
    EXPECT_FALSE(copy == map);
    const RangeTreeMap moved = std::move(map);
    EXPECT_TRUE(map.empty());  // NOLINT(bugprone-use-after-move): as promised
    EXPECT_EQ(moved.size(), count);
    EXPECT_EQ(moved.At(5), kRam);
    ExpectSound(moved);
    ExpectSound(copy);
    map = copy;
    EXPECT_EQ(map, copy);
  }
}

// Equal contents are equal maps, however differently the trees grew.
TEST(RangeTreeMapTest, EqualityDoesNotDependOnHistory) {
  RangeTreeMap backward;
  for (uint64_t i = 1000; i-- > 0;) {
    backward.Assign(Range(4 * i, 4 * i + 1), kRam);
  }
  EXPECT_EQ(backward, Comb(1000));
}

TEST(RangeTreeMapTest, DeepTreeGrowsAndShrinks) {
  constexpr uint64_t kSegments = 100'000;
  RangeTreeMap map = Comb(kSegments);
  EXPECT_EQ(map.size(), kSegments);
  EXPECT_GE(RangeTreeMapTestPeer::Height(map), 3u);
  ExpectSound(map);
  EXPECT_EQ(map.BytesOfType(AddressRange::Everything(), MemoryType::kRam),
            2 * kSegments);
  EXPECT_EQ(map.BytesOfType(Range(1, 200'000), MemoryType::kRam), 100'000);
  EXPECT_EQ(map.FirstAlignedGap({.size_bytes = 3}), 4 * kSegments - 2);
  map.Erase(Range(311'108, 311'108));
  EXPECT_EQ(map.FirstAlignedGap({.size_bytes = 3}), 311'106u);

  // Every height on the way down is passed in a sound state.
  std::mt19937_64 random(1);
  std::vector<uint64_t> order(kSegments);
  for (uint64_t i = 0; i < kSegments; ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  uint32_t height = RangeTreeMapTestPeer::Height(map);
  for (const uint64_t i : order) {
    map.Erase(Range(4 * i, 4 * i + 1));
    if (RangeTreeMapTestPeer::Height(map) == height) continue;
    height = RangeTreeMapTestPeer::Height(map);
    ExpectSound(map);
  }
  EXPECT_EQ(height, 0u);
  EXPECT_TRUE(map.empty());
}

TEST(RangeTreeMapTest, OneEditMaySpanManyNodes) {
  for (const bool assign : {false, true}) {
    RangeTreeMap map = Comb(20'000);
    const AddressRange most = Range(149, 79'800);
    if (assign) {
      map.Assign(most, kHole);
    } else {
      map.Erase(most);
    }
    ExpectSound(map);
    EXPECT_EQ(map.size(), 38u + 50u + (assign ? 1 : 0));
    std::vector<Segment> expected = {Seg(148, 148, kRam),
                                     Seg(79'801, 79'801, kRam)};
    if (assign) expected.insert(expected.begin() + 1, {most, kHole});
    EXPECT_EQ(map.Overlapping(Range(148, 79'801)), expected);
    map.Assign(AddressRange::Everything(), kRam);
    EXPECT_THAT(map.Segments(), ElementsAre(Seg(0, kTop, kRam)));
    ExpectSound(map);
  }
}

// As the head of range_tree_map.h says.
TEST(RangeTreeMapTest, ErasingWhileIterating) {
  RangeTreeMap map = Comb(1000);
  map.Assign(Range(kTop - 1, kTop), kHole);
  size_t seen = 0;
  for (auto it = map.begin(); it != map.end();) {
    const Segment segment = *it;
    if (++seen % 3 != 0) map.Erase(segment.range);
    const auto next = segment.range.end();
    it = next ? map.LowerBound(*next) : map.end();
  }
  EXPECT_EQ(seen, 1001u);
  EXPECT_EQ(map.size(), 333u);
  EXPECT_EQ(*map.LowerBound(10), Seg(20, 21, kRam));
  EXPECT_EQ(map.LowerBound(kTop), map.end());
}

TEST(RangeTreeMapTest, FromSortedIsWhatAssigningMakes) {
  std::mt19937_64 random(1);
  for (const uint64_t scale : {uint64_t{1}, uint64_t{1} << 28, kTop >> 13}) {
    for (const size_t count : {0, 1, 5, 9, 10, 11, 36, 37, 400, 2000, 2500}) {
      std::vector<Segment> segments;
      RangeTreeMap assigned;
      uint64_t next = random() % 2;
      while (segments.size() < count) {
        const uint64_t size = 1 + random() % 3;
        segments.push_back(Seg(next * scale, (next + size) * scale - 1,
                               random() % 2 == 0 ? kRam : kOdd));
        assigned.Assign(segments.back().range, segments.back().attributes);
        next += size + random() % 2;
      }
      const auto built = RangeTreeMap::FromSorted(segments);
      ASSERT_TRUE(built.has_value());
      ExpectSound(*built);
      ASSERT_EQ(*built, assigned);
    }
  }
}

TEST(RangeTreeMapTest, FromSortedReachesTheTopAndRefusesDisorder) {
  const auto built = [](const std::vector<Segment>& segments) {
    return RangeTreeMap::FromSorted(segments);
  };
  const auto whole = built({Seg(0, kTop, kRam)});
  ASSERT_TRUE(whole.has_value());
  EXPECT_THAT(whole->Segments(), ElementsAre(Seg(0, kTop, kRam)));
  EXPECT_EQ(built({Seg(4, 5, kRam), Seg(5, 6, kRam)}), std::nullopt);
  EXPECT_EQ(built({Seg(4, kTop, kRam), Seg(0, 1, kRam)}), std::nullopt);
}

// More attributes than a byte can tell apart.
TEST(RangeTreeMapTest, AttributesBeyondThePalette) {
  for (const uint64_t owners : {200, 255, 256, 2000}) {
    RangeTreeMap map;
    std::vector<Segment> segments;
    for (uint64_t i = 0; i < owners; ++i) {
      segments.push_back(Seg(8 * i, 8 * i + 7, Ram(static_cast<uint32_t>(i))));
      map.Assign(segments.back().range, segments.back().attributes);
    }
    EXPECT_EQ(RangeTreeMapTestPeer::LeavesInForm(map, false) > 0, owners > 255);
    ExpectSound(map);
    EXPECT_EQ(map.Segments(), segments);
    EXPECT_EQ(map.At(8 * (owners - 1)), Ram(static_cast<uint32_t>(owners - 1)));
    const auto built = RangeTreeMap::FromSorted(segments);
    ASSERT_TRUE(built.has_value());
    ExpectSound(*built);
    EXPECT_EQ(*built, map);
    std::reverse(segments.begin(), segments.end());
    RangeTreeMap backward;  // with other codes for the same attributes
    for (const Segment& s : segments) backward.Assign(s.range, s.attributes);
    EXPECT_EQ(backward, map);
    backward.Assign(segments[3].range, kHole);
    EXPECT_FALSE(backward == map);
    map.Assign(Range(0, 8 * owners), kRam);
    EXPECT_EQ(map.size(), 1u);
    ExpectSound(map);
  }
}

TEST(RangeTreeMapTest, AllInstructionSetsFindTheSame) {
  using range_tree_internal::InstructionSet;
  using range_tree_internal::UseInstructionSet;
  std::vector<InstructionSet> sets;
  for (const auto set : {InstructionSet::kPortable, InstructionSet::kAvx2}) {
    if (UseInstructionSet(set)) sets.push_back(set);
  }
  EXPECT_THAT(sets, Contains(InstructionSet::kPortable));
  if (sets.size() == 1) GTEST_SKIP() << "this processor knows only one set";
  std::mt19937_64 random(1);
  for (const int shift : {0, 20, 50}) {
    RangeTreeMap map;
    for (int i = 0; i < 5000; ++i) {
      const uint64_t first = (random() % 12'000) << shift;
      map.Assign(Range(first, first + (uint64_t{1} << shift)),
                 random() % 2 == 0 ? kRam : kOdd);
    }
    std::vector<uint64_t> addresses = {0, kTop, kTop - 1, kTop >> 1,
                                       (kTop >> 1) + 1};
    for (const Segment& segment : map) {
      for (const uint64_t address :
           {segment.range.first(), segment.range.last()}) {
        addresses.insert(addresses.end(), {address - 1, address, address + 1});
      }
    }
    const auto answers = [&](InstructionSet set) {
      EXPECT_TRUE(UseInstructionSet(set));
      RangeTreeMap copy = map;
      std::vector<std::optional<MemoryAttributes>> at;
      std::vector<absl::uint128> sums;
      at.reserve(addresses.size());
      for (const uint64_t a : addresses) at.push_back(copy.At(a));
      std::vector<std::optional<MemoryAttributes>> each(addresses.size());
      copy.AtEach(addresses, absl::MakeSpan(each));
      EXPECT_EQ(at, each);
      for (size_t i = 0; i < addresses.size(); i += 7) {
        copy.Erase(Range(addresses[i], addresses[i]));
        at.push_back(copy.At(addresses[i] + 1));
        sums.push_back(copy.BytesOfType(Range(addresses[i] / 2, addresses[i]),
                                        MemoryType::kRam));
      }
      ExpectSound(copy);
      return std::pair(at, sums);
    };
    const auto expected = answers(InstructionSet::kPortable);
    for (const InstructionSet set : sets) EXPECT_EQ(answers(set), expected);
  }
}

TEST(RangeTreeMapTest, GapAlignmentNeedNotBeAPowerOfTwo) {
  RangeTreeMap map;
  map.Assign(Range(0, 99), kRam);
  map.Assign(Range(110, 199), kRam);
  // 105 is the only multiple of 7 in [100, 110).
  EXPECT_EQ(map.FirstAlignedGap({.size_bytes = 5, .alignment_bytes = 7}), 105u);
  EXPECT_EQ(map.FirstAlignedGap({.size_bytes = 6, .alignment_bytes = 7}), 203u);
  EXPECT_EQ(
      map.FirstAlignedGap(
          {.size_bytes = 1, .alignment_bytes = 7, .within = Range(106, 202)}),
      std::nullopt);
}

TEST(RangeTreeMapTest, GapsAtTheTopDoNotWrap) {
  RangeTreeMap map;
  map.Assign(Range(0, kTop - 10), kRam);
  EXPECT_EQ(map.FirstAlignedGap({.size_bytes = 10}), kTop - 9);
  EXPECT_EQ(map.FirstAlignedGap({.size_bytes = 11}), std::nullopt);
  // The next multiple would be 2^64.
  EXPECT_EQ(map.FirstAlignedGap({.alignment_bytes = uint64_t{1} << 63}),
            std::nullopt);
  EXPECT_EQ(map.FirstAlignedGap({.size_bytes = 0}), std::nullopt);
  EXPECT_EQ(map.FirstAlignedGap({.alignment_bytes = 0}), std::nullopt);
}

}  // namespace
}  // namespace e820check
