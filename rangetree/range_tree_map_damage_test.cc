// SPDX-License-Identifier: Apache-2.0

// Damaged trees: each invariant is checked, at the level that names it.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rangetree/range_tree_map.h"
#include "rangetree/range_tree_map_test_peer.h"

namespace e820check {
namespace {

using Level = RangeTreeMap::InvariantLevel;
using ::testing::StartsWith;

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
