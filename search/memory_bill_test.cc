// SPDX-License-Identifier: Apache-2.0

#include "search/memory_bill.h"

#include "gtest/gtest.h"
#include "machine/address_range.h"

namespace e820check {
namespace {

constexpr uint64_t kTiB = kGiB << 10;

TEST(MemoryBillTest, ReservedRamCostsItsBitmaps) {
  MemoryBill bill;
  bill.OfferRam(2 * kTiB);
  EXPECT_EQ(bill.touched_bytes(), 3 * (2 * kTiB / 4096 / 8));
  bill.Add({.size_bytes = 2 * kTiB});
  EXPECT_EQ(bill.touched_bytes(), 3 * (4 * kTiB / 4096 / 8));
}

TEST(MemoryBillTest, TouchedRamCostsItself) {
  MemoryBill bill;
  bill.Add({.size_bytes = kGiB, .is_touched = true});
  EXPECT_GT(bill.touched_bytes(), kGiB);
  EXPECT_LT(bill.touched_bytes(), kGiB + (1 << 20));
  bill.Add({.size_bytes = kGiB});
  EXPECT_LT(bill.touched_bytes(), kGiB + (1 << 20));
  bill.TouchAll();
  EXPECT_GT(bill.touched_bytes(), 2 * kGiB);
}

TEST(MemoryBillTest, RamThatCannotBeHadCostsNothing) {
  MemoryBill bill;
  const uint64_t nothing = bill.touched_bytes();
  bill.Add({.size_bytes = UINT64_MAX, .is_touched = true});
  bill.OfferRam(UINT64_MAX);
  EXPECT_EQ(bill.touched_bytes(), nothing);
}

TEST(MemoryBillTest, SumsDoNotWrap) {
  MemoryBill bill;
  for (int i = 0; i < 1 << 16; ++i) {
    bill.Add({.size_bytes = 40 * kTiB, .is_touched = true});
  }
  EXPECT_GT(bill.touched_bytes(), 40 * kTiB);
}

TEST(MemoryBillTest, ProcessorsAreApart) {
  MemoryBill bill;
  const uint64_t touched = bill.touched_bytes();
  const uint64_t one = bill.processor_bytes();
  bill.AddProcessors(255);
  EXPECT_EQ(bill.processor_bytes(), 255 * one);
  EXPECT_EQ(bill.touched_bytes(), touched);
}

TEST(MemoryBillTest, FilesHaveTheSizeOfTheirRam) {
  MemoryBill bill;
  EXPECT_EQ(bill.named_file_bytes(), 0u);
  bill.PutRamIntoFile();
  bill.OfferRam(kGiB);
  EXPECT_EQ(bill.named_file_bytes(), kGiB);
  bill.Add({.size_bytes = kGiB, .offset_bytes = kGiB, .is_named_file = true});
  EXPECT_EQ(bill.named_file_bytes(), 2 * kGiB);
  bill.Add({.size_bytes = 3 * kGiB, .may_be_shared = true});
  EXPECT_EQ(bill.named_file_bytes(), 2 * kGiB);
  EXPECT_EQ(bill.file_bytes(), 3 * kGiB);
}

}  // namespace
}  // namespace e820check
