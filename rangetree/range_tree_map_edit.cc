// SPDX-License-Identifier: Apache-2.0

// Assign and Erase: one leaf is edited in place; what an edit covers beyond it
// is cut off the leaves to its right before. Nodes that become too full or too
// empty are mended from the leaf up.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "rangetree/range_tree_map.h"

namespace e820check {

using range_tree_internal::AppendSteps;
using range_tree_internal::Change;
using range_tree_internal::Entry;
using range_tree_internal::InsertEntry;
using range_tree_internal::MergeOrShare;
using range_tree_internal::RemoveEntry;
using range_tree_internal::SplitInnerAt;
using range_tree_internal::SplitLeafAt;
using range_tree_internal::StepBuffer;
using range_tree_internal::SummaryOf;

// What an edit of a leaf comes to: these steps in place of slots [begin, end).
template <typename Geometry>
struct BasicRangeTreeMap<Geometry>::Replacement {
  size_t begin;
  size_t end;
  std::array<Step, 2> steps;
  size_t count = 0;

  void Add(const Step& step) { steps[count++] = step; }
};

namespace {

// Whether the leaf after the one at `path` starts in a range, or just behind.
bool NextStartsUpTo(uint64_t last, const range_tree_internal::Path& path) {
  return path.leaf_last <= last && path.leaf_last < UINT64_MAX;
}

}  // namespace

template <typename Geometry>
void BasicRangeTreeMap<Geometry>::Edit(const AddressRange& range,
                                       const Content& content) {
  const Step assigned = {.first = range.first(),
                         .content = content,
                         .code = palette_.Admit(content)};
  // The step before the range may join it, so its leaf is the one to edit.
  const uint64_t before = range.first() - (range.first() > 0 ? 1 : 0);
  uint64_t last = range.last();
  bool reserved = false;
  const auto reserve_once = [&](const Path& path) {
    if (!reserved) ReserveForEdit(path);
    reserved = true;
  };
  // Every turn but the last splits the leaf in two.
  for (;;) {
    Path path = PathTo(before, last);
    if (NextStartsUpTo(last, path)) reserve_once(path);
    while (NextStartsUpTo(last, path) && TrimNext(path, assigned, last)) {
      path = PathTo(before, last);
    }
    const AddressRange rest = *AddressRange::Create(
        AddressRange::FirstAndLast{.first = range.first(), .last = last});
    if (EditLeaf(path, rest, assigned)) return;
    reserve_once(path);
    SplitLeaf(path);
  }
}

// After this, one edit at `path` allocates no more. It splits a leaf twice at
// most, and with it each node above that is full, or is after the first time; a
// node that was split is far from full. Nodes that merge on the way may become
// full, but each time one is released; those that share their children do not,
// unless they are tiny.
template <typename Geometry>
void BasicRangeTreeMap<Geometry>::ReserveForEdit(const Path& path) {
  constexpr size_t kMostAfterSharing = (Inner::kCapacity + Inner::kMinimum) / 2;
  constexpr bool kIsTiny = kMostAfterSharing + 1 >= Inner::kCapacity;
  size_t inners = 1;  // a new root
  for (uint32_t level = 0; level < tree_.height; ++level) {
    const Inner& inner = tree_.inners[path.branches[level].node];
    inners += kIsTiny || inner.count + 1 >= Inner::kCapacity ? 1 : 0;
  }
  tree_.leaves.Reserve(3);
  tree_.inners.Reserve(inners);
}

template <typename Geometry>
bool BasicRangeTreeMap<Geometry>::EditLeaf(const Path& path,
                                           const AddressRange& range,
                                           const Step& assigned) {
  const Leaf& node = tree_.LeafAt(path.leaf);
  const uint64_t last = range.last();
  const auto holds_assigned = [&](size_t slot) {
    return node.Holds(slot, assigned, palette_);
  };
  Replacement edit;
  edit.begin = range.first() == 0 ? 0 : path.slot + 1;
  edit.end = path.last_slot + 1;
  if (edit.begin == 0 || !holds_assigned(edit.begin - 1)) edit.Add(assigned);
  // Where the leaf ends with the range, the next one says what follows.
  if (last < path.leaf_last) {
    if (edit.end < node.count && node.First(edit.end) == last + 1) {
      edit.end += holds_assigned(edit.end) ? 1 : 0;
    } else if (!holds_assigned(edit.end - 1)) {
      Step after = node.At(edit.end - 1, palette_);
      after.first = last + 1;
      edit.Add(after);
    }
  }
  if (edit.count == 0 && edit.begin == edit.end) return true;

  const size_t count = node.count - (edit.end - edit.begin) + edit.count;
  if (count <= node.capacity() &&
      (edit.count < 1 || node.CanHold(edit.steps[0])) &&
      (edit.count < 2 || node.CanHold(edit.steps[1]))) {
    Replace(path, edit);
    return true;
  }
  const size_t other_form =
      node.is_packed ? Leaf::kPlainSteps : Leaf::kPackedSteps;
  return count <= other_form && Reencode(path, edit);
}

// The leaf has room.
template <typename Geometry>
void BasicRangeTreeMap<Geometry>::Replace(const Path& path,
                                          const Replacement& edit) {
  Leaf& node = tree_.LeafAt(path.leaf);
  const size_t end = edit.begin + edit.count;
  // The step before the first replaced one changes its length.
  const size_t begin = edit.begin - (edit.begin > 0 ? 1 : 0);
  const bool has_parent = tree_.height > 0;
  Change change;
  if (has_parent) {
    change.Subtract(node, palette_, path.leaf_end(), begin, edit.end);
  }
  for (size_t i = edit.begin; i < edit.end; ++i) size_ -= node.IsMapped(i);
  if (end != edit.end) node.Shift(edit.end, end);
  for (size_t i = 0; i < edit.count; ++i) {
    node.Set(edit.begin + i, edit.steps[i]);
    size_ += edit.steps[i].content.has_value();
  }
  if (!has_parent) return;
  change.Add(node, palette_, path.leaf_end(), begin, end);
  Apply(path, change);
  if (node.count < Leaf::kMinimum) Rebalance(path);
}

// As Replace, where the steps fit the leaf's other form only. False, and
// nothing done, if they do not.
template <typename Geometry>
bool BasicRangeTreeMap<Geometry>::Reencode(const Path& path,
                                           const Replacement& edit) {
  Leaf& node = tree_.LeafAt(path.leaf);
  StepBuffer<Geometry> steps;
  AppendSteps(node, palette_, {.begin = 0, .end = edit.begin}, steps);
  for (size_t i = 0; i < edit.count; ++i) steps.push_back(edit.steps[i]);
  AppendSteps(node, palette_, {.begin = edit.end, .end = node.count}, steps);
  const size_t mapped_before = node.CountMapped();
  if (!Encode<Geometry>(steps, node)) return false;
  size_ += node.CountMapped() - mapped_before;
  Refresh(path);
  Rebalance(path);
  return true;
}

// ---- What an edit covers beyond its leaf ----

// Cuts off the leaf after the one at `path` what lies up to `last`, and a step
// with the assigned content just behind, to the end of which `last` moves. For
// the time being, the last step of the leaf at `path` holds there instead.
// False, and nothing done, if there is neither.
template <typename Geometry>
bool BasicRangeTreeMap<Geometry>::TrimNext(Path path, const Step& assigned,
                                           uint64_t& last) {
  const uint64_t next_first = path.leaf_end();
  const Path next_path = PathTo(next_first, std::max(next_first, last));
  Leaf& next = tree_.LeafAt(next_path.leaf);
  // How many steps start up to `last`. The last of them is kept where it goes
  // on behind, unless it joins what is assigned; so does one that starts there.
  size_t cut = last < next_first ? 0 : next_path.last_slot + 1;
  uint64_t kept_first = last + 1;
  if (next_path.leaf_last <= last) {
    kept_first = next_path.leaf_end();
  } else {
    const bool starts_behind =
        cut < next.count && next.First(cut) == kept_first;
    if (!starts_behind) --cut;
    if (next.Holds(cut, assigned, palette_)) {
      ++cut;
      kept_first = next.EndOf(cut - 1, next_path.leaf_end());
    } else if (cut == 0 && starts_behind) {
      return false;
    }
  }
  ExtendLastStep(path, kept_first);
  last = std::max(last, kept_first - 1);
  for (size_t i = 0; i < cut; ++i) size_ -= next.IsMapped(i);
  if (cut == next.count) {
    tree_.LeafAt(path.leaf).next = next.next;
    RemoveLeaf(next_path);
    return true;
  }
  Change change;
  change.Subtract(next, palette_, next_path.leaf_end(), 0, cut + 1);
  next.Shift(cut, 0);
  next.MoveFirst(kept_first);
  change.Add(next, palette_, next_path.leaf_end(), 0, 1);
  Apply(next_path, change);
  for (uint32_t level = tree_.height; level-- > 0;) {
    const Branch branch = next_path.branches[level];
    tree_.inners[branch.node].SetFirst(branch.slot, kept_first);
    if (branch.slot > 0) break;
  }
  if (next.count < Leaf::kMinimum) Rebalance(next_path);
  return true;
}

// Tells the ancestors of the leaf at `path` that its last step now goes on to
// `end`, which is beyond the leaf. No gap shrinks thereby, so Apply does not
// search the leaf, the end of which `path` no longer knows.
template <typename Geometry>
void BasicRangeTreeMap<Geometry>::ExtendLastStep(const Path& path,
                                                 uint64_t end) {
  const Leaf& node = tree_.LeafAt(path.leaf);
  const size_t slot = node.count - 1u;
  Change change;
  change.Subtract(node, palette_, path.leaf_end(), slot, node.count);
  change.Add(node, palette_, end, slot, node.count);
  Apply(path, change);
}

// The leaf is linked no more, and is not the leftmost.
template <typename Geometry>
void BasicRangeTreeMap<Geometry>::RemoveLeaf(const Path& path) {
  tree_.leaves.Release(path.leaf);
  const Branch parent = path.branches[tree_.height - 1];
  RemoveEntry(parent.slot, tree_.inners[parent.node]);
  for (uint32_t level = tree_.height - 1; level-- > 0;) {
    const Branch branch = path.branches[level];
    Inner& inner = tree_.inners[branch.node];
    const Inner& child = tree_.inners[inner.child[branch.slot]];
    inner.SetFirst(branch.slot, child.First(0));
    inner.SetSummary(branch.slot, child.Total());
  }
  Rebalance(path);
}

// ---- Summaries ----

// Makes all ancestors of a leaf say of it, and of each other, what is true.
template <typename Geometry>
void BasicRangeTreeMap<Geometry>::Refresh(const Path& path) {
  for (uint32_t level = tree_.height; level-- > 0;) {
    const Branch branch = path.branches[level];
    Inner& inner = tree_.inners[branch.node];
    const uint32_t index = inner.child[branch.slot];
    if (level + 1 == tree_.height) {
      const Leaf& child = tree_.leaves[index];
      inner.SetFirst(branch.slot, child.First(0));
      inner.SetSummary(branch.slot,
                       SummaryOf(child, palette_, path.leaf_end()));
    } else {
      const Inner& child = tree_.inners[index];
      inner.SetFirst(branch.slot, child.First(0));
      inner.SetSummary(branch.slot, child.Total());
    }
  }
}

// The same, where a few steps of the leaf changed.
template <typename Geometry>
void BasicRangeTreeMap<Geometry>::Apply(const Path& path,
                                        const Change& change) {
  // Of the part that changed in the child at hand.
  uint64_t gap_before = change.gap_before;
  uint64_t gap_after = change.gap_after;
  for (uint32_t level = tree_.height; level-- > 0;) {
    const Branch branch = path.branches[level];
    Inner& inner = tree_.inners[branch.node];
    for (size_t c = 0; c < range_tree_internal::kByteClasses; ++c) {
      inner.bytes[c][branch.slot] += change.bytes[c];
    }
    uint64_t& cached_gap = inner.largest_gap[branch.slot];
    const uint64_t largest = cached_gap;
    if (gap_after >= largest) {
      cached_gap = gap_after;
    } else if (gap_before == largest) {
      // It may have been the largest that shrank.
      const uint32_t child = inner.child[branch.slot];
      cached_gap =
          level + 1 == tree_.height
              ? Search::LargestGap(tree_.leaves[child], path.leaf_end())
              : tree_.inners[child].LargestGap();
    }
    gap_before = largest;
    gap_after = cached_gap;
  }
}

// ---- Nodes that are too full ----

// Moves half of the leaf at `path` to a new right neighbour; ReserveForEdit was
// called. In a map that grows at its end, as the path tells, only a few steps
// move, so that leaves are left full.
template <typename Geometry>
void BasicRangeTreeMap<Geometry>::SplitLeaf(Path path) {
  if (tree_.height == 0) {
    // The only leaf moves to the pool, below a root.
    path.leaf = tree_.leaves.Take();
    tree_.leaves[path.leaf] = tree_.only_leaf;
    tree_.root = tree_.inners.Take();
    tree_.height = 1;
    path.branches[0] = {.node = tree_.root, .slot = 0};
    InsertEntry({.first = 0, .child = path.leaf, .summary = {}}, 0,
                tree_.inners[tree_.root]);
  }
  const uint32_t right_index = tree_.leaves.Take();
  Leaf& left = tree_.leaves[path.leaf];
  Leaf& right = tree_.leaves[right_index];
  const bool appends =
      path.leaf_last == UINT64_MAX && path.slot + 1 == left.count;
  SplitLeafAt(appends ? left.count - Leaf::kMinimum : (left.count + 1) / 2,
              left, right);
  right.next = left.next;
  left.next = right_index;
  const Branch parent = path.branches[tree_.height - 1];
  tree_.inners[parent.node].SetSummary(
      parent.slot, SummaryOf(left, palette_, right.First(0)));
  InsertRight(path, {.first = right.First(0),
                     .child = right_index,
                     .summary = SummaryOf(right, palette_, path.leaf_end())});
}

// Inserts a leaf's entry after that of the leaf at `path`, and splits the full
// nodes above it.
template <typename Geometry>
void BasicRangeTreeMap<Geometry>::InsertRight(const Path& path, Entry entry) {
  for (uint32_t level = tree_.height; level-- > 0;) {
    const Branch branch = path.branches[level];
    Inner& left = tree_.inners[branch.node];
    const size_t slot = branch.slot + 1;
    if (left.count < Inner::kCapacity) {
      InsertEntry(entry, slot, left);
      return;
    }
    const uint32_t right_index = tree_.inners.Take();
    Inner& right = tree_.inners[right_index];
    SplitInnerAt(Inner::kCapacity / 2, left, right);
    if (slot <= left.count) {
      InsertEntry(entry, slot, left);
    } else {
      InsertEntry(entry, slot - left.count, right);
    }
    if (level > 0) {
      const Branch parent = path.branches[level - 1];
      tree_.inners[parent.node].SetSummary(parent.slot, left.Total());
    }
    entry = {.first = right.First(0),
             .child = right_index,
             .summary = right.Total()};
  }
  const Inner& left = tree_.inners[tree_.root];
  const Entry left_entry = {
      .first = left.First(0), .child = tree_.root, .summary = left.Total()};
  tree_.root = tree_.inners.Take();
  ++tree_.height;
  InsertEntry(left_entry, 0, tree_.inners[tree_.root]);
  InsertEntry(entry, 1, tree_.inners[tree_.root]);
}

// ---- Nodes that are too empty ----

// Mends the nodes on the path, from the leaf up; some may hold too little.
template <typename Geometry>
void BasicRangeTreeMap<Geometry>::Rebalance(const Path& path) {
  for (uint32_t level = tree_.height; level-- > 0;) {
    const Branch branch = path.branches[level];
    Inner& parent = tree_.inners[branch.node];
    // RemoveLeaf leaves a path to what is there no more.
    if (branch.slot >= parent.count) continue;
    const uint32_t child = parent.child[branch.slot];
    // An inner node has at least two children, so there is a sibling.
    const size_t left_slot = branch.slot == 0 ? 0 : branch.slot - 1;
    if (level + 1 == tree_.height) {
      if (tree_.leaves[child].count < Leaf::kMinimum) {
        RebalanceLeaves(parent, left_slot);
      }
    } else if (tree_.inners[child].count < Inner::kMinimum) {
      RebalanceInners(parent, left_slot);
    }
  }
  CollapseRoot();
}

template <typename Geometry>
void BasicRangeTreeMap<Geometry>::RebalanceLeaves(Inner& parent,
                                                  size_t left_slot) {
  const size_t right_slot = left_slot + 1;
  const uint32_t right_index = parent.child[right_slot];
  Leaf& left = tree_.leaves[parent.child[left_slot]];
  Leaf& right = tree_.leaves[right_index];
  const uint64_t right_end = tree_.EndOf(right);
  const bool left_is_short = left.count < Leaf::kMinimum;
  StepBuffer<Geometry> steps;
  AppendSteps(left, palette_, {.begin = 0, .end = left.count}, steps);
  AppendSteps(right, palette_, {.begin = 0, .end = right.count}, steps);
  // A merged leaf has room to grow, unless it is plain and has to be.
  const size_t most = std::max(Leaf::kPlainSteps, Leaf::kPackedSteps / 4 * 3);
  if (steps.size() <= most && Encode<Geometry>(steps, left)) {
    left.next = right.next;
    tree_.leaves.Release(right_index);
    RemoveEntry(right_slot, parent);
    parent.SetSummary(left_slot, SummaryOf(left, palette_, right_end));
    return;
  }
  const auto divide_at = [&](size_t middle) {
    const absl::Span<const Step> all = steps;
    return Encode(all.first(middle), left) &&
           Encode(all.subspan(middle), right);
  };
  if (!divide_at(steps.size() / 2)) {
    // As few as need be join the short leaf, which becomes plain if it must;
    // the other is a part of what it was.
    const size_t few = Leaf::kPlainSteps / 2;
    divide_at(left_is_short ? few : steps.size() - few);
  }
  parent.SetFirst(right_slot, right.First(0));
  parent.SetSummary(left_slot, SummaryOf(left, palette_, right.First(0)));
  parent.SetSummary(right_slot, SummaryOf(right, palette_, right_end));
}

template <typename Geometry>
void BasicRangeTreeMap<Geometry>::RebalanceInners(Inner& parent,
                                                  size_t left_slot) {
  const size_t right_slot = left_slot + 1;
  const uint32_t right_index = parent.child[right_slot];
  Inner& left = tree_.inners[parent.child[left_slot]];
  Inner& right = tree_.inners[right_index];
  MergeOrShare(left, right);
  parent.SetSummary(left_slot, left.Total());
  if (right.count == 0) {
    tree_.inners.Release(right_index);
    RemoveEntry(right_slot, parent);
    return;
  }
  parent.SetFirst(right_slot, right.First(0));
  parent.SetSummary(right_slot, right.Total());
}

template <typename Geometry>
void BasicRangeTreeMap<Geometry>::CollapseRoot() {
  while (tree_.height > 0 && tree_.inners[tree_.root].count == 1) {
    const uint32_t child = tree_.inners[tree_.root].child[0];
    tree_.inners.Release(tree_.root);
    tree_.root = child;
    --tree_.height;
    if (tree_.height > 0) continue;
    tree_.only_leaf = tree_.leaves[child];
    tree_.leaves.Release(child);
    tree_.root = 0;
  }
}

// What other files use of this one.
#define E820CHECK_INSTANTIATE(Geometry)                                \
  template void BasicRangeTreeMap<Geometry>::Edit(const AddressRange&, \
                                                  const Content&);     \
  template void BasicRangeTreeMap<Geometry>::Rebalance(const Path& path)
E820CHECK_INSTANTIATE(range_tree_internal::CacheLineGeometry);
E820CHECK_INSTANTIATE(range_tree_internal::TinyGeometry);
#undef E820CHECK_INSTANTIATE

}  // namespace e820check
