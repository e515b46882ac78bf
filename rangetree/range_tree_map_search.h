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
  // Of the step in which a second address lies, or the last of the leaf.
  uint32_t last_slot;
  // The last address of the leaf: UINT64_MAX, or one below the next leaf.
  uint64_t leaf_last;
  // The address after the leaf's parent; 0 stands for 2^64.
  uint64_t parent_end;

  // 0 stands for 2^64.
  uint64_t leaf_end() const { return leaf_last + 1; }
};

template <typename Geometry>
struct Sum {
  Place<Geometry> place;
  uint64_t bytes_before;  // in all leaves to the left; modulo 2^64
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
  // The way to `address`; in the same leaf, what lies at `last` >= address.
  static void FindPath(const Tree<Geometry>& tree, uint64_t address,
                       uint64_t last, Path& path);
  // The step that `address` lies in, and how many bytes of the class there are
  // before its leaf.
  static Sum<Geometry> FindSum(const Tree<Geometry>& tree, uint64_t address,
                               ByteClass byte_class);
  // Of the unmapped steps in a leaf, see SummaryOf.
  static uint64_t LargestGap(const Leaf<Geometry>& leaf, uint64_t leaf_end);
};

// Goes through leaves from that of an address on, and has those a few ahead
// fetched, which their links alone would not tell.
template <typename Geometry>
class LeafCursor {
 public:
  LeafCursor(const Tree<Geometry>& tree, uint64_t address) : tree_(tree) {
    Seek(address);
  }

  const Leaf<Geometry>& leaf() const { return *leaf_; }
  // The slot of the address, in the first leaf.
  size_t slot() const { return path_.slot; }
  // The address after the leaf; 0 stands for 2^64.
  uint64_t end() const { return end_; }

  // False, and nothing done, if this was the last leaf.
  bool Next() {
    if (end_ == 0) return false;
    if (slot_in_parent_ + 1 == parent_->count) {
      Seek(end_);
    } else {
      ++slot_in_parent_;
      leaf_ = &tree_.leaves[parent_->child[slot_in_parent_]];
      end_ = parent_->EndOf(slot_in_parent_, parent_end_);
      Prefetch(slot_in_parent_ + kAhead);
    }
    return true;
  }

 private:
  static constexpr size_t kAhead = 4;

  void Seek(uint64_t address) {
    Search<Geometry>::FindPath(tree_, address, address, path_);
    leaf_ = &tree_.LeafAt(path_.leaf);
    end_ = path_.leaf_end();
    if (tree_.height == 0) return;
    const Branch branch = path_.branches[tree_.height - 1];
    parent_ = &tree_.inners[branch.node];
    slot_in_parent_ = branch.slot;
    parent_end_ = path_.parent_end;
    for (size_t i = 1; i <= kAhead; ++i) Prefetch(slot_in_parent_ + i);
  }
  void Prefetch(size_t slot) const {
    if (slot >= parent_->count) return;
    const auto* bytes =
        reinterpret_cast<const char*>(&tree_.leaves[parent_->child[slot]]);
    for (size_t at = 0; at < sizeof(Leaf<Geometry>); at += kCacheLineBytes) {
      __builtin_prefetch(bytes + at);
    }
  }

  const Tree<Geometry>& tree_;
  Path path_;
  const Leaf<Geometry>* leaf_;
  uint64_t end_;
  const Inner<Geometry>* parent_ = nullptr;  // none if there is only one leaf
  size_t slot_in_parent_ = 0;
  uint64_t parent_end_ = 0;
};

}  // namespace e820check::range_tree_internal

#endif  // E820CHECK_RANGETREE_RANGE_TREE_MAP_SEARCH_H_
