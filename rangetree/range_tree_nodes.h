// SPDX-License-Identifier: Apache-2.0

// The inner nodes of RangeTreeMap, the pools that hold both kinds of node, and
// the tree of them. Internal to range_tree_map*; the picture of the whole tree
// is in range_tree_map.h.

#ifndef E820CHECK_RANGETREE_RANGE_TREE_NODES_H_
#define E820CHECK_RANGETREE_RANGE_TREE_NODES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <optional>
#include <vector>

#include "absl/base/macros.h"
#include "rangetree/range_tree_keys.h"
#include "rangetree/range_tree_leaf.h"
#include "rangetree/range_tree_map_memory.h"

namespace e820check::range_tree_internal {
// ---- Inner nodes ----

// Child i holds the addresses from First(i) up to First(i + 1), and starts with
// a step at First(i). Unused keys are the largest possible.
template <typename Geometry>
struct alignas(kCacheLineBytes) Inner {
  static constexpr size_t kCapacity = Geometry::kChildren;
  static constexpr size_t kMinimum = kCapacity / 2;

  int64_t key[kCapacity];  // Signed
  uint32_t child[kCapacity] = {};
  uint32_t count = 0;
  // The children's summaries, field by field: what is asked of many children
  // is one field, and lies in few cache lines.
  alignas(kCacheLineBytes) uint64_t bytes[kByteClasses][kCapacity];
  uint64_t largest_gap[kCapacity];

  Inner() { std::fill_n(key, kCapacity, INT64_MAX); }

  uint64_t First(size_t slot) const { return Unsigned(key[slot]); }
  void SetFirst(size_t slot, uint64_t first) { key[slot] = Signed(first); }

  // Which child `address`, not below the first key, lies in. Of a root, which
  // has each time as many children, no more keys are looked at than need be.
  template <size_t kVectorBytes>
  [[gnu::always_inline]] size_t ChildFor(uint64_t address, bool is_root) const {
    constexpr size_t kLanes = kVectorBytes / sizeof(int64_t);
    static_assert(kCapacity % kLanes == 0);
    size_t keys = kCapacity;
    size_t above = 0;
    if (is_root) {
      keys = (count + kLanes - 1) / kLanes * kLanes;
      above = CountAboveIn<kVectorBytes>(key, keys, Signed(address));
    } else {
      above = CountAbove<kVectorBytes, kCapacity>(key, Signed(address));
    }
    return std::min<size_t>(keys - above, count) - 1;
  }
  uint64_t EndOf(size_t slot, uint64_t node_end) const {
    return slot + 1 < count ? First(slot + 1) : node_end;
  }
  Summary SummaryAt(size_t slot) const {
    Summary summary;
    for (size_t c = 0; c < kByteClasses; ++c) {
      summary.bytes[c] = bytes[c][slot];
    }
    summary.largest_gap = largest_gap[slot];
    return summary;
  }
  void SetSummary(size_t slot, const Summary& summary) {
    for (size_t c = 0; c < kByteClasses; ++c) {
      bytes[c][slot] = summary.bytes[c];
    }
    largest_gap[slot] = summary.largest_gap;
  }
  // Of the children before a slot; modulo 2^64.
  uint64_t BytesBefore(size_t slot, ByteClass byte_class) const {
    return std::accumulate(bytes[byte_class], bytes[byte_class] + slot,
                           uint64_t{0});
  }
  uint64_t LargestGap() const {
    return *std::max_element(largest_gap, largest_gap + count);
  }
  Summary Total() const {
    Summary total;
    for (size_t c = 0; c < kByteClasses; ++c) {
      total.bytes[c] = BytesBefore(count, static_cast<ByteClass>(c));
    }
    total.largest_gap = LargestGap();
    return total;
  }
  void SetCount(size_t new_count) {
    for (size_t i = new_count; i < count; ++i) key[i] = INT64_MAX;
    count = static_cast<uint32_t>(new_count);
  }
};

static_assert(sizeof(Inner<CacheLineGeometry>) == 77 * kCacheLineBytes);

struct SlotRun {
  size_t from;
  size_t to;
  size_t count;
};

// Copies slots between nodes or inside one, where they may overlap. SetCount is
// the caller's to call, afterwards.
template <typename Geometry>
void MoveSlots(const Inner<Geometry>& from, Inner<Geometry>& to, SlotRun run) {
  const auto move = [&run](const auto* source, auto* target) {
    std::memmove(target + run.to, source + run.from,
                 run.count * sizeof(*source));
  };
  move(from.key, to.key);
  move(from.child, to.child);
  for (size_t c = 0; c < kByteClasses; ++c) move(from.bytes[c], to.bytes[c]);
  move(from.largest_gap, to.largest_gap);
}

// What a parent says of a child.
struct Entry {
  uint64_t first;
  uint32_t child;
  Summary summary;
};

template <typename Geometry>
void InsertEntry(const Entry& entry, size_t slot, Inner<Geometry>& node) {
  if (slot < node.count) {
    MoveSlots(node, node,
              {.from = slot, .to = slot + 1, .count = node.count - slot});
  }
  node.SetFirst(slot, entry.first);
  node.child[slot] = entry.child;
  node.SetSummary(slot, entry.summary);
  ++node.count;
}

template <typename Geometry>
void RemoveEntry(size_t slot, Inner<Geometry>& node) {
  MoveSlots(node, node,
            {.from = slot + 1, .to = slot, .count = node.count - (slot + 1)});
  node.SetCount(node.count - 1);
}

// Moves the children from slot `keep` on to the unused node `right`.
template <typename Geometry>
void SplitInnerAt(size_t keep, Inner<Geometry>& left, Inner<Geometry>& right) {
  MoveSlots(left, right, {.from = keep, .to = 0, .count = left.count - keep});
  right.SetCount(left.count - keep);
  left.SetCount(keep);
}

// Makes two neighbours of which one has too few children legal again: all go to
// `left` if it can hold them, in which case `right` is left empty; otherwise
// each gets half.
template <typename Geometry>
void MergeOrShare(Inner<Geometry>& left, Inner<Geometry>& right) {
  const size_t total = left.count + right.count;
  const size_t keep = total <= left.kCapacity ? total : total / 2;
  if (keep >= left.count) {
    const size_t moved = keep - left.count;
    MoveSlots(right, left, {.from = 0, .to = left.count, .count = moved});
    MoveSlots(right, right,
              {.from = moved, .to = 0, .count = right.count - moved});
  } else {
    const size_t moved = left.count - keep;
    MoveSlots(right, right, {.from = 0, .to = moved, .count = right.count});
    MoveSlots(left, right, {.from = keep, .to = 0, .count = moved});
  }
  left.SetCount(keep);
  right.SetCount(total - keep);
}

// ---- Pools ----

// Where an unused node names the next unused one.
template <typename Geometry>
uint32_t& FreeLink(Leaf<Geometry>& leaf) {
  return leaf.next;
}
template <typename Geometry>
uint32_t& FreeLink(Inner<Geometry>& node) {
  return node.child[0];
}

// All nodes of one kind. Only Reserve allocates, and moves nodes.
template <typename Node>
class NodePool {
 public:
  Node& operator[](uint32_t index) { return nodes_[index]; }
  const Node& operator[](uint32_t index) const { return nodes_[index]; }
  const Node* data() const { return nodes_.data(); }
  size_t slots() const { return nodes_.size(); }  // in use or free

  // After this, Take succeeds `count` times. A pool grows by a quarter, so that
  // little memory lies idle.
  void Reserve(size_t count) {
    const size_t unused = nodes_.capacity() - nodes_.size() + free_count_;
    if (unused >= count) return;
    nodes_.reserve(nodes_.size() + std::max(count, nodes_.size() / 4));
  }
  uint32_t Take() {
    if (free_count_ == 0) {
      // Others hold references to nodes.
      ABSL_HARDENING_ASSERT(nodes_.size() < nodes_.capacity());
      nodes_.emplace_back();
      return static_cast<uint32_t>(nodes_.size() - 1);
    }
    const uint32_t index = first_free_;
    first_free_ = FreeLink(nodes_[index]);
    --free_count_;
    nodes_[index] = Node();
    return index;
  }
  void Release(uint32_t index) {
    FreeLink(nodes_[index]) = first_free_;
    first_free_ = index;
    ++free_count_;
  }
  void Clear() {
    nodes_.clear();
    first_free_ = kNoNode;
    free_count_ = 0;
  }

 private:
  std::vector<Node, HugePageAllocator<Node>> nodes_;
  uint32_t first_free_ = kNoNode;
  size_t free_count_ = 0;
};

// ---- Trees ----

template <typename Geometry>
struct Tree {
  Leaf<Geometry> only_leaf;  // in use if height == 0
  NodePool<Leaf<Geometry>> leaves;
  NodePool<Inner<Geometry>> inners;
  uint32_t root = 0;    // an inner node, if height > 0
  uint32_t height = 0;  // levels of inner nodes

  Leaf<Geometry>& LeafAt(uint32_t index) {
    return height == 0 ? only_leaf : leaves[index];
  }
  const Leaf<Geometry>& LeafAt(uint32_t index) const {
    return height == 0 ? only_leaf : leaves[index];
  }
  const Leaf<Geometry>* NextOf(const Leaf<Geometry>& leaf) const {
    return leaf.next == kNoNode ? nullptr : &leaves[leaf.next];
  }
  void Clear() {
    only_leaf = Leaf<Geometry>();
    leaves.Clear();
    inners.Clear();
    root = 0;
    height = 0;
  }
  // The address after a leaf; 0 stands for 2^64.
  uint64_t EndOf(const Leaf<Geometry>& leaf) const {
    const Leaf<Geometry>* next = NextOf(leaf);
    return next == nullptr ? 0 : next->First(0);
  }
};

}  // namespace e820check::range_tree_internal

#endif  // E820CHECK_RANGETREE_RANGE_TREE_NODES_H_
