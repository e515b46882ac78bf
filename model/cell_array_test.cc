// SPDX-License-Identifier: Apache-2.0

// The bottom of the ladder has nothing to be held against but what one sees.

#include "model/cell_array.h"

#include <vector>

#include "gtest/gtest.h"

namespace e820check {
namespace {

constexpr MemoryAttributes kRamOf0 = {.type = MemoryType::kRam, .owner = 0};
constexpr MemoryAttributes kRamOf1 = {.type = MemoryType::kRam, .owner = 1};
constexpr MemoryAttributes kReserved = {.type = MemoryType::kReserved};

AddressRange Range(uint64_t first, uint64_t last) {
  return *AddressRange::Create(
      AddressRange::FirstAndLast{.first = first, .last = last});
}

// 0123456789abcdef and beyond
// ..00..01....RR..
CellArray Sixteen() {
  CellArray map = CellArray::OfPages({.size_bytes = 1, .count = 16});
  map.Assign(Range(2, 3), kRamOf0);
  map.Assign(Range(6, 6), kRamOf0);
  map.Assign(Range(7, 7), kRamOf1);
  map.Assign(Range(12, 13), kReserved);
  return map;
}

TEST(CellArrayTest, BeginsEmpty) {
  const CellArray map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.At(0), std::nullopt);
  EXPECT_EQ(map.At(UINT64_MAX), std::nullopt);
  EXPECT_FALSE(map.Overlaps(AddressRange::Everything()));
  EXPECT_EQ(map.FirstAlignedGap({}), 0u);
}

TEST(CellArrayTest, SaysWhatLiesWhere) {
  const CellArray map = Sixteen();
  EXPECT_EQ(map.At(1), std::nullopt);
  EXPECT_EQ(map.At(2), kRamOf0);
  EXPECT_EQ(map.At(7), kRamOf1);
  EXPECT_EQ(map.At(8), std::nullopt);
  EXPECT_EQ(map.At(uint64_t{1} << 60), std::nullopt);
  EXPECT_TRUE(map.Overlaps(Range(0, 2)));
  EXPECT_FALSE(map.Overlaps(Range(4, 5)));
  EXPECT_FALSE(map.Overlaps(Range(14, UINT64_MAX)));
}

TEST(CellArrayTest, RunsAreMaximalAndClipped) {
  const CellArray map = Sixteen();
  EXPECT_EQ(map.Segments(), (std::vector<Segment>{{Range(2, 3), kRamOf0},
                                                  {Range(6, 6), kRamOf0},
                                                  {Range(7, 7), kRamOf1},
                                                  {Range(12, 13), kReserved}}));
  EXPECT_EQ(map.size(), 4u);
  EXPECT_EQ(
      map.Overlapping(Range(3, 6)),
      (std::vector<Segment>{{Range(3, 3), kRamOf0}, {Range(6, 6), kRamOf0}}));
}

TEST(CellArrayTest, AddsUpBytesOfOneType) {
  const CellArray map = Sixteen();
  EXPECT_EQ(map.BytesOfType(AddressRange::Everything(), MemoryType::kRam), 4);
  EXPECT_EQ(map.BytesOfType(Range(3, 6), MemoryType::kRam), 2);
  EXPECT_EQ(map.BytesOfType(Range(13, 40), MemoryType::kReserved), 1);
}

TEST(CellArrayTest, FindsTheFirstGap) {
  const CellArray map = Sixteen();
  const auto gap = [&](uint64_t size, uint64_t alignment, AddressRange within) {
    return map.FirstAlignedGap(
        {.size_bytes = size, .alignment_bytes = alignment, .within = within});
  };
  EXPECT_EQ(gap(2, 1, Range(0, 15)), 0u);
  EXPECT_EQ(gap(2, 1, Range(1, 15)), 4u);
  EXPECT_EQ(gap(3, 1, Range(1, 15)), 8u);
  EXPECT_EQ(gap(3, 3, Range(1, 15)), 9u);
  EXPECT_EQ(gap(5, 1, Range(1, 15)), std::nullopt);
  EXPECT_EQ(gap(5, 1, Range(1, 18)), 14u);
}

TEST(CellArrayTest, TheTopIsAnAddressLikeOthers) {
  CellArray map;
  map.Divide({Range(UINT64_MAX - 1, UINT64_MAX)});
  map.Assign(Range(UINT64_MAX - 1, UINT64_MAX), kReserved);
  EXPECT_EQ(map.At(UINT64_MAX), kReserved);
  EXPECT_EQ(map.At(UINT64_MAX - 2), std::nullopt);
  map.Assign(AddressRange::Everything(), kRamOf0);
  EXPECT_EQ(map.BytesOfType(AddressRange::Everything(), MemoryType::kRam),
            absl::MakeUint128(1, 0));
  EXPECT_EQ(map.size(), 1u);
  map.Clear();
  EXPECT_TRUE(map.empty());
}

TEST(CellArrayDeathTest, RefusesPartsOfCells) {
  CellArray map = CellArray::OfPages({.size_bytes = 4096, .count = 4});
  EXPECT_DEATH(map.Assign(Range(0, 4094), kRamOf0), "whole cells");
  EXPECT_DEATH(map.Erase(Range(1, 4095)), "whole cells");
  EXPECT_DEATH(map.Assign(Range(0, 5 * 4096 - 1), kRamOf0), "whole cells");
}

}  // namespace
}  // namespace e820check
