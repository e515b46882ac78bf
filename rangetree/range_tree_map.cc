// SPDX-License-Identifier: Apache-2.0

#include "rangetree/range_tree_map.h"

#include <algorithm>
#include <numeric>
#include <type_traits>

namespace e820check {

using range_tree_internal::ByteCounts;
using range_tree_internal::ChildFor;
using range_tree_internal::ClassOf;
using range_tree_internal::Describe;
using range_tree_internal::ExtentOf;
using range_tree_internal::InsertSlot;
using range_tree_internal::kNoNode;
using range_tree_internal::kOther;
using range_tree_internal::MergeOrShare;
using range_tree_internal::MoveSlots;
using range_tree_internal::RemoveSlot;
using range_tree_internal::Run;
using range_tree_internal::SetCount;
using range_tree_internal::SlotFor;
using range_tree_internal::SplitInHalf;

// What replaces the segments an edit touches: the rest of the first, the newly
// assigned segment, the rest of the last.
struct RangeTreeMap::Pieces {
  std::array<Run, 3> runs;
  size_t count = 0;

  void Add(const Run& run) { runs[count++] = run; }
};

RangeTreeMap::RangeTreeMap(RangeTreeMap&& other) noexcept {
  *this = std::move(other);
}

RangeTreeMap& RangeTreeMap::operator=(RangeTreeMap&& other) noexcept {
  if (this == &other) return *this;
  first_leaf_ = other.first_leaf_;
  more_leaves_ = std::move(other.more_leaves_);
  inners_ = std::move(other.inners_);
  free_leaf_ = other.free_leaf_;
  free_inner_ = other.free_inner_;
  root_ = other.root_;
  height_ = other.height_;
  size_ = other.size_;
  other.Clear();
  return *this;
}

void RangeTreeMap::Clear() {
  SetCount(first_leaf_, 0);
  first_leaf_.next = kNoNode;
  more_leaves_.clear();
  inners_.clear();
  free_leaf_ = kNoNode;
  free_inner_ = kNoNode;
  root_ = 0;
  height_ = 0;
  size_ = 0;
}

// ---- Lookup ----

uint32_t RangeTreeMap::LeafFor(uint64_t address) const {
  uint32_t node = root_;
  for (uint32_t level = 0; level < height_; ++level) {
    const Inner& inner = inners_[node];
    node = inner.child[ChildFor(inner, address)];
  }
  return node;
}

RangeTreeMap::Path RangeTreeMap::PathTo(uint64_t address) const {
  Path path;
  uint32_t node = root_;
  for (uint32_t level = 0; level < height_; ++level) {
    const Inner& inner = inners_[node];
    const size_t slot = ChildFor(inner, address);
    path.steps[level] = {.node = node, .slot = static_cast<uint32_t>(slot)};
    node = inner.child[slot];
  }
  path.leaf = node;
  return path;
}

RangeTreeMap::const_iterator RangeTreeMap::LowerBound(uint64_t address) const {
  const uint32_t index = LeafFor(address);
  const Leaf& found = leaf(index);
  return const_iterator(this, index,
                        static_cast<uint32_t>(SlotFor(found, address)));
}

std::optional<MemoryAttributes> RangeTreeMap::At(uint64_t address) const {
  const Leaf& found = leaf(LeafFor(address));
  const size_t slot = SlotFor(found, address);
  if (slot == found.count || found.first[slot] > address) return std::nullopt;
  return found.At(slot).attributes;
}

bool RangeTreeMap::Overlaps(const AddressRange& range) const {
  const Leaf& found = leaf(LeafFor(range.first()));
  const size_t slot = SlotFor(found, range.first());
  return slot != found.count && found.first[slot] <= range.last();
}

std::vector<Segment> RangeTreeMap::Overlapping(
    const AddressRange& range) const {
  std::vector<Segment> parts;
  VisitOverlapping(range, [&parts](const Segment& s) { parts.push_back(s); });
  return parts;
}

std::vector<Segment> RangeTreeMap::Segments() const {
  std::vector<Segment> segments;
  segments.reserve(size_);
  for (const Segment& segment : *this) segments.push_back(segment);
  return segments;
}

bool operator==(const RangeTreeMap& a, const RangeTreeMap& b) {
  return a.size_ == b.size_ && std::equal(a.begin(), a.end(), b.begin());
}

// ---- Sums and gaps ----

template <typename Enter, typename Visit>
void RangeTreeMap::Walk(uint64_t address, Enter enter, Visit visit) const {
  Path path = PathTo(address);
  const Leaf* current = &leaf(path.leaf);
  size_t slot = SlotFor(*current, address);
  for (uint32_t level = height_;;) {
    if (level == height_) {
      for (; slot < current->count; ++slot) {
        if (!visit(*current, slot)) return;
      }
    } else {
      const Inner& inner = inners_[path.steps[level].node];
      Turn turn = Turn::kSkip;
      while (slot < inner.count && (turn = enter(inner, slot)) == Turn::kSkip) {
        ++slot;
      }
      if (turn == Turn::kStop) return;
      if (slot < inner.count) {
        path.steps[level].slot = static_cast<uint32_t>(slot);
        const uint32_t child = inner.child[slot];
        slot = 0;
        if (++level == height_) {
          current = &leaf(child);
        } else {
          path.steps[level].node = child;
        }
        continue;
      }
    }
    if (level == 0) return;
    --level;
    slot = path.steps[level].slot + 1;
  }
}

absl::uint128 RangeTreeMap::BytesOfType(const AddressRange& window,
                                        MemoryType type) const {
  if (ClassOf(type) == kOther) return OtherBytes(window, type);
  absl::uint128 bytes = CommonBytesThrough(window.last(), type);
  if (window.first() > 0) bytes -= CommonBytesThrough(window.first() - 1, type);
  return bytes;
}

// Bytes of one of the types that have a ByteClass to themselves, at addresses
// up to and including `last`.
absl::uint128 RangeTreeMap::CommonBytesThrough(uint64_t last,
                                               MemoryType type) const {
  absl::uint128 total = 0;
  uint32_t node = root_;
  for (uint32_t level = 0; level < height_; ++level) {
    const Inner& inner = inners_[node];
    const size_t slot = ChildFor(inner, last);
    const uint64_t* bytes = inner.bytes[ClassOf(type)];
    total += std::accumulate(bytes, bytes + slot, uint64_t{0});
    node = inner.child[slot];
  }
  const Leaf& end = leaf(node);
  for (size_t i = 0; i < end.count && end.first[i] <= last; ++i) {
    if (end.type[i] != type) continue;
    total += std::min(end.last[i], last) - end.first[i];
    total += 1;
  }
  return total;
}

absl::uint128 RangeTreeMap::OtherBytes(const AddressRange& window,
                                       MemoryType type) const {
  absl::uint128 total = 0;
  Walk(
      window.first(),
      [&](const Inner& inner, size_t slot) {
        if (inner.first[slot] > window.last()) return Turn::kStop;
        return inner.bytes[kOther][slot] == 0 ? Turn::kSkip : Turn::kEnter;
      },
      [&](const Leaf& leaf, size_t slot) {
        if (leaf.first[slot] > window.last()) return false;
        if (leaf.type[slot] == type) {
          total += std::min(leaf.last[slot], window.last()) -
                   std::max(leaf.first[slot], window.first());
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
  const uint64_t excess = first % request.alignment_bytes;
  const auto place =
      CheckedAdd(first, excess == 0 ? 0 : request.alignment_bytes - excess);
  if (!place || *place > last) return std::nullopt;
  if (last - *place < request.size_bytes - 1) return std::nullopt;
  return place;
}

}  // namespace

std::optional<uint64_t> RangeTreeMap::FirstAlignedGap(
    const GapRequest& request) const {
  if (request.size_bytes == 0 || request.alignment_bytes == 0) {
    return std::nullopt;
  }
  const AddressRange& within = request.within;
  std::optional<uint64_t> found;
  // Addresses of `within` below this are taken, or free but too cramped.
  uint64_t free_from = within.first();
  bool done = false;
  const auto look_before = [&](uint64_t first) {
    if (first > free_from) {
      found = PlaceIn(request, free_from, std::min(first - 1, within.last()));
    }
    done = found.has_value() || first > within.last();
  };
  const auto step_over = [&](uint64_t last) {
    done = last >= within.last();
    if (!done) free_from = last + 1;
  };
  Walk(
      within.first(),
      [&](const Inner& inner, size_t slot) {
        look_before(inner.first[slot]);
        if (done) return Turn::kStop;
        if (inner.gap[slot] >= request.size_bytes) return Turn::kEnter;
        step_over(inner.last[slot]);
        return done ? Turn::kStop : Turn::kSkip;
      },
      [&](const Leaf& leaf, size_t slot) {
        look_before(leaf.first[slot]);
        if (!done) step_over(leaf.last[slot]);
        return !done;
      });
  if (!done) found = PlaceIn(request, free_from, within.last());
  return found;
}

// ---- Edits ----

namespace {

// The neighbours may be null; `left` does not end below the range, nor `right`
// start above it, except that with attributes both may just touch it.
template <typename Pieces>
Pieces PiecesFor(const AddressRange& range, const MemoryAttributes* attributes,
                 const Run* left, const Run* right) {
  const auto joins = [attributes](const Run& run) {
    return attributes != nullptr && run.attributes == *attributes;
  };
  Pieces pieces;
  uint64_t first = range.first();
  uint64_t last = range.last();
  if (left != nullptr && left->first < first) {
    if (joins(*left)) {
      first = left->first;
    } else {
      pieces.Add({left->first, first - 1, left->attributes});
    }
  }
  const bool right_stays = right != nullptr && right->last > last;
  if (right_stays && joins(*right)) last = right->last;
  if (attributes != nullptr) pieces.Add({first, last, *attributes});
  if (right_stays && !joins(*right)) {
    pieces.Add({last + 1, right->last, right->attributes});
  }
  return pieces;
}

}  // namespace

void RangeTreeMap::Edit(const AddressRange& range,
                        const MemoryAttributes* attributes) {
  // A segment that only touches the range takes part where it may coalesce.
  const bool assigns = attributes != nullptr;
  const uint64_t first = range.first() - (assigns && range.first() > 0);
  const uint64_t last = range.last() + (assigns && range.last() < UINT64_MAX);
  const auto span_in = [&](const Leaf& node) {
    const size_t begin = SlotFor(node, first);
    size_t end = begin;
    while (end < node.count && node.first[end] <= last) ++end;
    return SlotSpan{.begin = begin, .end = end};
  };

  Path path = PathTo(first);
  SlotSpan span = span_in(leaf(path.leaf));
  const bool touches_any = span.begin < span.end;
  if (!touches_any && !assigns) return;
  Run left;
  Run right;
  if (touches_any) {
    const Leaf& node = leaf(path.leaf);
    left = node.At(span.begin);
    right = node.At(span.end - 1);
    if (span.end == node.count && ContinuesRight(node, last)) {
      const auto it = LowerBound(last);
      if (it != end() && leaf(it.leaf_).first[it.slot_] <= last) {
        right = leaf(it.leaf_).At(it.slot_);
      }
    }
  }
  const auto pieces =
      PiecesFor<Pieces>(range, attributes, touches_any ? &left : nullptr,
                        touches_any ? &right : nullptr);

  // Every turn but the last empties the leaf from `span` on, or splits it.
  for (;;) {
    const Leaf& node = leaf(path.leaf);
    if (span.end == node.count && ContinuesRight(node, last)) {
      Splice(path, span, Pieces());
    } else if (node.count - (span.end - span.begin) + pieces.count >
               Leaf::kCapacity) {
      SplitLeaf(path);
    } else {
      Splice(path, span, pieces);
      return;
    }
    path = PathTo(first);
    span = span_in(leaf(path.leaf));
  }
}

// Whether the next leaf has a segment that starts at or below `last`.
bool RangeTreeMap::ContinuesRight(const Leaf& node, uint64_t last) const {
  return node.next != kNoNode && leaf(node.next).first[0] <= last;
}

// Replaces slots of a leaf, which must have room, then restores occupancy and
// summaries up to the root.
void RangeTreeMap::Splice(const Path& path, SlotSpan span,
                          const Pieces& pieces) {
  Leaf& node = leaf(path.leaf);
  ByteCounts change;
  for (size_t i = span.begin; i < span.end; ++i) change.Subtract(node.At(i));
  MoveSlots(node, node,
            {.from = span.end,
             .to = span.begin + pieces.count,
             .count = node.count - span.end});
  for (size_t i = 0; i < pieces.count; ++i) {
    node.Set(span.begin + i, pieces.runs[i]);
    change.Add(pieces.runs[i]);
  }
  const size_t removed = span.end - span.begin;
  SetCount(node, node.count + pieces.count - removed);
  size_ += pieces.count - removed;
  Refresh(path, change);
}

template <typename Node>
Node& RangeTreeMap::NodeAt(uint32_t index) {
  if constexpr (std::is_same_v<Node, Leaf>) {
    return leaf(index);
  } else {
    return inners_[index];
  }
}

// The leaf at the end of `path` has changed, its byte counts by `change`.
void RangeTreeMap::Refresh(const Path& path, const ByteCounts& change) {
  for (uint32_t level = height_; level-- > 0;) {
    if (level + 1 == height_) {
      RefreshChild<Leaf>(path.steps[level], change);
    } else {
      RefreshChild<Inner>(path.steps[level], change);
    }
  }
  if (height_ > 0 && inners_[root_].count == 1) {
    const uint32_t old_root = root_;
    root_ = inners_[old_root].child[0];
    --height_;
    Release(old_root, inners_[old_root]);
  }
}

template <typename Node>
void RangeTreeMap::RefreshChild(Step step, const ByteCounts& change) {
  Inner& parent = inners_[step.node];
  const Node& child = NodeAt<Node>(parent.child[step.slot]);
  if (child.count >= Node::kMinimum) {
    ByteCounts bytes = parent.BytesAt(step.slot);
    bytes.Add(change);
    parent.SetBytes(step.slot, bytes);
    parent.SetExtent(step.slot, ExtentOf(child));
    return;
  }
  // An inner node has at least two children, so there is a sibling.
  const size_t left_slot = step.slot == 0 ? 0 : step.slot - 1;
  const size_t right_slot = left_slot + 1;
  const uint32_t right_index = parent.child[right_slot];
  Node& left = NodeAt<Node>(parent.child[left_slot]);
  Node& right = NodeAt<Node>(right_index);
  MergeOrShare(left, right);
  Describe(left, parent, left_slot);
  if (right.count > 0) {
    Describe(right, parent, right_slot);
    return;
  }
  if constexpr (std::is_same_v<Node, Leaf>) left.next = right.next;
  Release(right_index, right);
  RemoveSlot(parent, right_slot);
}

// Moves half of the leaf at the end of `path` to a new right neighbour, and
// splits the full nodes above it.
void RangeTreeMap::SplitLeaf(const Path& path) {
  const uint32_t new_leaf = NewLeaf();
  Leaf& left_leaf = leaf(path.leaf);
  Leaf& right_leaf = leaf(new_leaf);
  SplitInHalf(left_leaf, right_leaf);
  right_leaf.next = left_leaf.next;
  left_leaf.next = new_leaf;

  // Describes the two halves of what was one child of the level at hand.
  Inner halves;
  Describe(left_leaf, halves, 0);
  Describe(right_leaf, halves, 1);
  halves.child[0] = path.leaf;
  halves.child[1] = new_leaf;
  for (uint32_t level = height_; level-- > 0;) {
    const Step step = path.steps[level];
    MoveSlots(halves, inners_[step.node],
              {.from = 0, .to = step.slot, .count = 1});
    if (inners_[step.node].count < Inner::kCapacity) {
      InsertSlot(halves, 1, inners_[step.node], step.slot + 1);
      return;
    }
    const uint32_t new_inner = NewInner();
    Inner& left = inners_[step.node];
    Inner& right = inners_[new_inner];
    SplitInHalf(left, right);
    if (step.slot < left.count) {
      InsertSlot(halves, 1, left, step.slot + 1);
    } else {
      InsertSlot(halves, 1, right, step.slot + 1 - left.count);
    }
    Describe(left, halves, 0);
    Describe(right, halves, 1);
    halves.child[0] = step.node;
    halves.child[1] = new_inner;
  }
  SetCount(halves, 2);
  root_ = NewInner();
  inners_[root_] = halves;
  ++height_;
}

// ---- Nodes ----

uint32_t RangeTreeMap::NewLeaf() {
  if (free_leaf_ == kNoNode) {
    more_leaves_.emplace_back();
    return static_cast<uint32_t>(more_leaves_.size());
  }
  const uint32_t index = free_leaf_;
  free_leaf_ = leaf(index).next;
  return index;
}

uint32_t RangeTreeMap::NewInner() {
  if (free_inner_ == kNoNode) {
    inners_.emplace_back();
    return static_cast<uint32_t>(inners_.size() - 1);
  }
  const uint32_t index = free_inner_;
  free_inner_ = inners_[index].child[0];
  return index;
}

void RangeTreeMap::Release(uint32_t index, Leaf& node) {
  SetCount(node, 0);
  node.next = free_leaf_;
  free_leaf_ = index;
}

void RangeTreeMap::Release(uint32_t index, Inner& node) {
  SetCount(node, 0);
  node.child[0] = free_inner_;
  free_inner_ = index;
}

}  // namespace e820check
