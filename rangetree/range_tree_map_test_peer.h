// SPDX-License-Identifier: Apache-2.0

// What the tests of RangeTreeMap share.

#ifndef E820CHECK_RANGETREE_RANGE_TREE_MAP_TEST_PEER_H_
#define E820CHECK_RANGETREE_RANGE_TREE_MAP_TEST_PEER_H_

#include <cstddef>
#include <cstdint>

#include "gtest/gtest.h"
#include "machine/segment.h"
#include "rangetree/range_tree_map.h"

namespace e820check {

// Reaches into nodes, to damage them and to measure the tree.
class RangeTreeMapTestPeer {
 public:
  using Leaf = RangeTreeMap::Leaf;
  using Inner = RangeTreeMap::Inner;

  explicit RangeTreeMapTestPeer(RangeTreeMap& map) : map_(map) {}

  template <typename Map>
  static uint32_t Height(const Map& map) {
    return map.tree_.height;
  }
  template <typename Map>
  static size_t LeavesInForm(const Map& map, bool packed) {
    size_t leaves = 0;
    for (const auto* leaf = map.Find(0).leaf; leaf != nullptr;
         leaf = map.tree_.NextOf(*leaf)) {
      leaves += leaf->is_packed == packed ? 1 : 0;
    }
    return leaves;
  }
  Leaf& leaf() { return map_.tree_.leaves[root().child[0]]; }
  Inner& root() { return map_.tree_.inners[map_.tree_.root]; }
  size_t& size() { return map_.size_; }

 private:
  RangeTreeMap& map_;
};

inline AddressRange Range(uint64_t first, uint64_t last) {
  return *AddressRange::Create(
      AddressRange::FirstAndLast{.first = first, .last = last});
}

inline Segment Seg(uint64_t first, uint64_t last,
                   const MemoryAttributes& attributes) {
  return {.range = Range(first, last), .attributes = attributes};
}

inline constexpr MemoryAttributes kRam = {.type = MemoryType::kRam};
inline constexpr MemoryAttributes kHole = {.type = MemoryType::kReserved};
inline constexpr MemoryAttributes kOdd = {.type = MemoryType{77}, .owner = 3};

constexpr MemoryAttributes Ram(uint32_t owner) {
  return {.type = MemoryType::kRam, .owner = owner};
}

template <typename Map>
void ExpectSound(const Map& map) {
  ASSERT_EQ(map.CheckInvariants(Map::InvariantLevel::kSummaries),
            absl::OkStatus());
}

// `count` segments of two bytes, every fourth address on.
inline RangeTreeMap Comb(uint64_t count) {
  RangeTreeMap map;
  for (uint64_t i = 0; i < count; ++i) {
    map.Assign(Range(4 * i, 4 * i + 1), kRam);
  }
  return map;
}

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_RANGE_TREE_MAP_TEST_PEER_H_
