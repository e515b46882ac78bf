// SPDX-License-Identifier: Apache-2.0

// What reads a RangeTreeMap, or makes one at once; edits of one are in
// range_tree_map_edit.cc.

#include "rangetree/range_tree_map.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace e820check {

using range_tree_internal::ClassOf;
using range_tree_internal::Entry;
using range_tree_internal::InsertEntry;
using range_tree_internal::kMaxHeight;
using range_tree_internal::kNoNode;
using range_tree_internal::kOther;
using range_tree_internal::StepBuffer;
using range_tree_internal::SummaryOf;

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
  if (found.IsMapped(place.slot)) return true;
  // What follows an unmapped step is mapped.
  const uint64_t end = place.slot + 1 < found.count
                           ? found.First(place.slot + 1)
                           : tree_.EndOf(found);
  return end - 1 < range.last();
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
  bool same_codes = true;
  for (uint32_t code = 0; code < palette_.codes(); ++code) {
    other_code[code] = other.palette_.CodeOf(palette_.At(code));
    same_codes = same_codes && other_code[code] == code;
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
  LeafCursor a(tree_, 0);
  LeafCursor b(other.tree_, 0);
  size_t a_slot = 0;
  size_t b_slot = 0;
  for (;;) {
    const Leaf& a_leaf = a.leaf();
    const Leaf& b_leaf = b.leaf();
    const size_t count = std::min(a_leaf.count - a_slot, b_leaf.count - b_slot);
    if (a_leaf.is_packed && b_leaf.is_packed) {
      if (!SameAddresses(a_leaf, a_slot, b_leaf, b_slot, count) ||
          !same_contents(a_leaf.packed.code + a_slot,
                         b_leaf.packed.code + b_slot, count)) {
        return false;
      }
    } else {
      for (size_t i = 0; i < count; ++i) {
        if (a_leaf.First(a_slot + i) != b_leaf.First(b_slot + i) ||
            a_leaf.ContentAt(a_slot + i, palette_) !=
                b_leaf.ContentAt(b_slot + i, other.palette_)) {
          return false;
        }
      }
    }
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
    const Leaf& leaf = tree_.only_leaf;
    for (size_t slot = Find(address).slot; slot < leaf.count; ++slot) {
      if (!visit(leaf, slot, leaf.EndOf(slot, 0))) return;
    }
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
      for (; slot < current->count; ++slot) {
        if (!visit(*current, slot, current->EndOf(slot, end))) return;
      }
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
  if (tree_.height == 0) return OnlyLeafBytes(window, type);
  if (ClassOf(type) == kOther) return OtherBytes(window, type);
  absl::uint128 bytes = ClassBytesThrough(window.last(), type);
  if (window.first() > 0) bytes -= ClassBytesThrough(window.first() - 1, type);
  return bytes;
}

// Bytes of one of the types that have a ByteClass to themselves, at addresses
// up to and including `last`.
template <typename Geometry>
absl::uint128 BasicRangeTreeMap<Geometry>::ClassBytesThrough(
    uint64_t last, MemoryType type) const {
  const Path path = PathTo(last);
  const auto byte_class = ClassOf(type);
  absl::uint128 total = 0;
  // What lies below the child on the path is what the node holds but for what
  // lies above; the shorter side is added up. Nothing is known of the root.
  std::optional<uint64_t> in_node;
  for (uint32_t level = 0; level < tree_.height; ++level) {
    const Branch branch = path.branches[level];
    const Inner& inner = tree_.inners[branch.node];
    const auto sum = [&](size_t begin, size_t end) {
      uint64_t bytes = 0;
      for (size_t i = begin; i < end; ++i) {
        bytes += inner.summary[i].bytes[byte_class];
      }
      return bytes;
    };
    total += in_node && branch.slot > inner.count / 2
                 ? *in_node - sum(branch.slot, inner.count)
                 : sum(0, branch.slot);
    in_node = inner.summary[branch.slot].bytes[byte_class];
  }
  const Leaf& node = tree_.LeafAt(path.leaf);
  const auto sum = [&](size_t begin, size_t end) {
    return SummaryOf(node, palette_, path.leaf_end(), begin, end)
        .bytes[byte_class];
  };
  total += in_node && path.slot > node.count / 2u
               ? *in_node - sum(path.slot, node.count)
               : sum(0, path.slot);
  const Content content = node.ContentAt(path.slot, palette_);
  if (content && content->type == type) {
    total += last - node.First(path.slot);
    total += 1;
  }
  return total;
}

template <typename Geometry>
absl::uint128 BasicRangeTreeMap<Geometry>::OnlyLeafBytes(
    const AddressRange& window, MemoryType type) const {
  const Leaf& leaf = tree_.only_leaf;
  uint64_t bytes = 0;  // modulo 2^64
  bool any = false;
  uint64_t first = window.first();
  for (size_t slot = Find(first).slot; slot < leaf.count; ++slot) {
    const uint64_t end = leaf.EndOf(slot, 0);
    const uint64_t last = std::min(end - 1, window.last());
    const Content content = leaf.ContentAt(slot, palette_);
    const bool counts = content && content->type == type;
    bytes += counts ? last - first + 1 : 0;
    any |= counts;
    if (last == window.last()) break;
    first = end;
  }
  // All of what counts is at least one byte, so a sum of 0 is 2^64.
  return any && bytes == 0 ? absl::uint128(1) << 64 : bytes;
}

template <typename Geometry>
absl::uint128 BasicRangeTreeMap<Geometry>::OtherBytes(
    const AddressRange& window, MemoryType type) const {
  absl::uint128 total = 0;
  Walk(
      window.first(),
      [&](const Inner& inner, size_t slot) {
        return inner.First(slot) <= window.last() &&
               inner.summary[slot].bytes[kOther] != 0;
      },
      [&](const Leaf& leaf, size_t slot, uint64_t end) {
        if (leaf.First(slot) > window.last()) return false;
        const Content content = leaf.ContentAt(slot, palette_);
        if (content && content->type == type) {
          total += std::min(end - 1, window.last()) -
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
               inner.summary[slot].largest_gap >= request.size_bytes;
      },
      [&](const Leaf& leaf, size_t slot, uint64_t end) {
        const uint64_t first = std::max(leaf.First(slot), within.first());
        if (first > within.last()) return false;
        if (!leaf.IsMapped(slot)) {
          found = PlaceIn(request, first, std::min(end - 1, within.last()));
        }
        return !found;
      });
  return found;
}

// ---- From sorted segments ----

// Fills leaves from left to right, then puts levels of inner nodes on top.
template <typename Geometry>
class BasicRangeTreeMap<Geometry>::SortedBuilder {
 public:
  explicit SortedBuilder(absl::Span<const Segment> segments)
      : segments_(segments) {}

  std::optional<BasicRangeTreeMap> Build() {
    if (!CountSteps()) return std::nullopt;
    leaf_->count = 0;
    uint64_t end = 0;  // of the segment before
    for (const Segment& segment : segments_) {
      if (segment.range.first() != end) {
        Append({.first = end});
        attributes_.reset();
      }
      if (attributes_ != segment.attributes) {
        attributes_ = segment.attributes;
        Append({.first = segment.range.first(),
                .content = attributes_,
                .code = CodeOf(segment.attributes)});
        ++map_.size_;
      }
      end = segment.range.last() + 1;
    }
    if (end != 0 || segments_.empty()) {
      Append({.first = end});
    }
    AddInners();
    return std::move(map_);
  }

 private:
  // False if the segments do not ascend.
  bool CountSteps() {
    step_count_ = segments_.size() + 2;
    for (size_t i = 1; i < segments_.size(); ++i) {
      const AddressRange& range = segments_[i].range;
      const AddressRange& before = segments_[i - 1].range;
      if (range.first() <= before.last()) return false;
      step_count_ += before.Touches(range) ? 0 : 1;
    }
    return true;
  }

  // The palette's code, which is looked up once in a while.
  uint32_t CodeOf(const MemoryAttributes& attributes) {
    const uint32_t type = static_cast<uint32_t>(attributes.type);
    Known& known = known_[(type * 5 + attributes.owner) % kKnown];
    if (known.code == Palette::kNoCode || known.attributes != attributes) {
      known = {attributes, map_.palette_.Admit(attributes)};
    }
    return known.code;
  }

  void Append(const Step& step) {
    if (leaf_->count < leaf_->capacity() && leaf_->CanHold(step)) {
      leaf_->Set(leaf_->count++, step);
    } else {
      AppendElsewhere(step);
    }
  }

  // In a new form of the last leaf, or in a new leaf.
  void AppendElsewhere(const Step& step) {
    StepBuffer<Geometry> steps;
    if (leaf_->is_packed && leaf_->count < Leaf::kPlainSteps) {
      steps.Append(*leaf_, map_.palette_);
    } else {
      auto& leaves = map_.tree_.leaves;
      if (leaves.slots() == 0) {
        leaves.Reserve(step_count_ / Leaf::kPackedSteps + 1);
        leaf_ = &(leaves[leaves.Take()] = *leaf_);
      }
      // May move the last one, which is not needed any more.
      leaves.Reserve(1);
      const uint32_t index = leaves.Take();
      leaves[index - 1].next = index;
      leaf_ = &leaves[index];
    }
    steps.Add(step);
    Encode(steps.All(), *leaf_);
  }

  void AddInners() {
    auto& leaves = map_.tree_.leaves;
    if (leaves.slots() == 0) return;
    std::vector<Entry> entries;
    entries.reserve(leaves.slots());
    for (uint32_t i = 0; i < leaves.slots(); ++i) {
      const Leaf& leaf = leaves[i];
      const uint64_t end = leaf.next == kNoNode ? 0 : leaves[i + 1].First(0);
      entries.push_back(
          {.first = leaf.First(0),
           .child = i,
           .summary = SummaryOf(leaf, map_.palette_, end, 0, leaf.count)});
    }
    while (entries.size() > 1) entries = AddLevel(entries);
    map_.tree_.root = entries[0].child;
    // The last leaf may have too little.
    map_.Rebalance(map_.PathTo(UINT64_MAX));
  }

  // Puts parents above these, which each get about as many.
  std::vector<Entry> AddLevel(const std::vector<Entry>& children) {
    const size_t count =
        (children.size() + Inner::kCapacity - 1) / Inner::kCapacity;
    std::vector<Entry> parents;
    parents.reserve(count);
    map_.tree_.inners.Reserve(count);
    for (size_t i = 0; i < count; ++i) {
      const uint32_t index = map_.tree_.inners.Take();
      Inner& inner = map_.tree_.inners[index];
      const size_t end = children.size() * (i + 1) / count;
      for (size_t c = children.size() * i / count; c < end; ++c) {
        InsertEntry(children[c], inner.count, inner);
      }
      parents.push_back(
          {.first = inner.First(0), .child = index, .summary = inner.Total()});
    }
    ++map_.tree_.height;
    return parents;
  }

  struct Known {
    MemoryAttributes attributes;
    uint32_t code = Palette::kNoCode;
  };
  static constexpr size_t kKnown = 32;

  absl::Span<const Segment> segments_;
  BasicRangeTreeMap map_;
  std::array<Known, kKnown> known_;
  Leaf* leaf_ = &map_.tree_.only_leaf;  // the last
  size_t step_count_ = 0;
  Content attributes_;  // of the segment before, if the next may touch it
};

template <typename Geometry>
std::optional<BasicRangeTreeMap<Geometry>>
BasicRangeTreeMap<Geometry>::FromSorted(absl::Span<const Segment> segments) {
  return SortedBuilder(segments).Build();
}

template class BasicRangeTreeMap<range_tree_internal::CacheLineGeometry>;
template class BasicRangeTreeMap<range_tree_internal::TinyGeometry>;

}  // namespace e820check
