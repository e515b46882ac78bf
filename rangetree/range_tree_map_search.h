// SPDX-License-Identifier: Apache-2.0

// The searches of RangeTreeMap that gain from wide vectors, each compiled twice
// from the same source: for every processor of the architecture, and for those
// with AVX2. Which is used is decided once, when the program starts; the choice
// is made for a whole search, not for each node. Internal to range_tree_map*.

#ifndef E820CHECK_RANGETREE_RANGE_TREE_MAP_SEARCH_H_
#define E820CHECK_RANGETREE_RANGE_TREE_MAP_SEARCH_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "rangetree/range_tree_nodes.h"

namespace e820check::range_tree_internal {

enum class InstructionSet { kPortable, kAvx2 };

// For tests: makes all maps use this path. False, and nothing done, if the
// processor or the compiler has no such instructions.
bool UseInstructionSet(InstructionSet set);

template <typename Geometry>
struct Place {
  const Leaf<Geometry>* leaf;
  size_t slot;
};

// Which child of an inner node.
struct Branch {
  uint32_t node;
  uint32_t slot;
};

// At least 2^h leaves hang below h levels of inner nodes, and a leaf's index
// has 32 bits.
inline constexpr size_t kMaxHeight = 32;

// The way from the root to the step that an address lies in.
struct Path {
  std::array<Branch, kMaxHeight> branches;  // [0] is the root's, if height > 0
  uint32_t leaf;
  uint32_t slot;
  // The last address of the leaf: UINT64_MAX, or one below the next leaf.
  uint64_t leaf_last;

  // 0 stands for 2^64.
  uint64_t leaf_end() const { return leaf_last + 1; }
};

template <typename Geometry>
struct Search {
  // The step that `address` lies in.
  static Place<Geometry> Find(const Tree<Geometry>& tree, uint64_t address);
  // The same of many addresses, in lockstep, so that their cache misses
  // overlap. `places` is as long as `addresses`.
  static void FindEach(const Tree<Geometry>& tree,
                       absl::Span<const uint64_t> addresses,
                       Place<Geometry>* places);
  static void FindPath(const Tree<Geometry>& tree, uint64_t address,
                       Path& path);
  // Of the unmapped steps in a leaf, see SummaryOf.
  static uint64_t LargestGap(const Leaf<Geometry>& leaf, uint64_t leaf_end);
};

}  // namespace e820check::range_tree_internal

#endif  // E820CHECK_RANGETREE_RANGE_TREE_MAP_SEARCH_H_
