// SPDX-License-Identifier: Apache-2.0

// The two node kinds of RangeTreeMap, what a parent caches about a child, and
// the search inside a node. Internal to range_tree_map.{h,cc}; the picture of
// the whole tree is in range_tree_map.h.

#ifndef E820CHECK_RANGETREE_RANGE_TREE_NODES_H_
#define E820CHECK_RANGETREE_RANGE_TREE_NODES_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "machine/memory_type.h"
#include "machine/segment.h"

namespace e820check::range_tree_internal {

// 2^5 - 1 keys of a leaf, and the 2^4 - 1 keys that tell 16 children apart, are
// searched in a fixed number of steps. Fields then fill 12 and 16 cache lines.
inline constexpr size_t kLeafCapacity = 31;
inline constexpr size_t kInnerCapacity = 16;
inline constexpr size_t kCacheLineBytes = 64;

// Nodes are named by their index in the map's arena.
inline constexpr uint32_t kNoNode = UINT32_MAX;

// A segment as plain numbers.
struct Run {
  uint64_t first = 0;
  uint64_t last = 0;  // inclusive
  MemoryAttributes attributes;

  friend bool operator==(const Run&, const Run&) = default;
};

// Byte totals are cached for the types that nearly all memory has; every other
// 32-bit type shares one total, which tells a query where not to look.
enum ByteClass : size_t { kRam, kReserved, kSoftReserved, kOther };
inline constexpr size_t kByteClasses = 4;

constexpr ByteClass ClassOf(MemoryType type) {
  switch (type) {
    case MemoryType::kRam:
      return kRam;
    case MemoryType::kReserved:
      return kReserved;
    case MemoryType::kSoftReserved:
      return kSoftReserved;
    default:
      return kOther;
  }
}

// Bytes of each class, modulo 2^64. The modulus is never felt: counts belong
// to children, a node has at least two, so no child covers all 2^64 addresses.
struct ByteCounts {
  std::array<uint64_t, kByteClasses> of_class = {};

  void Add(const Run& run) {
    of_class[ClassOf(run.attributes.type)] += run.last - run.first + 1;
  }
  void Subtract(const Run& run) {
    of_class[ClassOf(run.attributes.type)] -= run.last - run.first + 1;
  }
  void Add(const ByteCounts& other) {
    for (size_t c = 0; c < kByteClasses; ++c) of_class[c] += other.of_class[c];
  }

  friend bool operator==(const ByteCounts&, const ByteCounts&) = default;
};

// Where the segments of a subtree lie.
struct Extent {
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t largest_gap = 0;  // between two of them, in bytes

  friend bool operator==(const Extent&, const Extent&) = default;
};

// The key of an unused slot, in either kind of node, so that a search need not
// know how many slots are in use.
inline constexpr uint64_t kUnusedKey = UINT64_MAX;

// Segment i is [first[i], last[i]] with type[i] and owner[i], ascending.
struct alignas(kCacheLineBytes) Leaf {
  static constexpr size_t kCapacity = kLeafCapacity;
  static constexpr size_t kMinimum = kCapacity / 2;

  Leaf() { std::fill_n(last, kCapacity, kUnusedKey); }

  uint64_t first[kCapacity] = {};
  uint64_t last[kCapacity];
  MemoryType type[kCapacity] = {};
  uint32_t owner[kCapacity] = {};
  uint32_t count = 0;
  uint32_t next = kNoNode;  // the leaf to the right

  Run At(size_t slot) const {
    return {.first = first[slot],
            .last = last[slot],
            .attributes = {.type = type[slot], .owner = owner[slot]}};
  }
  void Set(size_t slot, const Run& run) {
    first[slot] = run.first;
    last[slot] = run.last;
    type[slot] = run.attributes.type;
    owner[slot] = run.attributes.owner;
  }
};

// Child i holds the segments of the extent first[i], last[i], gap[i].
struct alignas(kCacheLineBytes) Inner {
  static constexpr size_t kCapacity = kInnerCapacity;
  static constexpr size_t kMinimum = kCapacity / 2;

  Inner() { std::fill_n(last, kCapacity, kUnusedKey); }

  uint64_t last[kCapacity];  // in front: all that a lookup reads
  uint64_t first[kCapacity] = {};
  uint64_t gap[kCapacity] = {};
  uint64_t bytes[kByteClasses][kCapacity] = {};
  uint32_t child[kCapacity] = {};
  uint32_t count = 0;

  void SetExtent(size_t slot, const Extent& extent) {
    first[slot] = extent.first;
    last[slot] = extent.last;
    gap[slot] = extent.largest_gap;
  }
  ByteCounts BytesAt(size_t slot) const {
    ByteCounts counts;
    for (size_t c = 0; c < kByteClasses; ++c) {
      counts.of_class[c] = bytes[c][slot];
    }
    return counts;
  }
  void SetBytes(size_t slot, const ByteCounts& counts) {
    for (size_t c = 0; c < kByteClasses; ++c) {
      bytes[c][slot] = counts.of_class[c];
    }
  }
};

static_assert(sizeof(Leaf) == 12 * kCacheLineBytes);
static_assert(sizeof(Inner) == 16 * kCacheLineBytes);

// The index of the first of kKeys ascending keys that is >= key, else kKeys,
// which is one less than a power of two. No branch depends on the keys, nor on
// how many are in use.
template <size_t kKeys>
size_t FirstNotBelow(const uint64_t* keys, uint64_t key) {
  static_assert(std::has_single_bit(kKeys + 1));
  size_t index = 0;
  for (size_t step = (kKeys + 1) / 2; step > 0; step /= 2) {
    index += keys[index + step - 1] < key ? step : 0;
  }
  return index;
}

// The first segment that does not end below `address`, else leaf.count.
inline size_t SlotFor(const Leaf& leaf, uint64_t address) {
  return FirstNotBelow<Leaf::kCapacity>(leaf.last, address);
}

// The child to search for `address`: the first that does not end below it, or
// the rightmost child.
inline size_t ChildFor(const Inner& node, uint64_t address) {
  return std::min<size_t>(
      FirstNotBelow<Inner::kCapacity - 1>(node.last, address), node.count - 1);
}

template <typename Node>
void SetCount(Node& node, size_t count) {
  for (size_t i = count; i < node.count; ++i) node.last[i] = kUnusedKey;
  node.count = static_cast<uint32_t>(count);
}

struct SlotRun {
  size_t from;
  size_t to;
  size_t count;
};

// Copies slots between nodes or inside one, where they may overlap. SetCount is
// the caller's to call, afterwards.
inline void MoveSlots(const Leaf& from, Leaf& to, SlotRun run) {
  const auto move = [&run](const auto* source, auto* target) {
    std::memmove(target + run.to, source + run.from,
                 run.count * sizeof(*source));
  };
  move(from.first, to.first);
  move(from.last, to.last);
  move(from.type, to.type);
  move(from.owner, to.owner);
}

inline void MoveSlots(const Inner& from, Inner& to, SlotRun run) {
  const auto move = [&run](const auto* source, auto* target) {
    std::memmove(target + run.to, source + run.from,
                 run.count * sizeof(*source));
  };
  move(from.last, to.last);
  move(from.first, to.first);
  move(from.gap, to.gap);
  for (size_t c = 0; c < kByteClasses; ++c) move(from.bytes[c], to.bytes[c]);
  move(from.child, to.child);
}

// Moves the upper half of `left` to the empty node `right`.
template <typename Node>
void SplitInHalf(Node& left, Node& right) {
  const size_t keep = (left.count + 1) / 2;
  MoveSlots(left, right, {.from = keep, .to = 0, .count = left.count - keep});
  SetCount(right, left.count - keep);
  SetCount(left, keep);
}

// Makes two neighbours of which one has too few slots legal again: all slots go
// to `left` if it can hold them, in which case `right` is left empty; otherwise
// each gets half.
template <typename Node>
void MergeOrShare(Node& left, Node& right) {
  const size_t total = left.count + right.count;
  const size_t keep = total <= Node::kCapacity ? total : total / 2;
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
  SetCount(left, keep);
  SetCount(right, total - keep);
}

// Both node kinds keep first[] and last[], so one function serves them; what
// lies inside a slot is the caller's to add.
template <typename Node>
uint64_t LargestGapBetweenSlots(const Node& node) {
  uint64_t largest = 0;
  for (size_t i = 1; i < node.count; ++i) {
    largest = std::max(largest, node.first[i] - node.last[i - 1] - 1);
  }
  return largest;
}

// The node must not be empty.
inline Extent ExtentOf(const Leaf& leaf) {
  return {.first = leaf.first[0],
          .last = leaf.last[leaf.count - 1],
          .largest_gap = LargestGapBetweenSlots(leaf)};
}

inline Extent ExtentOf(const Inner& node) {
  return {.first = node.first[0],
          .last = node.last[node.count - 1],
          .largest_gap =
              std::max(LargestGapBetweenSlots(node),
                       *std::max_element(node.gap, node.gap + node.count))};
}

inline ByteCounts BytesOf(const Leaf& leaf) {
  ByteCounts counts;
  for (size_t i = 0; i < leaf.count; ++i) counts.Add(leaf.At(i));
  return counts;
}

inline ByteCounts BytesOf(const Inner& node) {
  ByteCounts counts;
  for (size_t i = 0; i < node.count; ++i) counts.Add(node.BytesAt(i));
  return counts;
}

// Makes slot `slot` of a parent say what is true of `child`.
template <typename Node>
void Describe(const Node& child, Inner& parent, size_t slot) {
  parent.SetExtent(slot, ExtentOf(child));
  parent.SetBytes(slot, BytesOf(child));
}

// Inserts `slot` of `from` before slot `at` of a node that is not full.
inline void InsertSlot(const Inner& from, size_t slot, Inner& to, size_t at) {
  MoveSlots(to, to, {.from = at, .to = at + 1, .count = to.count - at});
  MoveSlots(from, to, {.from = slot, .to = at, .count = 1});
  SetCount(to, to.count + 1);
}

inline void RemoveSlot(Inner& node, size_t slot) {
  MoveSlots(node, node,
            {.from = slot + 1, .to = slot, .count = node.count - (slot + 1)});
  SetCount(node, node.count - 1);
}

}  // namespace e820check::range_tree_internal

#endif  // E820CHECK_RANGETREE_RANGE_TREE_NODES_H_
