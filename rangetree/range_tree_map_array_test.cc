// SPDX-License-Identifier: Apache-2.0

// RangeTreeMap against an array of what lies at each address.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "rangetree/range_tree_map.h"
#include "rangetree/range_tree_map_test_peer.h"

namespace e820check {
namespace {

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

}  // namespace
}  // namespace e820check
