// SPDX-License-Identifier: Apache-2.0

#include "model/reference_memory_map.h"

#include <algorithm>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/cell_array.h"
#include "properties/laws/map_checker.h"

namespace e820check {

void PrintTo(const Segment& segment, std::ostream* out) {
  *out << segment.range.ToString() << " " << ToString(segment.attributes.type)
       << " of " << segment.attributes.owner;
}

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr MemoryAttributes kRamOf0 = {.type = MemoryType::kRam, .owner = 0};
constexpr MemoryAttributes kRamOf1 = {.type = MemoryType::kRam, .owner = 1};
constexpr MemoryAttributes kReserved = {.type = MemoryType::kReserved};

AddressRange Range(uint64_t first, uint64_t last) {
  return *AddressRange::Create(
      AddressRange::FirstAndLast{.first = first, .last = last});
}

TEST(ReferenceMemoryMapTest, AssignSplitsWhatItOverwrites) {
  ReferenceMemoryMap map;
  map.Assign(Range(0x1000, 0x4fff), kRamOf0);
  map.Assign(Range(0x2000, 0x2fff), kReserved);
  EXPECT_THAT(map.Segments(),
              ElementsAre(Segment{Range(0x1000, 0x1fff), kRamOf0},
                          Segment{Range(0x2000, 0x2fff), kReserved},
                          Segment{Range(0x3000, 0x4fff), kRamOf0}));
  map.Assign(Range(0x2000, 0x2fff), kRamOf0);
  EXPECT_THAT(map.Segments(),
              ElementsAre(Segment{Range(0x1000, 0x4fff), kRamOf0}));
}

TEST(ReferenceMemoryMapTest, NeighboursOfDifferentOwnersStayApart) {
  ReferenceMemoryMap map;
  map.Assign(Range(0, 9), kRamOf0);
  map.Assign(Range(10, 19), kRamOf1);
  EXPECT_EQ(map.size(), 2u);
  EXPECT_EQ(map.At(9), kRamOf0);
  EXPECT_EQ(map.At(10), kRamOf1);
  EXPECT_EQ(map.At(20), std::nullopt);
}

TEST(ReferenceMemoryMapTest, HoldsTheWholeAddressSpace) {
  ReferenceMemoryMap map;
  map.Assign(AddressRange::Everything(), kRamOf0);
  EXPECT_EQ(map.BytesOfType(AddressRange::Everything(), MemoryType::kRam),
            absl::MakeUint128(1, 0));
  EXPECT_EQ(map.FirstAlignedGap({}), std::nullopt);

  map.Erase(Range(UINT64_MAX, UINT64_MAX));
  EXPECT_EQ(map.FirstAlignedGap({}), UINT64_MAX);
  EXPECT_EQ(map.FirstAlignedGap({.alignment_bytes = 2}), std::nullopt);
  EXPECT_EQ(map.FirstAlignedGap({.size_bytes = 2}), std::nullopt);

  map.Assign(Range(UINT64_MAX, UINT64_MAX), kRamOf0);
  EXPECT_THAT(map.Segments(),
              ElementsAre(Segment{AddressRange::Everything(), kRamOf0}));
}

TEST(ReferenceMemoryMapTest, GapsHonourAlignmentThatIsNoPowerOfTwo) {
  ReferenceMemoryMap map;
  map.Assign(Range(0, 7), kRamOf0);
  map.Assign(Range(15, 15), kRamOf0);
  EXPECT_EQ(map.FirstAlignedGap({.size_bytes = 6, .alignment_bytes = 3}), 9);
  EXPECT_EQ(map.FirstAlignedGap({.size_bytes = 7, .alignment_bytes = 3}), 18);
  EXPECT_EQ(
      map.FirstAlignedGap(
          {.size_bytes = 7, .alignment_bytes = 3, .within = Range(0, 23)}),
      std::nullopt);
}

TEST(ReferenceMemoryMapTest, QuestionsAreClippedToTheirWindow) {
  ReferenceMemoryMap map;
  map.Assign(Range(0x1000, 0x2fff), kRamOf0);
  map.Assign(Range(0x4000, 0x4fff), kReserved);
  EXPECT_THAT(map.Overlapping(Range(0x2800, 0x4000)),
              ElementsAre(Segment{Range(0x2800, 0x2fff), kRamOf0},
                          Segment{Range(0x4000, 0x4000), kReserved}));
  EXPECT_THAT(map.Overlapping(Range(0x3000, 0x3fff)), IsEmpty());
  EXPECT_FALSE(map.Overlaps(Range(0x3000, 0x3fff)));
  EXPECT_TRUE(map.Overlaps(Range(0x3000, 0x4000)));
  EXPECT_EQ(map.BytesOfType(Range(0x2800, 0x4fff), MemoryType::kRam), 0x800);
}

// One random history on both maps; every question must get the same answer.
class MapLadderTest : public ::testing::TestWithParam<uint64_t> {};

TEST_P(MapLadderTest, ReferenceMemoryMapAgreesWithCellArray) {
  constexpr uint64_t kPageSize = 16;
  constexpr uint64_t kPages = 40;
  std::mt19937_64 random(GetParam());
  const auto below = [&random](uint64_t limit) { return random() % limit; };
  const auto random_range = [&](uint64_t count, uint64_t unit) {
    const uint64_t a = below(count);
    const uint64_t b = below(count);
    return Range(std::min(a, b) * unit, (std::max(a, b) + 1) * unit - 1);
  };
  constexpr MemoryAttributes kChoices[] = {kRamOf0, kRamOf1, kReserved};

  MapChecker maps(
      CellArray::OfPages({.size_bytes = kPageSize, .count = kPages}),
      ReferenceMemoryMap());
  for (int step = 0; step < 300; ++step) {
    const AddressRange range = random_range(kPages, kPageSize);
    if (const uint64_t choice = below(5); choice < 3) {
      maps.Assign(range, kChoices[choice]);
    } else {
      maps.Erase(range);
    }
    ASSERT_EQ(maps.CheckContents(), absl::OkStatus());
    // Windows at any byte, also beyond the last page.
    const AddressRange window = random_range(kPages * kPageSize + 50, 1);
    ASSERT_EQ(maps.CheckWindow(window, MemoryType::kRam), absl::OkStatus());
    ASSERT_EQ(maps.CheckFirstAlignedGap({.size_bytes = 1 + below(100),
                                         .alignment_bytes = 1 + below(70),
                                         .within = window}),
              absl::OkStatus());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, MapLadderTest,
                         ::testing::Range<uint64_t>(1, 21));

}  // namespace
}  // namespace e820check
