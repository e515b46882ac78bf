// SPDX-License-Identifier: Apache-2.0

#include "machine/address_range.h"

#include "gtest/gtest.h"

namespace e820check {
namespace {

using FirstAndLast = AddressRange::FirstAndLast;
using StartAndSize = AddressRange::StartAndSize;

constexpr uint64_t kTop = UINT64_MAX;

TEST(AddressRangeTest, HoldsAnEndOfTwoToThe64) {
  const auto range =
      AddressRange::Create(StartAndSize{.start = kTop, .size_bytes = 1});
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->last(), kTop);
  EXPECT_EQ(range->end(), std::nullopt);
  EXPECT_EQ(range->size_bytes(), 1u);
  EXPECT_EQ(range->ToString(), "[0xffffffffffffffff, 0x10000000000000000)");
}

TEST(AddressRangeTest, RefusesEmptyAndWrapping) {
  EXPECT_FALSE(AddressRange::Create(StartAndSize{.start = 5, .size_bytes = 0}));
  EXPECT_FALSE(
      AddressRange::Create(StartAndSize{.start = kTop, .size_bytes = 2}));
  EXPECT_FALSE(AddressRange::Create(FirstAndLast{.first = 2, .last = 1}));
  EXPECT_TRUE(
      AddressRange::Create(StartAndSize{.start = 1, .size_bytes = kTop}));
}

TEST(AddressRangeTest, TheWholeSpaceHasNoSize) {
  EXPECT_EQ(AddressRange::Everything().size_bytes(), std::nullopt);
  EXPECT_TRUE(AddressRange::Everything().Contains(kTop));
}

TEST(AddressRangeTest, NeighboursTouchButDoNotOverlap) {
  const auto low = *AddressRange::Create(FirstAndLast{.first = 0, .last = 9});
  const auto high =
      *AddressRange::Create(FirstAndLast{.first = 10, .last = 20});
  const auto top =
      *AddressRange::Create(FirstAndLast{.first = 9, .last = kTop});
  EXPECT_TRUE(low.Touches(high));
  EXPECT_FALSE(high.Touches(low));
  EXPECT_FALSE(low.Overlaps(high));
  EXPECT_FALSE(top.Touches(low));
  EXPECT_EQ(low.Intersection(high), std::nullopt);
  EXPECT_EQ(low.Intersection(top),
            AddressRange::Create(FirstAndLast{.first = 9, .last = 9}));
  EXPECT_TRUE(top.Contains(high));
}

TEST(AddressRangeTest, HoldsItsEnds) {
  const auto range =
      *AddressRange::Create(StartAndSize{.start = 10, .size_bytes = 5});
  EXPECT_EQ(range.first(), 10u);
  EXPECT_EQ(range.last(), 14u);
  EXPECT_EQ(range.end(), 15u);
  EXPECT_EQ(range.size_bytes(), 5u);
  EXPECT_EQ(range.ToString(), "[0xa, 0xf)");
  EXPECT_FALSE(range.Contains(9));
  EXPECT_TRUE(range.Contains(10));
  EXPECT_TRUE(range.Contains(14));
  EXPECT_FALSE(range.Contains(15));
  EXPECT_EQ(AddressRange::Create(FirstAndLast{.first = 10, .last = 14}), range);
  // All but the first or the last address have a size.
  EXPECT_EQ(AddressRange::Create(FirstAndLast{.first = 1, .last = kTop})
                ->size_bytes(),
            kTop);
  EXPECT_EQ(AddressRange::Create(FirstAndLast{.first = 0, .last = kTop - 1})
                ->size_bytes(),
            kTop);
}

TEST(AddressRangeTest, ContainsAndOverlapsByTheEnds) {
  const auto range = [](uint64_t first, uint64_t last) {
    return *AddressRange::Create(FirstAndLast{.first = first, .last = last});
  };
  const AddressRange middle = range(10, 19);
  EXPECT_TRUE(middle.Contains(middle));
  EXPECT_TRUE(middle.Contains(range(10, 10)));
  EXPECT_FALSE(middle.Contains(range(9, 19)));
  EXPECT_FALSE(middle.Contains(range(10, 20)));
  EXPECT_FALSE(middle.Overlaps(range(0, 9)));
  EXPECT_TRUE(middle.Overlaps(range(0, 10)));
  EXPECT_TRUE(middle.Overlaps(range(19, 30)));
  EXPECT_FALSE(middle.Overlaps(range(20, 30)));
  EXPECT_EQ(middle.Intersection(range(12, 15)), range(12, 15));
  EXPECT_EQ(middle.Intersection(range(0, 12)), range(10, 12));
  EXPECT_EQ(middle.Intersection(range(15, 30)), range(15, 19));
}

TEST(AddressRangeTest, UnitsArePowersOf1024) {
  EXPECT_EQ(kKiB, 1024u);
  EXPECT_EQ(kMiB, 1024 * kKiB);
  EXPECT_EQ(kGiB, 1024 * kMiB);
  EXPECT_EQ(kTiB, 1024 * kGiB);
}

TEST(AddressRangeTest, CheckedAddStopsAtTheTop) {
  EXPECT_EQ(CheckedAdd(2, 3), 5u);
  EXPECT_EQ(CheckedAdd(kTop, 0), kTop);
  EXPECT_EQ(CheckedAdd(kTop, 1), std::nullopt);
}

}  // namespace
}  // namespace e820check
