// SPDX-License-Identifier: Apache-2.0

// What reads a RangeTreeMap. Edits are in range_tree_map_edit.cc, FromSorted in
// range_tree_map_build.cc.

#include "rangetree/range_tree_map.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace e820check {

using range_tree_internal::ByteClass;
using range_tree_internal::BytesOfClass;
using range_tree_internal::ClassOf;
using range_tree_internal::kMaxHeight;
using range_tree_internal::kOther;
using range_tree_internal::MaskOf;
using range_tree_internal::NextGap;

template <typename Geometry>
BasicRangeTreeMap<Geometry>& BasicRangeTreeMap<Geometry>::operator=(
    const BasicRangeTreeMap& other) {
  BasicRangeTreeMap copy(other);
  return *this = std::move(copy);
}

template <typename Geometry>
BasicRangeTreeMap<Geometry>::BasicRangeTreeMap(
    BasicRangeTreeMap&& other) noexcept {
  *this = std::move(other);
}

template <typename Geometry>
BasicRangeTreeMap<Geometry>& BasicRangeTreeMap<Geometry>::operator=(
    BasicRangeTreeMap&& other) noexcept {
  if (this == &other) return *this;
  tree_ = std::move(other.tree_);
  palette_ = std::move(other.palette_);
  size_ = other.size_;
  other.Clear();
  return *this;
}

template <typename Geometry>
void BasicRangeTreeMap<Geometry>::Clear() {
  tree_.Clear();
  palette_.Clear();
  size_ = 0;
}

// ---- Lookup ----

template <typename Geometry>
void BasicRangeTreeMap<Geometry>::AtEach(
    absl::Span<const uint64_t> addresses,
    absl::Span<std::optional<MemoryAttributes>> results) const {
  constexpr size_t kBlock = 64;
  std::array<Place, kBlock> places;
  for (size_t begin = 0; begin < addresses.size(); begin += kBlock) {
    const auto block = addresses.subspan(begin, kBlock);
    Search::FindEach(tree_, block, places.data());
    for (size_t i = 0; i < block.size(); ++i) {
      results[begin + i] = places[i].leaf->ContentAt(places[i].slot, palette_);
    }
  }
}

template <typename Geometry>
bool BasicRangeTreeMap<Geometry>::Overlaps(const AddressRange& range) const {
  const Place place = Find(range.first());
  const Leaf& found = *place.leaf;
  const uint64_t end = place.slot + 1 < found.count
                           ? found.First(place.slot + 1)
                           : tree_.EndOf(found);
  // What follows an unmapped step is mapped. Two numbers, as a branch would
  // depend on where gaps are.
  const unsigned is_mapped = found.IsMapped(place.slot) ? 1 : 0;
  const unsigned reaches_next = end - 1 < range.last() ? 1 : 0;
  return (is_mapped | reaches_next) != 0;
}

template <typename Geometry>
std::vector<Segment> BasicRangeTreeMap<Geometry>::Overlapping(
    const AddressRange& range) const {
  std::vector<Segment> parts;
  VisitOverlapping(range, [&parts](const Segment& s) { parts.push_back(s); });
  return parts;
}

template <typename Geometry>
std::vector<Segment> BasicRangeTreeMap<Geometry>::Segments() const {
  std::vector<Segment> segments;
  segments.reserve(size_);
  VisitOverlapping(AddressRange::Everything(),
                   [&segments](const Segment& s) { segments.push_back(s); });
  return segments;
}

// ---- Equality ----

namespace {

// Whether runs of steps in two packed leaves start at the same addresses.
// Offsets ascend and have 32 bits, so that if the first addresses are equal,
// others are equal if they are so modulo 2^32.
template <typename Leaf>
bool SameAddresses(const Leaf& a, size_t a_slot, const Leaf& b, size_t b_slot,
                   size_t count) {
  if (a.First(a_slot) != b.First(b_slot)) return false;
  const int32_t* a_offset = a.packed.offset + a_slot;
  const int32_t* b_offset = b.packed.offset + b_slot;
  const auto distance_at = [&](size_t i) {
    return static_cast<uint32_t>(a_offset[i]) -
           static_cast<uint32_t>(b_offset[i]);
  };
  const uint32_t distance = distance_at(0);
  if (distance == 0) {
    return std::memcmp(a_offset, b_offset, count * sizeof(*a_offset)) == 0;
  }
  uint32_t different = 0;
  for (size_t i = 0; i < count; ++i) {
    different |= distance_at(i) ^ distance;
  }
  return different == 0;
}

}  // namespace

template <typename Geometry>
bool BasicRangeTreeMap<Geometry>::EqualTo(
    const BasicRangeTreeMap& other) const {
  if (size_ != other.size_) return false;
  // Equal attributes may have different codes: which of the other map's?
  std::array<uint32_t, Palette::kNoCode> other_code;
  const bool same_codes = palette_.StartsAs(other.palette_);
  if (!same_codes) {
    for (uint32_t code = 0; code < palette_.codes(); ++code) {
      other_code[code] = other.palette_.CodeOf(palette_.At(code));
    }
  }
  const auto same_contents = [&](const uint8_t* a_code, const uint8_t* b_code,
                                 size_t count) {
    if (same_codes) return std::memcmp(a_code, b_code, count) == 0;
    uint32_t different = 0;
    for (size_t i = 0; i < count; ++i) {
      different |= other_code[a_code[i]] ^ b_code[i];
    }
    return different == 0;
  };
  // Of `count` steps from a slot on in each leaf.
  const auto same_steps = [&](const Leaf& a, size_t a_slot, const Leaf& b,
                              size_t b_slot, size_t count) {
    if (a.is_packed && b.is_packed) {
      return SameAddresses(a, a_slot, b, b_slot, count) &&
             same_contents(a.packed.code + a_slot, b.packed.code + b_slot,
                           count);
    }
    for (size_t i = 0; i < count; ++i) {
      if (a.First(a_slot + i) != b.First(b_slot + i) ||
          a.ContentAt(a_slot + i, palette_) !=
              b.ContentAt(b_slot + i, other.palette_)) {
        return false;
      }
    }
    return true;
  };
  if (tree_.height == 0 && other.tree_.height == 0) {
    const Leaf& a = tree_.only_leaf;
    const Leaf& b = other.tree_.only_leaf;
    return a.count == b.count && same_steps(a, 0, b, 0, a.count);
  }
  LeafCursor a(tree_, 0);
  LeafCursor b(other.tree_, 0);
  size_t a_slot = 0;
  size_t b_slot = 0;
  for (;;) {
    const Leaf& a_leaf = a.leaf();
    const Leaf& b_leaf = b.leaf();
    const size_t count = std::min(a_leaf.count - a_slot, b_leaf.count - b_slot);
    if (!same_steps(a_leaf, a_slot, b_leaf, b_slot, count)) return false;
    a_slot += count;
    b_slot += count;
    const bool a_ends = a_slot == a_leaf.count && !a.Next();
    const bool b_ends = b_slot == b_leaf.count && !b.Next();
    if (a_ends || b_ends) return a_ends && b_ends;
    if (&a.leaf() != &a_leaf) a_slot = 0;
    if (&b.leaf() != &b_leaf) b_slot = 0;
  }
}

// ---- Sums and gaps ----

template <typename Geometry>
template <typename Enter, typename Visit>
void BasicRangeTreeMap<Geometry>::Walk(uint64_t address, Enter enter,
                                       Visit visit) const {
  if (tree_.height == 0) {
    visit(tree_.only_leaf, Find(address).slot, 0);
    return;
  }
  Path path = PathTo(address);
  // Where the inner node of each level ends; 0 stands for 2^64.
  std::array<uint64_t, kMaxHeight> node_end;
  uint64_t end = 0;
  for (uint32_t level = 0; level < tree_.height; ++level) {
    node_end[level] = end;
    const Branch branch = path.branches[level];
    end = tree_.inners[branch.node].EndOf(branch.slot, end);
  }
  const Leaf* current = &tree_.LeafAt(path.leaf);
  size_t slot = path.slot;
  uint32_t level = tree_.height;
  // What lies at the address may be part of a child to be skipped.
  for (uint32_t i = 0; i < tree_.height; ++i) {
    const Branch branch = path.branches[i];
    if (enter(tree_.inners[branch.node], branch.slot)) continue;
    level = i;
    slot = branch.slot + 1;
    break;
  }
  for (;;) {
    if (level == tree_.height) {
      if (!visit(*current, slot, end)) return;
    } else {
      const Inner& inner = tree_.inners[path.branches[level].node];
      while (slot < inner.count && !enter(inner, slot)) ++slot;
      if (slot < inner.count) {
        path.branches[level].slot = static_cast<uint32_t>(slot);
        const uint32_t child = inner.child[slot];
        end = inner.EndOf(slot, node_end[level]);
        slot = 0;
        if (++level == tree_.height) {
          current = &tree_.leaves[child];
        } else {
          path.branches[level].node = child;
          node_end[level] = end;
        }
        continue;
      }
    }
    if (level == 0) return;
    --level;
    slot = path.branches[level].slot + 1;
  }
}

template <typename Geometry>
absl::uint128 BasicRangeTreeMap<Geometry>::BytesOfType(
    const AddressRange& window, MemoryType type) const {
  const ByteClass byte_class = ClassOf(type);
  if (byte_class == kOther) return OtherBytes(window, type);
  // Two descents that do not wait for each other.
  const auto first = Search::FindSum(tree_, window.first(), byte_class);
  const auto last = Search::FindSum(tree_, window.last(), byte_class);
  const Leaf& first_leaf = *first.place.leaf;
  const Leaf& last_leaf = *last.place.leaf;
  const size_t first_slot = first.place.slot;
  const size_t last_slot = last.place.slot;
  // Of the steps from the first to before the last, less what of the first is
  // not in the window, with what of the last is; all modulo 2^64.
  uint64_t bytes = last.bytes_before - first.bytes_before;
  if (&first_leaf == &last_leaf) {
    bytes += BytesOfClass(first_leaf, palette_, byte_class,
                          {.begin = first_slot, .end = last_slot});
  } else {
    bytes += BytesOfClass(last_leaf, palette_, byte_class,
                          {.begin = 0, .end = last_slot});
    bytes -= BytesOfClass(first_leaf, palette_, byte_class,
                          {.begin = 0, .end = first_slot});
  }
  const uint64_t first_counts =
      MaskOf(first_leaf.ClassAt(first_slot, palette_), byte_class);
  const uint64_t last_counts =
      MaskOf(last_leaf.ClassAt(last_slot, palette_), byte_class);
  bytes -= (window.first() - first_leaf.First(first_slot)) & first_counts;
  bytes += (window.last() - last_leaf.First(last_slot) + 1) & last_counts;
  // At least a byte of the first step is in the window.
  return bytes == 0 && first_counts != 0 ? absl::uint128(1) << 64 : bytes;
}

template <typename Geometry>
absl::uint128 BasicRangeTreeMap<Geometry>::OtherBytes(
    const AddressRange& window, MemoryType type) const {
  absl::uint128 total = 0;
  Walk(
      window.first(),
      [&](const Inner& inner, size_t slot) {
        return inner.First(slot) <= window.last() &&
               inner.bytes[kOther][slot] != 0;
      },
      [&](const Leaf& leaf, size_t slot, uint64_t leaf_end) {
        for (; slot < leaf.count; ++slot) {
          if (leaf.First(slot) > window.last()) return false;
          const Content content = leaf.ContentAt(slot, palette_);
          if (!content || content->type != type) continue;
          const uint64_t last = leaf.EndOf(slot, leaf_end) - 1;
          total += std::min(last, window.last()) -
                   std::max(leaf.First(slot), window.first());
          total += 1;
        }
        return true;
      });
  return total;
}

namespace {

// The lowest place for the request in [first, last].
std::optional<uint64_t> PlaceIn(const GapRequest& request, uint64_t first,
                                uint64_t last) {
  if (last - first < request.size_bytes - 1) return std::nullopt;
  const uint64_t excess = first % request.alignment_bytes;
  const auto place =
      CheckedAdd(first, excess == 0 ? 0 : request.alignment_bytes - excess);
  if (!place || *place > last) return std::nullopt;
  if (last - *place < request.size_bytes - 1) return std::nullopt;
  return place;
}

}  // namespace

template <typename Geometry>
std::optional<uint64_t> BasicRangeTreeMap<Geometry>::FirstAlignedGap(
    const GapRequest& request) const {
  if (request.size_bytes == 0 || request.alignment_bytes == 0) {
    return std::nullopt;
  }
  const AddressRange& within = request.within;
  std::optional<uint64_t> found;
  Walk(
      within.first(),
      [&](const Inner& inner, size_t slot) {
        return inner.First(slot) <= within.last() &&
               inner.largest_gap[slot] >= request.size_bytes;
      },
      [&](const Leaf& leaf, size_t slot, uint64_t leaf_end) {
        slot = NextGap(leaf, slot, request.size_bytes);
        while (slot < leaf.count) {
          const uint64_t first = std::max(leaf.First(slot), within.first());
          if (first > within.last()) return false;
          const uint64_t last = leaf.EndOf(slot, leaf_end) - 1;
          found = PlaceIn(request, first, std::min(last, within.last()));
          if (found) return false;
          slot = NextGap(leaf, slot + 1, request.size_bytes);
        }
        return true;
      });
  return found;
}

template class BasicRangeTreeMap<range_tree_internal::CacheLineGeometry>;
template class BasicRangeTreeMap<range_tree_internal::TinyGeometry>;

}  // namespace e820check
