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

  template <typename Map>
  static uint32_t Height(const Map& map) {
    return map.tree_.height;
  }
  template <typename Map>
  static size_t LeavesInForm(const Map& map, bool packed) {
    size_t leaves = 0;
    for (const auto* leaf = map.Find(0).leaf; leaf != nullptr;
         leaf = map.tree_.NextOf(*leaf)) {
      leaves += leaf->is_packed == packed ? 1 : 0;
    }
    return leaves;
  }
  Leaf& leaf() { return map_.tree_.leaves[root().child[0]]; }
  Inner& root() { return map_.tree_.inners[map_.tree_.root]; }
  size_t& size() { return map_.size_; }

 private:
  RangeTreeMap& map_;
};

namespace {

using Level = RangeTreeMap::InvariantLevel;
using ::testing::Contains;
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

template <typename Map>
void ExpectSound(const Map& map) {
  ASSERT_EQ(map.CheckInvariants(Map::InvariantLevel::kSummaries),
            absl::OkStatus());
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
  for (const uint32_t owners : {200u, 255u, 256u, 2000u}) {
    RangeTreeMap map;
    std::vector<Segment> segments;
    for (uint32_t i = 0; i < owners; ++i) {
      segments.push_back(Seg(8 * i, 8 * i + 7, Ram(i)));
      map.Assign(segments.back().range, Ram(i));
    }
    EXPECT_EQ(RangeTreeMapTestPeer::LeavesInForm(map, false) > 0, owners > 255);
    ExpectSound(map);
    EXPECT_EQ(map.Segments(), segments);
    EXPECT_EQ(map.At(8 * (owners - 1)), Ram(owners - 1));
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
      for (const uint64_t a : addresses) at.push_back(copy.At(a));
      std::vector<std::optional<MemoryAttributes>> each(addresses.size());
      copy.AtEach(addresses, absl::MakeSpan(each));
      EXPECT_EQ(at, each);
      for (size_t i = 0; i < addresses.size(); i += 7) {
        copy.Erase(Range(addresses[i], addresses[i]));
        at.push_back(copy.At(addresses[i] + 1));
      }
      ExpectSound(copy);
      return at;
    };
    const auto expected = answers(InstructionSet::kPortable);
    for (const InstructionSet set : sets) EXPECT_EQ(answers(set), expected);
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

// Trees of many levels need tiny nodes; the others are as users have them.
template <typename Map>
class RangeTreeMapRandomTest : public ::testing::Test {};
using Maps =
    ::testing::Types<RangeTreeMap,
                     BasicRangeTreeMap<range_tree_internal::TinyGeometry>>;
TYPED_TEST_SUITE(RangeTreeMapRandomTest, Maps);

// Addresses are `scale` times what the array counts, so that leaves of both
// forms, and of either alone, come about.
template <typename Map>
void ExpectAgreesWithAnArray(int seed, uint64_t scale) {
  std::mt19937_64 random(seed);
  const auto below = [&random](uint64_t bound) { return random() % bound; };
  const auto any_range = [&](uint64_t longest) {
    const uint64_t first = below(Naive::kSize);
    return Range(first, std::min(Naive::kSize - 1, first + below(longest)));
  };
  const std::array<MemoryAttributes, 6> values = {
      kRam, Ram(0), Ram(1), kHole, kOdd, {.type = MemoryType::kSoftReserved}};
  const auto scaled = [scale](const AddressRange& range) {
    return Range(range.first() * scale, range.last() * scale + (scale - 1));
  };
  Map map;
  Naive naive;
  size_t most_segments = 0;
  size_t packed = 0;
  size_t plain = 0;
  for (int step = 0; step < 6000; ++step) {
    // Short edits grow the tree; a rare long one fells much of it.
    const AddressRange range = any_range(below(300) == 0 ? 2000 : 3);
    if (below(4) == 0) {
      map.Erase(scaled(range));
      naive.Set(range, std::nullopt);
    } else {
      const MemoryAttributes& value = values[below(values.size())];
      map.Assign(scaled(range), value);
      naive.Set(range, value);
    }
    ASSERT_EQ(map.CheckInvariants(Map::InvariantLevel::kSummaries),
              absl::OkStatus());
    most_segments = std::max(most_segments, map.size());
    packed += RangeTreeMapTestPeer::LeavesInForm(map, true);
    plain += RangeTreeMapTestPeer::LeavesInForm(map, false);

    const AddressRange window = any_range(step % 64 == 0 ? Naive::kSize : 40);
    std::vector<Segment> expected = naive.Overlapping(window);
    for (Segment& segment : expected) segment.range = scaled(segment.range);
    ASSERT_EQ(map.Overlapping(scaled(window)), expected);
    ASSERT_EQ(map.Overlaps(scaled(window)), !expected.empty());
    for (const MemoryType type :
         {MemoryType::kRam, MemoryType::kReserved, MemoryType::kSoftReserved,
          kOdd.type, MemoryType::kAcpiNvs}) {
      ASSERT_EQ(map.BytesOfType(scaled(window), type),
                absl::uint128(naive.BytesOfType(window, type)) * scale);
    }
    const GapRequest request = {.size_bytes = 1 + below(12),
                                .alignment_bytes = 1 + below(9),
                                .within = any_range(Naive::kSize)};
    auto gap = naive.FirstAlignedGap(request);
    if (gap) *gap *= scale;
    ASSERT_EQ(
        map.FirstAlignedGap({.size_bytes = request.size_bytes * scale,
                             .alignment_bytes = request.alignment_bytes * scale,
                             .within = scaled(request.within)}),
        gap);
  }
  EXPECT_GT(most_segments, 500u);  // several levels were at work
  if (scale < kTiB) EXPECT_GT(packed, 0u);
  EXPECT_EQ(plain > 0, scale > kMiB);
}

TYPED_TEST(RangeTreeMapRandomTest, AgreesWithAnArrayWherePacked) {
  ExpectAgreesWithAnArray<TypeParam>(1, 1);
  ExpectAgreesWithAnArray<TypeParam>(2, 4 * kKiB);
}
TYPED_TEST(RangeTreeMapRandomTest, AgreesWithAnArrayWhereMixed) {
  ExpectAgreesWithAnArray<TypeParam>(3, 256 * kMiB);
}
TYPED_TEST(RangeTreeMapRandomTest, AgreesWithAnArrayWherePlain) {
  ExpectAgreesWithAnArray<TypeParam>(4, uint64_t{1} << 50);
}

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
  // Leaves are packed: even slots of the first are segments, odd ones are not.
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
        {"Order", [](RangeTreeMapTestPeer peer) { peer.leaf().SetFirst(3, 8); },
         Level::kOrder, "order: leaf 0 slot 4, 0x8"},
        {"StartsAboveZero",
         [](RangeTreeMapTestPeer peer) { peer.leaf().SetFirst(0, 1); },
         Level::kOrder, "order: leaf 0 slot 0, 0x1"},
        {"UnknownContent",
         [](RangeTreeMapTestPeer peer) { peer.leaf().packed.code[4] = 200; },
         Level::kOrder, "order: unknown content, leaf 0 slot 4"},
        {"EmptyLeaf", [](RangeTreeMapTestPeer peer) { peer.leaf().count = 0; },
         Level::kOrder, "order: leaf 0 holds 0"},
        {"LinkOutOfBounds",
         [](RangeTreeMapTestPeer peer) { peer.leaf().next = 1000; },
         Level::kOrder, "order: bad link"},
        {"LinkCycle", [](RangeTreeMapTestPeer peer) { peer.leaf().next = 0; },
         Level::kOrder, "order: bad link"},
        {"LostSegment", [](RangeTreeMapTestPeer peer) { ++peer.size(); },
         Level::kOrder, "order: size() is 201, but 200"},
        {"Uncoalesced",
         [](RangeTreeMapTestPeer peer) {
           peer.leaf().packed.code[3] = peer.leaf().packed.code[2];
           ++peer.size();
         },
         Level::kCoalescing, "coalescing: leaf 0 slot 3, 0x6"},
        {"ChildTwice",
         [](RangeTreeMapTestPeer peer) {
           peer.root().child[1] = peer.root().child[0];
         },
         Level::kOccupancy, "occupancy: the links"},
        {"UnderfullLeaf",
         [](RangeTreeMapTestPeer peer) {
           while (peer.leaf().count > 7) {
             peer.size() -= peer.leaf().IsMapped(--peer.leaf().count) ? 1 : 0;
           }
         },
         Level::kOccupancy, "occupancy: leaf 0 has 7 steps"},
        {"UnusedKey",
         [](RangeTreeMapTestPeer peer) {
           peer.leaf().packed.offset[peer.leaf().count] = 5;
         },
         Level::kOccupancy, "occupancy: unused keys of leaf 0"},
        {"UnusedKeyOfAnInnerNode",
         [](RangeTreeMapTestPeer peer) {
           peer.root().key[peer.root().count] = 5;
         },
         Level::kOccupancy, "occupancy: unused keys of inner node 0"},
        {"LonelyRoot", [](RangeTreeMapTestPeer peer) { peer.root().count = 1; },
         Level::kOccupancy, "occupancy: inner node"},
        {"StaleGap",
         [](RangeTreeMapTestPeer peer) { peer.root().largest_gap[0] = 3; },
         Level::kSummaries, "summaries: inner node 0 slot 0"},
        {"StaleBytes",
         [](RangeTreeMapTestPeer peer) { ++peer.root().bytes[3][1]; },
         Level::kSummaries, "summaries: inner node 0 slot 1"},
        {"StaleKey", [](RangeTreeMapTestPeer peer) { ++peer.root().key[1]; },
         Level::kSummaries, "summaries: inner node 0 slot 1"},
    }),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace e820check
