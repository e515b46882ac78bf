// SPDX-License-Identifier: Apache-2.0

// The two node kinds of RangeTreeMap, what a parent caches about a child, and
// the search inside a node. Internal to range_tree_map.{h,cc}; the picture of
// the whole tree is in range_tree_map.h.

#ifndef E820CHECK_RANGETREE_RANGE_TREE_NODES_H_
#define E820CHECK_RANGETREE_RANGE_TREE_NODES_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "machine/memory_type.h"
#include "machine/segment.h"

namespace e820check::range_tree_internal {

// Chosen so that the fields fill whole cache lines: 31 * 24 + 8 bytes of 768,
// and 17 * 60 + 4 bytes of 1024.
inline constexpr size_t kLeafCapacity = 31;
inline constexpr size_t kInnerCapacity = 17;
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

// Segment i is [first[i], last[i]] with type[i] and owner[i], ascending.
struct alignas(kCacheLineBytes) Leaf {
  static constexpr size_t kCapacity = kLeafCapacity;
  static constexpr size_t kMinimum = kCapacity / 2;

  uint64_t first[kCapacity] = {};
  uint64_t last[kCapacity] = {};
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

  uint64_t last[kCapacity] = {};  // in front: all that a lookup reads
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

// The index of the first of `count` ascending keys that is >= key, else
// `count`. The number of steps depends on `count` alone, so the loop branches
// the same way for every key.
inline size_t FirstNotBelow(const uint64_t* keys, size_t count, uint64_t key) {
  size_t base = 0;
  while (count > 1) {
    const size_t half = count / 2;
    base += static_cast<size_t>(keys[base + half - 1] < key) * half;
    count -= half;
  }
  return base + static_cast<size_t>(count == 1 && keys[base] < key);
}

// The child to search for `address`: the first that does not end below it, or
// the rightmost child.
inline size_t ChildFor(const Inner& node, uint64_t address) {
  return FirstNotBelow(node.last, node.count - 1, address);
}

struct SlotRun {
  size_t from;
  size_t to;
  size_t count;
};

// Copies slots between nodes or inside one, where they may overlap. Counts are
// the caller's to set.
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
  right.count = left.count - static_cast<uint32_t>(keep);
  left.count = static_cast<uint32_t>(keep);
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
  left.count = static_cast<uint32_t>(keep);
  right.count = static_cast<uint32_t>(total - keep);
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
  ++to.count;
}

inline void RemoveSlot(Inner& node, size_t slot) {
  MoveSlots(node, node,
            {.from = slot + 1, .to = slot, .count = node.count - (slot + 1)});
  --node.count;
}

}  // namespace e820check::range_tree_internal

#endif  // E820CHECK_RANGETREE_RANGE_TREE_NODES_H_
