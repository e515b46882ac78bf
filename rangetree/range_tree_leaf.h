// SPDX-License-Identifier: Apache-2.0

// The leaves of RangeTreeMap. Internal to range_tree_map*.
//
// A map is a step function: each step says what holds from its first address up
// to the next step, be that memory with attributes or nothing. Steps are what
// leaves hold; no two neighbours have the same content.

#ifndef E820CHECK_RANGETREE_RANGE_TREE_LEAF_H_
#define E820CHECK_RANGETREE_RANGE_TREE_LEAF_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "machine/memory_type.h"
#include "machine/segment.h"
#include "rangetree/range_tree_keys.h"

namespace e820check::range_tree_internal {

struct SlotRange {
  size_t begin;
  size_t end;
};

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
    int32_t offset[kPackedSteps];              // Signed
    uint8_t code[(kPackedSteps + 7) / 8 * 8];  // whole groups, see MappedIn
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
  // A bit for each of 1 to 64 slots of a packed leaf, set if it is mapped.
  // `begin` is a multiple of 8.
  uint64_t MappedIn(SlotRange slots) const {
    uint64_t mapped = 0;
    for (size_t i = slots.begin; i < slots.end; i += 8) {
      mapped |= NonZeroBytes(packed.code + i) << (i - slots.begin);
    }
    return mapped & (UINT64_MAX >> (64 - (slots.end - slots.begin)));
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

  // The step that `address`, not below the first key, lies in. Of a leaf that
  // is a map of its own, which has few steps, and each time as many, no more
  // keys are looked at than need be.
  template <size_t kVectorBytes>
  [[gnu::always_inline]] size_t SlotFor(uint64_t address, bool is_alone) const {
    constexpr size_t kLanes = kVectorBytes / sizeof(int32_t);
    if (!is_packed) {
      const size_t above =
          CountAbove<kVectorBytes, kPlainSteps>(plain.first, Signed(address));
      return std::min<size_t>(kPlainSteps - above, count) - 1;
    }
    const auto offset =
        static_cast<uint32_t>(std::min(address - base, kMaxOffset));
    if (kPackedSteps % kLanes == 0 && is_alone) {
      const size_t keys = (count + kLanes - 1) / kLanes * kLanes;
      return keys - 1 -
             CountAboveIn<kVectorBytes>(packed.offset, keys, Signed(offset));
    }
    return kPackedSteps - 1 -
           CountAbove<kVectorBytes, kPackedSteps>(packed.offset,
                                                  Signed(offset));
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
  // Has the first step start elsewhere, below the one after it.
  void MoveFirst(uint64_t first) {
    // An offset to the start of a step after others fits.
    if (is_packed && count == 1) base = first;
    SetFirst(0, first);
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

static_assert(sizeof(Leaf<CacheLineGeometry>) == 6 * kCacheLineBytes);

// Room for the steps of two leaves.
template <typename Geometry>
using StepBuffer = absl::InlinedVector<Step, 2 * Geometry::kPackedSteps>;

// Slots [begin, end) of a leaf.
template <typename Geometry>
void AppendSteps(const Leaf<Geometry>& leaf, const Palette& palette,
                 SlotRange slots, StepBuffer<Geometry>& steps) {
  for (size_t i = slots.begin; i < slots.end; ++i) {
    steps.push_back(leaf.At(i, palette));
  }
}

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

// All ones if a is b, else 0. Hidden from the compiler, which would make a
// branch of it that no processor can foretell.
inline uint64_t MaskOf(uint32_t a, uint32_t b) {
  uint64_t mask = a == b ? UINT64_MAX : 0;
#if defined(__GNUC__)
  __asm__("" : "+r"(mask));
#endif
  return mask;
}

// Bytes of a class from the first step of the slots up to the step at their
// end, which is in the leaf too; modulo 2^64.
template <typename Geometry>
uint64_t BytesOfClass(const Leaf<Geometry>& leaf, const Palette& palette,
                      ByteClass byte_class, SlotRange slots) {
  uint64_t bytes = 0;
  if (leaf.is_packed) {
    const auto& packed = leaf.packed;
    const Palette::Entry* const entries = palette.entries();
    for (size_t i = slots.begin; i < slots.end; ++i) {
      const uint32_t length = static_cast<uint32_t>(packed.offset[i + 1]) -
                              static_cast<uint32_t>(packed.offset[i]);
      bytes += length & MaskOf(entries[packed.code[i]].byte_class, byte_class);
    }
  } else {
    for (size_t i = slots.begin; i < slots.end; ++i) {
      bytes += (leaf.First(i + 1) - leaf.First(i)) &
               MaskOf(leaf.ClassAt(i, palette), byte_class);
    }
  }
  return bytes;
}

// The first slot from `slot` on with an unmapped step of this size, or that is
// the last one; the count if there is none.
template <typename Geometry>
size_t NextGap(const Leaf<Geometry>& leaf, size_t slot, uint64_t size_bytes) {
  const size_t inside = leaf.count - 1u;
  if (leaf.is_packed) {
    const auto& packed = leaf.packed;
    for (; slot < inside; ++slot) {
      const uint32_t length = static_cast<uint32_t>(packed.offset[slot + 1]) -
                              static_cast<uint32_t>(packed.offset[slot]);
      // No branch depends on which steps are mapped.
      const uint64_t gap =
          length & MaskOf(packed.code[slot], Palette::kUnmapped);
      if (gap >= size_bytes) return slot;
    }
  } else {
    for (; slot < inside; ++slot) {
      if (leaf.IsMapped(slot)) continue;
      if (leaf.First(slot + 1) - leaf.First(slot) >= size_bytes) return slot;
    }
  }
  return slot == inside && !leaf.IsMapped(inside) ? inside : leaf.count;
}

template <typename Geometry>
Summary SummaryOf(const Leaf<Geometry>& leaf, const Palette& palette,
                  uint64_t leaf_end) {
  // Gaps are added up with the rest, since that costs less than a branch; and
  // in turn to one and the other, since neighbours are often of one class and
  // would wait for each other's sum.
  std::array<uint64_t, kByteClasses + 1> bytes[2] = {};
  uint64_t largest_gap = 0;
  const auto add = [&](size_t slot, ByteClass byte_class, uint64_t size_bytes) {
    bytes[slot % 2][byte_class] += size_bytes;
    const uint64_t gap = byte_class == kGap ? size_bytes : 0;
    largest_gap = std::max(largest_gap, gap);
  };
  const size_t last = leaf.count - 1u;
  if (leaf.is_packed) {
    const auto& packed = leaf.packed;
    const Palette::Entry* const entries = palette.entries();
    for (size_t i = 0; i < last; ++i) {
      add(i, entries[packed.code[i]].byte_class,
          static_cast<uint32_t>(packed.offset[i + 1]) -
              static_cast<uint32_t>(packed.offset[i]));
    }
  } else {
    for (size_t i = 0; i < last; ++i) {
      add(i, leaf.ClassAt(i, palette), leaf.First(i + 1) - leaf.First(i));
    }
  }
  add(last, leaf.ClassAt(last, palette), leaf_end - leaf.First(last));
  Summary summary;
  for (size_t c = 0; c < kByteClasses; ++c) {
    summary.bytes[c] = bytes[0][c] + bytes[1][c];
  }
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

}  // namespace e820check::range_tree_internal

#endif  // E820CHECK_RANGETREE_RANGE_TREE_LEAF_H_
