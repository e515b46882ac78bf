// SPDX-License-Identifier: Apache-2.0

// The two kinds of node of RangeTreeMap, what a parent caches about a child,
// and the search inside a node. Internal to range_tree_map*; the picture of the
// whole tree is in range_tree_map.h.
//
// A map is a step function: each step says what holds from its first address up
// to the next step, be that memory with attributes or nothing. Steps are what
// leaves hold; no two neighbours have the same content.

#ifndef E820CHECK_RANGETREE_RANGE_TREE_NODES_H_
#define E820CHECK_RANGETREE_RANGE_TREE_NODES_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "machine/memory_type.h"
#include "machine/segment.h"
#include "rangetree/range_tree_map_memory.h"

namespace e820check::range_tree_internal {

// How much nodes hold. 72 packed steps are nine 32-byte vectors of keys, and
// fill six cache lines; as many bytes hold 20 plain steps.
struct CacheLineGeometry {
  static constexpr size_t kPackedSteps = 72;
  static constexpr size_t kPlainSteps = 20;
  static constexpr size_t kChildren = 32;
};

// The smallest nodes that the algorithms allow: trees of many levels out of few
// segments, for tests.
struct TinyGeometry {
  static constexpr size_t kPackedSteps = 6;
  static constexpr size_t kPlainSteps = 4;
  static constexpr size_t kChildren = 4;
};

inline constexpr size_t kCacheLineBytes = 64;

// Nodes are named by their index in the map's pools.
inline constexpr uint32_t kNoNode = UINT32_MAX;

// What holds at an address; nullopt is unmapped.
using Content = std::optional<MemoryAttributes>;

// ---- What a parent caches ----

// The types that have a total of their own. All others share one, which tells
// only where to look for them.
enum ByteClass : uint8_t {
  kRam,
  kReserved,
  kAcpiReclaimable,
  kAcpiNvs,
  kPersistent,
  kSoftReserved,
  kOther,
  kGap,  // none of them: unmapped
};
inline constexpr size_t kByteClasses = kGap;

constexpr ByteClass ClassOf(MemoryType type) {
  switch (type) {
    case MemoryType::kRam:
      return kRam;
    case MemoryType::kReserved:
      return kReserved;
    case MemoryType::kAcpiReclaimable:
      return kAcpiReclaimable;
    case MemoryType::kAcpiNvs:
      return kAcpiNvs;
    case MemoryType::kPersistent:
      return kPersistent;
    case MemoryType::kSoftReserved:
      return kSoftReserved;
    default:
      return kOther;
  }
}

constexpr ByteClass ClassOf(const Content& content) {
  return content ? ClassOf(content->type) : kGap;
}

// Of all steps in a subtree. One cache line, so that an edit touches one for
// each level. Counts are modulo 2^64, which is never felt: a node has at least
// two children, so none of them covers all 2^64 addresses.
struct alignas(kCacheLineBytes) Summary {
  std::array<uint64_t, kByteClasses> bytes = {};
  uint64_t largest_gap = 0;  // bytes

  void Add(const Summary& other) {
    for (size_t c = 0; c < kByteClasses; ++c) bytes[c] += other.bytes[c];
    largest_gap = std::max(largest_gap, other.largest_gap);
  }

  friend bool operator==(const Summary&, const Summary&) = default;
};
static_assert(sizeof(Summary) == kCacheLineBytes);

// ---- Palettes ----

// Contents as single bytes: 0 is unmapped, other codes are given to attributes
// as they first appear. Attributes that come when all codes are taken have
// none, and live in plain leaves.
class Palette {
 public:
  static constexpr uint32_t kUnmapped = 0;
  static constexpr uint32_t kNoCode = 256;

  const Content& At(uint32_t code) const { return entries_[code].content; }
  // kGap for unmapped.
  ByteClass ClassAt(uint32_t code) const { return entries_[code].byte_class; }

  // Looks at all entries, so that no branch depends on which it is.
  uint32_t CodeOf(const Content& content) const {
    if (!content) return kUnmapped;
    uint32_t found = kNoCode;
    for (uint32_t code = 1; code < entries_.size(); ++code) {
      const MemoryAttributes& attributes = *entries_[code].content;
      const bool differs = ((static_cast<uint32_t>(attributes.type) ^
                             static_cast<uint32_t>(content->type)) |
                            (attributes.owner ^ content->owner)) != 0;
      found = differs ? found : code;
    }
    return found;
  }
  // The same, after giving the content a code if there is one left.
  uint32_t Admit(const Content& content) {
    const uint32_t code = CodeOf(content);
    if (code != kNoCode || entries_.size() == kNoCode) return code;
    entries_.push_back({content, ClassOf(content)});
    return static_cast<uint32_t>(entries_.size() - 1);
  }
  size_t codes() const { return entries_.size(); }
  void Clear() { entries_.resize(1); }

 private:
  struct Entry {
    Content content;
    ByteClass byte_class = kGap;
  };
  // As many as most maps have.
  absl::InlinedVector<Entry, 8> entries_ = {Entry()};
};

struct Step {
  uint64_t first = 0;
  Content content;
  uint32_t code = Palette::kUnmapped;  // of the content
};

// ---- Search ----

// Numbers without sign as signed ones in the same order, which is what vector
// instructions compare. Differences stay the same, modulo the type.
constexpr int32_t Signed(uint32_t number) {
  return static_cast<int32_t>(number ^ (uint32_t{1} << 31));
}
constexpr int64_t Signed(uint64_t number) {
  return static_cast<int64_t>(number ^ (uint64_t{1} << 63));
}
constexpr uint32_t Unsigned(int32_t number) {
  return static_cast<uint32_t>(number) ^ (uint32_t{1} << 31);
}
constexpr uint64_t Unsigned(int64_t number) {
  return static_cast<uint64_t>(number) ^ (uint64_t{1} << 63);
}

template <typename Lane, size_t kBytes>
using Vector [[gnu::vector_size(kBytes)]] = Lane;

// The sum of a vector's lanes, small numbers, found by halving it; kBytes
// >= 16.
template <size_t kBytes, typename Lane>
[[gnu::always_inline]] inline size_t SumOfLanes(
    const Vector<Lane, kBytes>& vector) {
  if constexpr (kBytes > 16) {
    Vector<Lane, kBytes / 2> halves[2];
    std::memcpy(halves, &vector, kBytes);
    return SumOfLanes<kBytes / 2, Lane>(halves[0] + halves[1]);
  } else {
    uint64_t halves[2];
    std::memcpy(halves, &vector, kBytes);
    const uint64_t sum = halves[0] + halves[1];
    return sizeof(Lane) == 8 ? sum : static_cast<uint32_t>(sum + (sum >> 32));
  }
}

// How many of kKeys keys are above `key`. Every key is compared, so that no
// branch depends on them. A compiler that may not use registers of
// kVectorBytes makes do with smaller ones.
template <size_t kVectorBytes, size_t kKeys, typename Key>
[[gnu::always_inline]] inline size_t CountAbove(const Key* keys, Key key) {
  constexpr size_t kLanes = kVectorBytes / sizeof(Key);
  constexpr size_t kRest = kKeys % kLanes;
  if constexpr (kVectorBytes < 16) {
    size_t count = 0;
    for (size_t i = 0; i < kKeys; ++i) count += keys[i] > key ? 1 : 0;
    return count;
  } else if constexpr (kRest > 0) {
    return CountAbove<kVectorBytes, kKeys - kRest>(keys, key) +
           CountAbove<kVectorBytes / 2, kRest>(keys + (kKeys - kRest), key);
  } else {
    const Vector<Key, kVectorBytes> limit = key - Vector<Key, kVectorBytes>{};
    Vector<Key, kVectorBytes> counts = {};
    for (size_t i = 0; i < kKeys; i += kLanes) {
      Vector<Key, kVectorBytes> block;
      std::memcpy(&block, keys + i, kVectorBytes);
      counts -= block > limit;  // a lane that is true is -1
    }
    return SumOfLanes<kVectorBytes, Key>(counts);
  }
}

// ---- Leaves ----

// Steps in one of two forms. A packed leaf holds 32-bit offsets from a base and
// contents as codes; a plain one, of fewer steps, holds whatever there is.
// Unused keys are the largest possible.
template <typename Geometry>
struct alignas(kCacheLineBytes) Leaf {
  static constexpr size_t kPackedSteps = Geometry::kPackedSteps;
  static constexpr size_t kPlainSteps = Geometry::kPlainSteps;
  // A leaf that is too full for the two steps of an edit in either form splits
  // into halves of at least this, and two leaves that fit no plain leaf
  // together can have half a plain leaf each.
  static constexpr size_t kMinimum = (kPlainSteps - 1) / 2;
  // One less than an unused key.
  static constexpr uint64_t kMaxOffset = UINT32_MAX - 1;

  struct Packed {
    int32_t offset[kPackedSteps];  // Signed
    uint8_t code[kPackedSteps];
  };
  struct Plain {
    int64_t first[kPlainSteps];  // Signed
    MemoryType type[kPlainSteps];
    uint32_t owner[kPlainSteps];
    bool mapped[kPlainSteps];
  };

  union {
    Packed packed;
    Plain plain;
  };
  uint64_t base;  // of a packed leaf; at most the first key
  uint32_t next;  // the leaf to the right
  uint16_t count;
  bool is_packed;

  // Unmapped from address 0 on.
  Leaf() : packed(), base(0), next(kNoNode), count(1), is_packed(true) {
    SetFirst(0, 0);
    ClearUnused(kPackedSteps);
  }

  uint64_t First(size_t slot) const {
    return is_packed ? base + Unsigned(packed.offset[slot])
                     : Unsigned(plain.first[slot]);
  }
  Content ContentAt(size_t slot, const Palette& palette) const {
    if (is_packed) return palette.At(packed.code[slot]);
    if (!plain.mapped[slot]) return std::nullopt;
    return MemoryAttributes{.type = plain.type[slot],
                            .owner = plain.owner[slot]};
  }
  // Whether the content at a slot is that of the step.
  bool Holds(size_t slot, const Step& step, const Palette& palette) const {
    return is_packed ? packed.code[slot] == step.code
                     : ContentAt(slot, palette) == step.content;
  }
  ByteClass ClassAt(size_t slot, const Palette& palette) const {
    return is_packed ? palette.ClassAt(packed.code[slot])
                     : ClassOf(ContentAt(slot, palette));
  }
  bool IsMapped(size_t slot) const {
    return is_packed ? packed.code[slot] != Palette::kUnmapped
                     : plain.mapped[slot];
  }
  size_t CountMapped() const {
    size_t mapped = 0;
    for (size_t i = 0; i < count; ++i) mapped += IsMapped(i) ? 1 : 0;
    return mapped;
  }
  Step At(size_t slot, const Palette& palette) const {
    const Content content = ContentAt(slot, palette);
    return {.first = First(slot),
            .content = content,
            .code = is_packed ? packed.code[slot] : palette.CodeOf(content)};
  }
  // The address after a step, given the one after the leaf; 0 stands for 2^64.
  uint64_t EndOf(size_t slot, uint64_t leaf_end) const {
    return slot + 1 < count ? First(slot + 1) : leaf_end;
  }

  // The step that `address`, not below the first key, lies in.
  template <size_t kVectorBytes>
  [[gnu::always_inline]] size_t SlotFor(uint64_t address) const {
    if (is_packed) {
      const auto offset =
          static_cast<uint32_t>(std::min(address - base, kMaxOffset));
      return kPackedSteps - 1 -
             CountAbove<kVectorBytes, kPackedSteps>(packed.offset,
                                                    Signed(offset));
    }
    const size_t above =
        CountAbove<kVectorBytes, kPlainSteps>(plain.first, Signed(address));
    return std::min<size_t>(kPlainSteps - above, count) - 1;
  }

  // Whether the step could be put in, space aside; it is not below the first.
  bool CanHold(const Step& step) const {
    return !is_packed ||
           (step.first - base <= kMaxOffset && step.code != Palette::kNoCode);
  }
  size_t capacity() const { return is_packed ? kPackedSteps : kPlainSteps; }

  // CanHold and the count, which is the caller's to set, allow for the step.
  void Set(size_t slot, const Step& step) {
    SetFirst(slot, step.first);
    if (is_packed) {
      packed.code[slot] = static_cast<uint8_t>(step.code);
    } else {
      plain.mapped[slot] = step.content.has_value();
      const MemoryAttributes attributes =
          step.content.value_or(MemoryAttributes{});
      plain.type[slot] = attributes.type;
      plain.owner[slot] = attributes.owner;
    }
  }
  void SetFirst(size_t slot, uint64_t first) {
    if (is_packed) {
      packed.offset[slot] = Signed(static_cast<uint32_t>(first - base));
    } else {
      plain.first[slot] = Signed(first);
    }
  }
  // Moves slots [from, count) to begin at `to`, and sets the count.
  void Shift(size_t from, size_t to) {
    const size_t moved = count - from;
    const auto move = [&](auto* field) {
      std::memmove(field + to, field + from, moved * sizeof(*field));
    };
    if (is_packed) {
      move(packed.offset);
      move(packed.code);
    } else {
      move(plain.first);
      move(plain.type);
      move(plain.owner);
      move(plain.mapped);
    }
    count = static_cast<uint16_t>(to + moved);
    ClearUnused(from + moved);
  }
  // Makes the keys in [count, was_count) those of unused slots.
  void ClearUnused(size_t was_count) {
    if (is_packed) {
      for (size_t i = count; i < was_count; ++i) packed.offset[i] = INT32_MAX;
    } else {
      for (size_t i = count; i < was_count; ++i) plain.first[i] = INT64_MAX;
    }
  }
};

// Room for the steps of two leaves.
template <typename Geometry>
struct StepBuffer {
  std::array<Step, 2 * Geometry::kPackedSteps> steps;
  size_t count = 0;

  absl::Span<const Step> From(size_t begin, size_t end) const {
    return absl::MakeConstSpan(steps).subspan(begin, end - begin);
  }
  absl::Span<const Step> All() const { return From(0, count); }
  void Add(const Step& step) { steps[count++] = step; }
  void RemoveFirst() {
    std::copy(steps.begin() + 1, steps.begin() + count, steps.begin());
    --count;
  }
  void Append(const Leaf<Geometry>& leaf, const Palette& palette) {
    for (size_t i = 0; i < leaf.count; ++i) {
      Add(leaf.At(i, palette));
    }
  }
};

// Makes `leaf` hold these steps, packed if it can be. False, and nothing done,
// if they do not fit in either form. The link stays as it is.
template <typename Geometry>
bool Encode(absl::Span<const Step> steps, Leaf<Geometry>& leaf) {
  using AnyLeaf = Leaf<Geometry>;
  const bool packable =
      steps.size() <= AnyLeaf::kPackedSteps &&
      steps.back().first - steps.front().first <= AnyLeaf::kMaxOffset &&
      std::all_of(steps.begin(), steps.end(), [](const Step& step) {
        return step.code != Palette::kNoCode;
      });
  if (!packable && steps.size() > AnyLeaf::kPlainSteps) return false;
  leaf.is_packed = packable;
  leaf.base = steps.front().first;
  leaf.count = static_cast<uint16_t>(steps.size());
  for (size_t i = 0; i < steps.size(); ++i) leaf.Set(i, steps[i]);
  leaf.ClearUnused(leaf.capacity());
  return true;
}

// Moves the steps from slot `keep` on to the unused leaf `right`, as its base
// allows the widest offsets there.
template <typename Geometry>
void SplitLeafAt(size_t keep, Leaf<Geometry>& left, Leaf<Geometry>& right) {
  right.is_packed = left.is_packed;
  right.base = left.First(keep);
  right.count = static_cast<uint16_t>(left.count - keep);
  for (size_t i = 0; i < right.count; ++i) {
    if (left.is_packed) {
      right.packed.offset[i] = Signed(Unsigned(left.packed.offset[keep + i]) -
                                      Unsigned(left.packed.offset[keep]));
      right.packed.code[i] = left.packed.code[keep + i];
    } else {
      right.plain.first[i] = left.plain.first[keep + i];
      right.plain.type[i] = left.plain.type[keep + i];
      right.plain.owner[i] = left.plain.owner[keep + i];
      right.plain.mapped[i] = left.plain.mapped[keep + i];
    }
  }
  right.ClearUnused(right.capacity());
  const size_t was_count = left.count;
  left.count = static_cast<uint16_t>(keep);
  left.ClearUnused(was_count);
}

// Of slots [begin, end) of a leaf.
template <typename Geometry>
Summary SummaryOf(const Leaf<Geometry>& leaf, const Palette& palette,
                  uint64_t leaf_end, size_t begin, size_t end) {
  // Gaps are added up with the rest, since that costs less than a branch.
  std::array<uint64_t, kByteClasses + 1> bytes = {};
  uint64_t largest_gap = 0;
  const auto add = [&](ByteClass byte_class, uint64_t size_bytes) {
    bytes[byte_class] += size_bytes;
    const uint64_t gap = byte_class == kGap ? size_bytes : 0;
    largest_gap = std::max(largest_gap, gap);
  };
  const size_t inside = std::min<size_t>(end, leaf.count - 1u);
  if (leaf.is_packed) {
    const auto& packed = leaf.packed;
    for (size_t i = begin; i < inside; ++i) {
      add(palette.ClassAt(packed.code[i]),
          static_cast<uint32_t>(packed.offset[i + 1]) -
              static_cast<uint32_t>(packed.offset[i]));
    }
  } else {
    for (size_t i = begin; i < inside; ++i) {
      add(ClassOf(leaf.ContentAt(i, palette)),
          Unsigned(leaf.plain.first[i + 1]) - Unsigned(leaf.plain.first[i]));
    }
  }
  if (end == leaf.count) {
    add(ClassOf(leaf.ContentAt(end - 1, palette)),
        leaf_end - leaf.First(end - 1));
  }
  Summary summary;
  std::copy_n(bytes.begin(), kByteClasses, summary.bytes.begin());
  summary.largest_gap = largest_gap;
  return summary;
}

// What an edit does to a subtree's summary.
struct Change {
  std::array<uint64_t, kByteClasses + 1> bytes = {};  // modulo 2^64
  // The largest gap among the steps it took away, and among what it put there.
  uint64_t gap_before = 0;
  uint64_t gap_after = 0;

  void Subtract(ByteClass byte_class, uint64_t size_bytes) {
    bytes[byte_class] -= size_bytes;
    gap_before = std::max(gap_before, byte_class == kGap ? size_bytes : 0);
  }
  void Add(ByteClass byte_class, uint64_t size_bytes) {
    bytes[byte_class] += size_bytes;
    gap_after = std::max(gap_after, byte_class == kGap ? size_bytes : 0);
  }
  // Slots [begin, end) of a leaf.
  template <typename Leaf>
  void Subtract(const Leaf& leaf, const Palette& palette, uint64_t leaf_end,
                size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      Subtract(leaf.ClassAt(i, palette),
               leaf.EndOf(i, leaf_end) - leaf.First(i));
    }
  }
  template <typename Leaf>
  void Add(const Leaf& leaf, const Palette& palette, uint64_t leaf_end,
           size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      Add(leaf.ClassAt(i, palette), leaf.EndOf(i, leaf_end) - leaf.First(i));
    }
  }
};

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
  Summary summary[kCapacity];

  Inner() { std::fill_n(key, kCapacity, INT64_MAX); }

  uint64_t First(size_t slot) const { return Unsigned(key[slot]); }
  void SetFirst(size_t slot, uint64_t first) { key[slot] = Signed(first); }

  // Which child `address`, not below the first key, lies in.
  template <size_t kVectorBytes>
  [[gnu::always_inline]] size_t ChildFor(uint64_t address) const {
    const size_t above =
        CountAbove<kVectorBytes, kCapacity>(key, Signed(address));
    return std::min<size_t>(kCapacity - above, count) - 1;
  }
  uint64_t EndOf(size_t slot, uint64_t node_end) const {
    return slot + 1 < count ? First(slot + 1) : node_end;
  }
  Summary Total() const {
    Summary total;
    for (size_t i = 0; i < count; ++i) total.Add(summary[i]);
    return total;
  }
  uint64_t LargestGap() const {
    uint64_t largest = 0;
    for (size_t i = 0; i < count; ++i) {
      largest = std::max(largest, summary[i].largest_gap);
    }
    return largest;
  }
  void SetCount(size_t new_count) {
    for (size_t i = new_count; i < count; ++i) key[i] = INT64_MAX;
    count = static_cast<uint32_t>(new_count);
  }
};

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
  move(from.summary, to.summary);
}

// What a parent says of a child.
struct Entry {
  uint64_t first;
  uint32_t child;
  Summary summary;
};

template <typename Geometry>
void InsertEntry(const Entry& entry, size_t slot, Inner<Geometry>& node) {
  MoveSlots(node, node,
            {.from = slot, .to = slot + 1, .count = node.count - slot});
  node.SetFirst(slot, entry.first);
  node.child[slot] = entry.child;
  node.summary[slot] = entry.summary;
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

  // After this, Take succeeds `count` times. A large pool grows by a quarter,
  // so that little memory lies idle.
  void Reserve(size_t count) {
    const size_t unused = nodes_.capacity() - nodes_.size() + free_count_;
    if (unused >= count) return;
    const size_t grown =
        nodes_.size() < kSmall ? nodes_.size() * 2 : nodes_.size() / 4 * 5;
    nodes_.reserve(std::max(nodes_.size() + count, grown));
  }
  uint32_t Take() {
    if (free_count_ == 0) {
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
  static constexpr size_t kSmall = 64;

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
