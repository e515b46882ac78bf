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

TEST(AddressRangeTest, CheckedAddStopsAtTheTop) {
  EXPECT_EQ(CheckedAdd(kTop, 0), kTop);
  EXPECT_EQ(CheckedAdd(kTop, 1), std::nullopt);
}

}  // namespace
}  // namespace e820check
