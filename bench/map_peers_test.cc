// SPDX-License-Identifier: Apache-2.0

// A peer is only worth measuring if its answers are right: each is held against
// CellArray.

#include "bench/map_peers.h"

#include <optional>
#include <vector>

#ifdef E820CHECK_HAS_ICL
#include "bench/map_peer_icl.h"
#endif
#ifdef E820CHECK_HAS_LLVM
#include "bench/map_peer_llvm.h"
#endif
#include "gtest/gtest.h"
#include "model/cell_array.h"
#include "properties/generate/choices.h"
#include "properties/generate/map_workload.h"

namespace e820check {
namespace {

template <typename Peer>
class MapPeersTest : public ::testing::Test {};
using Peers = ::testing::Types<
#ifdef E820CHECK_HAS_ICL
    IclPeer,
#endif
#ifdef E820CHECK_HAS_LLVM
    IntervalMapPeer,
#endif
    RangeTreePeer, BtreePeer, StdMapPeer, SortedVectorPeer, LinearArrayPeer>;
TYPED_TEST_SUITE(MapPeersTest, Peers);

template <typename Peer>
std::vector<Segment> SegmentsFrom(const Peer& peer, uint64_t address) {
  std::vector<Segment> segments;
  peer.VisitFrom(address, [&](uint64_t first, uint64_t last,
                              const MemoryAttributes& attributes) {
    segments.push_back({.range = *AddressRange::Create(
                            AddressRange::FirstAndLast{first, last}),
                        .attributes = attributes});
    return true;
  });
  return segments;
}

constexpr uint64_t kPages = 200;

template <typename Peer>
void ExpectAgrees(const CellArray& expected, const Peer& actual,
                  Choices& choices) {
  ASSERT_EQ(SegmentsFrom(actual, 0), expected.Segments());
  const AddressRange space = *AddressRange::Create(AddressRange::StartAndSize{
      .start = 0, .size_bytes = kPages * kWorkloadPageBytes});
  const std::vector<uint64_t> addresses = WorkloadAddresses(space, 20, choices);
  std::vector<std::optional<MemoryAttributes>> each(addresses.size());
  actual.AtEach(addresses, absl::MakeSpan(each));
  for (size_t i = 0; i < addresses.size(); ++i) {
    ASSERT_EQ(actual.At(addresses[i]), expected.At(addresses[i]));
    ASSERT_EQ(each[i], expected.At(addresses[i]));
  }
  for (const AddressRange& window : WorkloadWindows(space, 5, choices)) {
    ASSERT_EQ(actual.Overlaps(window), expected.Overlaps(window));
    const MemoryType type = WorkloadAttributes(choices).type;
    ASSERT_EQ(actual.BytesOfType(window, type),
              expected.BytesOfType(window, type));
    const GapRequest request = {
        .size_bytes = (1 + choices.Below(8)) * kWorkloadPageBytes,
        .alignment_bytes = (1 + choices.Below(8)) * kWorkloadPageBytes,
        .within = window};
    ASSERT_EQ(actual.FirstAlignedGap(request),
              expected.FirstAlignedGap(request));
  }
}

TYPED_TEST(MapPeersTest, AgreesWithCellArray) {
  SeededChoices choices(1);
  for (int round = 0; round < 20; ++round) {
    CellArray expected =
        CellArray::OfPages({.size_bytes = kWorkloadPageBytes, .count = kPages});
    TypeParam actual;
    for (int step = 0; step < 60; ++step) {
      const uint64_t first = choices.Below(kPages);
      const uint64_t size = 1 + choices.Below(choices.OneIn(10) ? 100 : 6);
      MapWrite write{
          .range = *AddressRange::Create(AddressRange::FirstAndLast{
              .first = first * kWorkloadPageBytes,
              .last = std::min(first + size, kPages) * kWorkloadPageBytes - 1}),
          .attributes = std::nullopt};
      if (!choices.OneIn(4)) write.attributes = WorkloadAttributes(choices);
      Apply(write, expected);
      Apply(write, actual);
      ExpectAgrees(expected, actual, choices);
    }
    const TypeParam copy = actual;
    EXPECT_TRUE(copy == actual);
    const std::vector<Segment> segments = expected.Segments();
    const TypeParam built = TypeParam::FromSorted(segments);
    ExpectAgrees(expected, built, choices);
    EXPECT_TRUE(built == actual);
    ASSERT_FALSE(segments.empty());
    actual.Erase(segments[segments.size() / 2].range);
    EXPECT_FALSE(copy == actual);
  }
}

// Of a larger map, which has levels, all answers are those of the vector.
TYPED_TEST(MapPeersTest, AgreesWhenLarge) {
  SeededChoices choices(2);
  const std::vector<Segment> segments = WorkloadSegments(3000, choices);
  const AddressRange space = WorkloadSpace(segments);
  auto expected = SortedVectorPeer::FromSorted(segments);
  auto actual = TypeParam::FromSorted(segments);
  EXPECT_EQ(SegmentsFrom(actual, 0), segments);
  for (const MapWrite& write : WorkloadWrites(space, 3000, choices)) {
    Apply(write, expected);
    Apply(write, actual);
  }
  const std::vector<Segment> after = SegmentsFrom(expected, 0);
  EXPECT_EQ(SegmentsFrom(actual, 0), after);
  // Churn keeps the size about steady.
  EXPECT_GT(after.size(), 2000u);
  EXPECT_LT(after.size(), 4500u);
}

}  // namespace
}  // namespace e820check
