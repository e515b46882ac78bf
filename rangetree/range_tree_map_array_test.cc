// SPDX-License-Identifier: Apache-2.0

// RangeTreeMap against an array of what lies at each address.

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>

#include "gtest/gtest.h"
#include "model/cell_array.h"
#include "properties/laws/map_checker.h"
#include "rangetree/range_tree_map.h"
#include "rangetree/range_tree_map_test_peer.h"

namespace e820check {
namespace {

// Trees of many levels need tiny nodes; the others are as users have them.
template <typename Map>
class RangeTreeMapRandomTest : public ::testing::Test {};
using Maps =
    ::testing::Types<RangeTreeMap,
                     BasicRangeTreeMap<range_tree_internal::TinyGeometry>>;
TYPED_TEST_SUITE(RangeTreeMapRandomTest, Maps);

constexpr uint64_t kPages = 3000;

// Pages are of such a size that leaves of both forms, and of either alone, come
// about.
template <typename Map>
void ExpectAgreesWithAnArray(int seed, uint64_t page_bytes) {
  std::mt19937_64 random(seed);
  const auto below = [&random](uint64_t bound) { return random() % bound; };
  const auto any_range = [&](uint64_t most_pages) {
    const uint64_t first = below(kPages);
    const uint64_t last = std::min(kPages - 1, first + below(most_pages));
    return Range(first * page_bytes, last * page_bytes + (page_bytes - 1));
  };
  const std::array<MemoryAttributes, 6> values = {
      kRam, Ram(0), Ram(1), kHole, kOdd, {.type = MemoryType::kSoftReserved}};
  MapChecker maps(
      CellArray::OfPages({.size_bytes = page_bytes, .count = kPages}), Map());
  const Map& map = maps.actual();
  size_t most_segments = 0;
  size_t packed = 0;
  size_t plain = 0;
  for (int step = 0; step < 6000; ++step) {
    // Short edits grow the tree; a rare long one fells much of it.
    const AddressRange range = any_range(below(300) == 0 ? 2000 : 3);
    if (below(4) == 0) {
      maps.Erase(range);
    } else {
      maps.Assign(range, values[below(values.size())]);
    }
    ASSERT_EQ(map.CheckInvariants(Map::InvariantLevel::kSummaries),
              absl::OkStatus());
    most_segments = std::max(most_segments, map.size());
    packed += RangeTreeMapTestPeer::LeavesInForm(map, true);
    plain += RangeTreeMapTestPeer::LeavesInForm(map, false);

    const AddressRange window = any_range(step % 64 == 0 ? kPages : 40);
    for (const MemoryType type :
         {MemoryType::kRam, MemoryType::kReserved, MemoryType::kSoftReserved,
          kOdd.type, MemoryType::kAcpiNvs}) {
      ASSERT_EQ(maps.CheckWindow(window, type), absl::OkStatus());
    }
    ASSERT_EQ(maps.CheckFirstAlignedGap(
                  {.size_bytes = (1 + below(12)) * page_bytes,
                   .alignment_bytes = (1 + below(9)) * page_bytes,
                   .within = any_range(kPages)}),
              absl::OkStatus());
  }
  EXPECT_GT(most_segments, 500u);  // several levels were at work
  if (page_bytes < kTiB) {
    EXPECT_GT(packed, 0u);
  }
  EXPECT_EQ(plain > 0, page_bytes > kMiB);
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
