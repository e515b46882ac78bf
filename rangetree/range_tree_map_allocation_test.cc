// SPDX-License-Identifier: Apache-2.0

// A map survives running out of memory: whichever allocation fails, an edit or
// a copy leaves it as it was, and sound. In a program of its own, since it
// replaces the global allocator.

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <optional>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "rangetree/range_tree_map.h"

namespace {

// How many allocations succeed before one fails; none fails if negative.
int allocations_left = -1;
size_t allocations_made = 0;

void* Allocate(size_t size_bytes, size_t alignment) {
  ++allocations_made;
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  const size_t whole = (size_bytes + alignment - 1) / alignment * alignment;
  void* const block = std::aligned_alloc(alignment, std::max(whole, alignment));
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

void* operator new(size_t size_bytes) {
  return Allocate(size_bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
void* operator new(size_t size_bytes, std::align_val_t alignment) {
  return Allocate(size_bytes, static_cast<size_t>(alignment));
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept {
  std::free(block);
}
void operator delete(void* block, size_t, std::align_val_t) noexcept {
  std::free(block);
}

namespace e820check {
namespace {

// Calls act() with the first allocation failing, then the second, and so on,
// until nothing fails; each time it failed, calls after_failure(). The number
// of failures.
template <typename Act, typename AfterFailure>
int FailEachAllocation(Act act, AfterFailure after_failure) {
  for (int succeed = 0;; ++succeed) {
    allocations_left = succeed;
    bool failed = false;
    try {
      act();
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    allocations_left = -1;
    if (!failed) return succeed;
    after_failure();
  }
}

template <typename Map>
class RangeTreeMapAllocationTest : public ::testing::Test {};
using Maps =
    ::testing::Types<RangeTreeMap,
                     BasicRangeTreeMap<range_tree_internal::TinyGeometry>>;
TYPED_TEST_SUITE(RangeTreeMapAllocationTest, Maps);

template <typename Map>
void ExpectIs(const std::vector<Segment>& expected, const Map& map) {
  ASSERT_EQ(map.CheckInvariants(Map::InvariantLevel::kSummaries),
            absl::OkStatus());
  ASSERT_EQ(map.Segments(), expected);
}

TYPED_TEST(RangeTreeMapAllocationTest, EditsAndCopiesAreAllOrNothing) {
  using Map = TypeParam;
  std::mt19937_64 random(1);
  Map map;
  int edits_failed = 0;
  int copies_failed = 0;
  for (int step = 0; step < 3000; ++step) {
    // Owners exceed what a palette holds; sizes split, trim and fell leaves.
    const uint64_t first = random() % 20'000;
    const uint64_t size = 1 + random() % (random() % 100 == 0 ? 4000 : 20);
    const uint64_t scale = step < 1500 ? 1 : uint64_t{1} << 40;
    const AddressRange range = *AddressRange::Create(AddressRange::StartAndSize{
        .start = first * scale, .size_bytes = size * scale});
    const MemoryAttributes attributes = {
        .owner = static_cast<uint32_t>(random() % 400)};
    const bool erases = random() % 4 == 0;
    const std::vector<Segment> before = map.Segments();
    // A copy has no memory to spare, so that its edits do allocate.
    Map tight;
    copies_failed +=
        FailEachAllocation([&] { tight = map; }, [&] { ExpectIs({}, tight); });
    ExpectIs(before, tight);
    edits_failed += FailEachAllocation(
        [&] {
          if (erases) {
            tight.Erase(range);
          } else {
            tight.Assign(range, attributes);
          }
        },
        [&] { ExpectIs(before, tight); });
    if (erases) {
      map.Erase(range);
    } else {
      map.Assign(range, attributes);
    }
    ASSERT_EQ(tight, map);
  }
  EXPECT_GT(edits_failed, 100);
  EXPECT_GT(copies_failed, 1000);
}

TYPED_TEST(RangeTreeMapAllocationTest, SortedBuildsFailCleanly) {
  std::vector<Segment> segments;
  for (uint64_t i = 0; i < 3000; ++i) {
    segments.push_back(
        {.range = *AddressRange::Create(
             AddressRange::StartAndSize{.start = i << 40, .size_bytes = 1 + i}),
         .attributes = {.owner = static_cast<uint32_t>(i % 300)}});
  }
  std::optional<TypeParam> map;
  EXPECT_GT(
      FailEachAllocation([&] { map = TypeParam::FromSorted(segments); }, [] {}),
      2);
  ExpectIs(segments, *map);
}

TYPED_TEST(RangeTreeMapAllocationTest, QuestionsDoNotAllocate) {
  TypeParam map;
  for (uint64_t i = 0; i < 5000; ++i) {
    map.Assign(*AddressRange::Create(
                   AddressRange::StartAndSize{.start = 4 * i, .size_bytes = 2}),
               {.type = MemoryType{static_cast<uint32_t>(1 + i % 9)}});
  }
  const TypeParam copy = map;
  const std::vector<uint64_t> addresses = {0, 7, 4000, 19'999, UINT64_MAX};
  std::vector<std::optional<MemoryAttributes>> results(addresses.size());
  const AddressRange window = *AddressRange::Create(
      AddressRange::StartAndSize{.start = 100, .size_bytes = 9000});
  const size_t made_before = allocations_made;
  map.AtEach(addresses, absl::MakeSpan(results));
  bool answers = map.At(100).has_value() && map.Overlaps(window);
  answers = answers && map.BytesOfType(window, MemoryType::kRam) > 0;
  answers = answers && map.BytesOfType(window, MemoryType{9}) > 0;
  answers = answers && map.FirstAlignedGap({.size_bytes = 3}).has_value();
  answers = answers && copy == map;
  size_t segments = 0;
  map.VisitOverlapping(window, [&](const Segment&) { ++segments; });
  for (auto it = map.begin(); it != map.end(); ++it) ++segments;
  EXPECT_EQ(allocations_made, made_before);
  EXPECT_TRUE(answers);
  EXPECT_EQ(segments, 5000u + 2250u);
}

TEST(RangeTreeMapAllocationTest, SmallMapsDoNotAllocate) {
  const size_t made_before = allocations_made;
  RangeTreeMap map;
  for (uint64_t i = 0; i < 10; ++i) {
    map.Assign(*AddressRange::Create(AddressRange::StartAndSize{
                   .start = i << 50, .size_bytes = 2}),
               {});
  }
  const RangeTreeMap copy = map;
  EXPECT_EQ(allocations_made, made_before);
  EXPECT_EQ(copy.size(), 10u);
}

}  // namespace
}  // namespace e820check
