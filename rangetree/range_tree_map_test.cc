// SPDX-License-Identifier: Apache-2.0

#include "rangetree/range_tree_map.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {

// Reaches into nodes, to damage them and to measure the tree.
class RangeTreeMapTestPeer {
 public:
  using Leaf = RangeTreeMap::Leaf;
  using Inner = RangeTreeMap::Inner;

  explicit RangeTreeMapTestPeer(RangeTreeMap& map) : map_(map) {}

  uint32_t height() const { return map_.height_; }
  Leaf& first_leaf() { return map_.first_leaf_; }
  void DropSegments(uint32_t count) {
    map_.first_leaf_.count -= count;
    map_.size_ -= count;
  }
  Inner& root() { return map_.inners_[map_.root_]; }

 private:
  RangeTreeMap& map_;
};

namespace {

using Level = RangeTreeMap::InvariantLevel;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr uint64_t kTop = UINT64_MAX;
constexpr MemoryAttributes kRam = {.type = MemoryType::kRam};
constexpr MemoryAttributes kHole = {.type = MemoryType::kReserved};
constexpr MemoryAttributes kOdd = {.type = MemoryType{77}, .owner = 3};

AddressRange Range(uint64_t first, uint64_t last) {
  return *AddressRange::Create(
      AddressRange::FirstAndLast{.first = first, .last = last});
}

Segment Seg(uint64_t first, uint64_t last, const MemoryAttributes& attributes) {
  return {.range = Range(first, last), .attributes = attributes};
}

MemoryAttributes Ram(uint32_t owner) {
  return {.type = MemoryType::kRam, .owner = owner};
}

void ExpectSound(const RangeTreeMap& map) {
  ASSERT_EQ(map.CheckInvariants(Level::kSummaries), absl::OkStatus());
}

// `count` segments of two bytes, every fourth address on.
RangeTreeMap Comb(uint64_t count) {
  RangeTreeMap map;
  for (uint64_t i = 0; i < count; ++i)
    map.Assign(Range(4 * i, 4 * i + 1), kRam);
  return map;
}

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

// All sequences of three edits over six addresses, at both ends of the address
// space, against an array.
TEST(RangeTreeMapTest, ExhaustiveSmallWorld) {
  constexpr size_t kAddresses = 6;
  using World = std::array<std::optional<MemoryAttributes>, kAddresses>;
  struct Step {
    size_t first;
    size_t last;
    std::optional<MemoryAttributes> value;
  };
  std::vector<Step> steps;
  for (size_t first = 0; first < kAddresses; ++first) {
    for (size_t last = first; last < kAddresses; ++last) {
      steps.push_back({first, last, kRam});
      steps.push_back({first, last, Ram(0)});
      steps.push_back({first, last, std::nullopt});
    }
  }
  for (const uint64_t base : {uint64_t{0}, kTop - (kAddresses - 1)}) {
    const auto apply = [base](const Step& step, RangeTreeMap& map,
                              World& world) {
      const AddressRange range = Range(base + step.first, base + step.last);
      if (step.value) {
        map.Assign(range, *step.value);
      } else {
        map.Erase(range);
      }
      for (size_t i = step.first; i <= step.last; ++i) world[i] = step.value;
    };
    const auto expected = [base](const World& world) {
      std::vector<Segment> runs;
      for (size_t i = 0; i < kAddresses; ++i) {
        if (!world[i]) continue;
        if (i > 0 && world[i] == world[i - 1]) {
          runs.back().range = Range(runs.back().range.first(), base + i);
        } else {
          runs.push_back(Seg(base + i, base + i, *world[i]));
        }
      }
      return runs;
    };
    for (const Step& a : steps) {
      RangeTreeMap map_a;
      World world_a;
      apply(a, map_a, world_a);
      for (const Step& b : steps) {
        RangeTreeMap map_b = map_a;
        World world_b = world_a;
        apply(b, map_b, world_b);
        for (const Step& c : steps) {
          RangeTreeMap map_c = map_b;
          World world_c = world_b;
          apply(c, map_c, world_c);
          ASSERT_EQ(map_c.Segments(), expected(world_c));
        }
      }
    }
  }
}

TEST(RangeTreeMapTest, DeepTreeGrowsAndShrinks) {
  constexpr uint64_t kSegments = 100'000;
  RangeTreeMap map = Comb(kSegments);
  EXPECT_EQ(map.size(), kSegments);
  EXPECT_GE(RangeTreeMapTestPeer(map).height(), 4u);
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
  uint32_t height = RangeTreeMapTestPeer(map).height();
  for (const uint64_t i : order) {
    map.Erase(Range(4 * i, 4 * i + 1));
    if (RangeTreeMapTestPeer(map).height() == height) continue;
    height = RangeTreeMapTestPeer(map).height();
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

// ---- Against an array of addresses ----

class Naive {
 public:
  static constexpr uint64_t kSize = 3000;

  void Set(const AddressRange& range, std::optional<MemoryAttributes> value) {
    for (uint64_t a = range.first(); a <= range.last(); ++a) cell_[a] = value;
  }
  std::vector<Segment> Overlapping(const AddressRange& range) const {
    std::vector<Segment> runs;
    for (uint64_t a = range.first(); a <= range.last(); ++a) {
      if (!cell_[a]) continue;
      if (!runs.empty() && runs.back().range.last() + 1 == a &&
          runs.back().attributes == *cell_[a]) {
        runs.back().range = Range(runs.back().range.first(), a);
      } else {
        runs.push_back(Seg(a, a, *cell_[a]));
      }
    }
    return runs;
  }
  uint64_t BytesOfType(const AddressRange& range, MemoryType type) const {
    uint64_t bytes = 0;
    for (uint64_t a = range.first(); a <= range.last(); ++a) {
      bytes += cell_[a] && cell_[a]->type == type;
    }
    return bytes;
  }
  std::optional<uint64_t> FirstAlignedGap(const GapRequest& request) const {
    for (uint64_t a = request.within.first(); a <= request.within.last(); ++a) {
      if (a % request.alignment_bytes != 0) continue;
      uint64_t free = 0;
      while (free < request.size_bytes && a + free <= request.within.last() &&
             !cell_[a + free]) {
        ++free;
      }
      if (free == request.size_bytes) return a;
    }
    return std::nullopt;
  }

 private:
  std::array<std::optional<MemoryAttributes>, kSize> cell_ = {};
};

class RangeTreeMapRandomTest : public ::testing::TestWithParam<int> {};

TEST_P(RangeTreeMapRandomTest, AgreesWithAnArray) {
  std::mt19937_64 random(GetParam());
  const auto below = [&random](uint64_t bound) { return random() % bound; };
  const auto any_range = [&](uint64_t longest) {
    const uint64_t first = below(Naive::kSize);
    return Range(first, std::min(Naive::kSize - 1, first + below(longest)));
  };
  const std::array<MemoryAttributes, 6> values = {
      kRam, Ram(0), Ram(1), kHole, kOdd, {.type = MemoryType::kSoftReserved}};
  RangeTreeMap map;
  Naive naive;
  size_t most_segments = 0;
  for (int step = 0; step < 6000; ++step) {
    // Short edits grow the tree; a rare long one fells much of it.
    const AddressRange range = any_range(below(300) == 0 ? 2000 : 3);
    if (below(4) == 0) {
      map.Erase(range);
      naive.Set(range, std::nullopt);
    } else {
      const MemoryAttributes& value = values[below(values.size())];
      map.Assign(range, value);
      naive.Set(range, value);
    }
    ASSERT_EQ(map.CheckInvariants(Level::kSummaries), absl::OkStatus());
    most_segments = std::max(most_segments, map.size());

    const AddressRange window = any_range(step % 64 == 0 ? Naive::kSize : 40);
    ASSERT_EQ(map.Overlapping(window), naive.Overlapping(window));
    ASSERT_EQ(map.Overlaps(window), !naive.Overlapping(window).empty());
    for (const MemoryType type :
         {MemoryType::kRam, MemoryType::kReserved, MemoryType::kSoftReserved,
          kOdd.type, MemoryType::kAcpiNvs}) {
      ASSERT_EQ(map.BytesOfType(window, type), naive.BytesOfType(window, type));
    }
    const GapRequest request = {.size_bytes = 1 + below(12),
                                .alignment_bytes = 1 + below(9),
                                .within = any_range(Naive::kSize)};
    ASSERT_EQ(map.FirstAlignedGap(request), naive.FirstAlignedGap(request));
  }
  EXPECT_GT(most_segments, 500u);  // several levels were at work
}

INSTANTIATE_TEST_SUITE_P(Seeds, RangeTreeMapRandomTest, ::testing::Range(0, 4));

// ---- Gaps ----

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

// ---- Damage ----

using Damage = void (*)(RangeTreeMapTestPeer);

struct DamageCase {
  std::string name;
  Damage damage;
  Level caught_at;
  std::string report;
};

class RangeTreeMapDamageTest : public ::testing::TestWithParam<DamageCase> {};

TEST_P(RangeTreeMapDamageTest, IsCaughtAtItsLevelAndNotBefore) {
  RangeTreeMap map = Comb(200);
  GetParam().damage(RangeTreeMapTestPeer(map));
  for (const Level level : {Level::kOrder, Level::kCoalescing,
                            Level::kOccupancy, Level::kSummaries}) {
    const absl::Status status = map.CheckInvariants(level);
    if (level < GetParam().caught_at) {
      EXPECT_EQ(status, absl::OkStatus());
    } else {
      EXPECT_THAT(std::string(status.message()), StartsWith(GetParam().report));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RangeTreeMapDamageTest,
    ::testing::ValuesIn(std::vector<DamageCase>{
        {"Overlap",
         [](RangeTreeMapTestPeer peer) { peer.first_leaf().last[3] = 16; },
         Level::kOrder, "order: leaf 0 slot 4, 0x10"},
        {"EndBeforeStart",
         [](RangeTreeMapTestPeer peer) { peer.first_leaf().last[3] = 11; },
         Level::kOrder, "order: leaf 0 slot 3, 0xc"},
        {"LinkOutOfBounds",
         [](RangeTreeMapTestPeer peer) { peer.first_leaf().next = 1000; },
         Level::kOrder, "order: bad link to leaf 1000"},
        {"LinkCycle",
         [](RangeTreeMapTestPeer peer) { peer.first_leaf().next = 0; },
         Level::kOrder, "order: "},
        {"LostSegment",
         [](RangeTreeMapTestPeer peer) { --peer.first_leaf().count; },
         Level::kOrder, "order: size() is 200, but 199"},
        {"Uncoalesced",
         [](RangeTreeMapTestPeer peer) { peer.first_leaf().last[3] = 15; },
         Level::kCoalescing, "coalescing: leaf 0 slot 4, 0x10"},
        {"ChildTwice",
         [](RangeTreeMapTestPeer peer) {
           peer.root().child[1] = peer.root().child[0];
         },
         Level::kOccupancy, "occupancy: the links"},
        {"UnderfullLeaf",
         [](RangeTreeMapTestPeer peer) { peer.DropSegments(10); },
         Level::kOccupancy, "occupancy: leaf 0 has 6 segments"},
        {"UnusedKey",
         [](RangeTreeMapTestPeer peer) {
           peer.first_leaf().last[peer.first_leaf().count] = 5;
         },
         Level::kOccupancy, "occupancy: unused keys of leaf 0"},
        {"LonelyRoot", [](RangeTreeMapTestPeer peer) { peer.root().count = 1; },
         Level::kOccupancy, "occupancy: inner node"},
        {"StaleGap", [](RangeTreeMapTestPeer peer) { peer.root().gap[0] = 3; },
         Level::kSummaries, "summaries: inner node 0 slot 0"},
        {"StaleBytes",
         [](RangeTreeMapTestPeer peer) { ++peer.root().bytes[3][1]; },
         Level::kSummaries, "summaries: inner node 0 slot 1"},
        {"StaleExtent",
         [](RangeTreeMapTestPeer peer) { ++peer.root().last[0]; },
         Level::kSummaries, "summaries: inner node 0 slot 0"},
    }),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace e820check
