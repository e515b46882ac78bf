// SPDX-License-Identifier: Apache-2.0

// RangeTreeMap from sorted segments: leaves are filled from left to right, then
// levels of inner nodes are put on top.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "rangetree/range_tree_map.h"

namespace e820check {

using range_tree_internal::Entry;
using range_tree_internal::InsertEntry;
using range_tree_internal::Signed;
using range_tree_internal::StepBuffer;
using range_tree_internal::SummaryOf;

template <typename Geometry>
class BasicRangeTreeMap<Geometry>::SortedBuilder {
 public:
  // The map is empty.
  SortedBuilder(absl::Span<const Segment> segments, BasicRangeTreeMap& map)
      : segments_(segments), map_(map) {}

  // False if the segments do not ascend.
  bool Build() {
    uint64_t end = 0;  // of the segment before; 0 stands for 2^64 later on
    bool ascends = true;
    MemoryAttributes before;
    size_t size = 0;
    size_t staged = 0;
    for (const Segment& segment : segments_) {
      // Whether there is a gap, and a new step, is no branch: both come as they
      // like.
      ascends &= segment.range.first() >= end && (end > 0 || size == 0);
      const bool follows_gap = segment.range.first() != end;
      Stage(staged, end, Palette::kUnmapped, nullptr);
      staged += follows_gap ? 1 : 0;
      const MemoryAttributes& attributes = segment.attributes;
      const bool is_step = follows_gap | (attributes.type != before.type) |
                           (attributes.owner != before.owner) | (size == 0);
      Stage(staged, segment.range.first(), CodeOf(attributes), &attributes);
      staged += is_step ? 1 : 0;
      size += is_step ? 1 : 0;
      before = attributes;
      end = segment.range.last() + 1;
      if (staged > Leaf::kPackedSteps) staged = FillLeaf(staged);
    }
    if (end != 0 || segments_.empty()) {
      Stage(staged++, end, Palette::kUnmapped, nullptr);
    }
    if (!ascends) return false;
    while (staged > 0) staged = FillLeaf(staged);
    map_.size_ = size;
    AddInners();
    return true;
  }

 private:
  // The palette's code, which is looked up once in a while.
  uint32_t CodeOf(const MemoryAttributes& attributes) {
    const uint32_t type = static_cast<uint32_t>(attributes.type);
    Known& known = known_[(type * 5 + attributes.owner) % kKnown];
    if (known.code == Palette::kNoCode || known.attributes != attributes) {
      known = {attributes, map_.palette_.Admit(attributes)};
    }
    return known.code;
  }

  // Has a step wait for FillLeaf. Unmapped ones have no attributes.
  void Stage(size_t index, uint64_t first, uint32_t code,
             const MemoryAttributes* attributes) {
    first_[index] = first;
    code_[index] = code;
    attributes_[index] = attributes;
  }

  // Moves staged steps to a new leaf, as many as fit; returns how many remain.
  size_t FillLeaf(size_t staged) {
    const size_t packable = CountPackable(staged);
    const bool packed = packable == staged || packable >= Leaf::kPlainSteps;
    const size_t count =
        packed ? packable : std::min(Leaf::kPlainSteps, staged);
    Leaf& leaf = NextLeaf(count == staged);
    if (packed) {
      FillPacked(count, leaf);
    } else {
      FillPlain(count, leaf);
    }
    const uint64_t leaf_end = count < staged ? first_[count] : 0;
    if (map_.tree_.leaves.slots() > 0) {
      children_.push_back(
          {.first = first_[0],
           .child = static_cast<uint32_t>(map_.tree_.leaves.slots() - 1),
           .summary = SummaryOf(leaf, map_.palette_, leaf_end)});
    }
    for (size_t i = count; i < staged; ++i) {
      Stage(i - count, first_[i], code_[i], attributes_[i]);
    }
    return staged - count;
  }

  // How many of the staged steps, from the first on, one packed leaf can hold.
  size_t CountPackable(size_t staged) const {
    const size_t most = std::min(staged, Leaf::kPackedSteps);
    const auto fits = [&](size_t i) {
      return first_[i] - first_[0] <= Leaf::kMaxOffset &&
             code_[i] != Palette::kNoCode;
    };
    // Nearly always all do, which codes that are left and the last one tell.
    if (map_.palette_.codes() < Palette::kNoCode && fits(most - 1)) return most;
    size_t count = 0;
    while (count < most && fits(count)) ++count;
    return count;
  }

  // The only leaf of a map of one, else a new one to the right of others.
  Leaf& NextLeaf(bool is_last) {
    auto& leaves = map_.tree_.leaves;
    if (leaves.slots() == 0) {
      if (is_last) return map_.tree_.only_leaf;
      // As many as there are if each segment follows a gap.
      const size_t most = segments_.size() * 2 / Leaf::kPackedSteps + 1;
      leaves.Reserve(most);
      children_.reserve(most);
    }
    leaves.Reserve(1);
    const uint32_t index = leaves.Take();
    if (index > 0) leaves[index - 1].next = index;
    return leaves[index];
  }

  void FillPacked(size_t count, Leaf& leaf) const {
    leaf.base = first_[0];
    leaf.count = static_cast<uint16_t>(count);
    for (size_t i = 0; i < count; ++i) {
      leaf.packed.offset[i] =
          Signed(static_cast<uint32_t>(first_[i] - first_[0]));
    }
    for (size_t i = 0; i < count; ++i) {
      leaf.packed.code[i] = static_cast<uint8_t>(code_[i]);
    }
  }

  void FillPlain(size_t count, Leaf& leaf) const {
    StepBuffer<Geometry> steps;
    for (size_t i = 0; i < count; ++i) {
      steps.push_back({.first = first_[i], .code = code_[i]});
      if (attributes_[i] != nullptr) steps[i].content = *attributes_[i];
    }
    Encode<Geometry>(steps, leaf);
  }

  void AddInners() {
    if (children_.empty()) return;
    while (children_.size() > 1) AddLevel();
    map_.tree_.root = children_[0].child;
    // The last leaf may have too little.
    map_.Rebalance(map_.PathTo(UINT64_MAX));
  }

  // Puts parents above the children, which each get about as many.
  void AddLevel() {
    const size_t count =
        (children_.size() + Inner::kCapacity - 1) / Inner::kCapacity;
    map_.tree_.inners.Reserve(count);
    for (size_t i = 0; i < count; ++i) {
      const uint32_t index = map_.tree_.inners.Take();
      Inner& inner = map_.tree_.inners[index];
      const size_t end = children_.size() * (i + 1) / count;
      for (size_t c = children_.size() * i / count; c < end; ++c) {
        InsertEntry(children_[c], inner.count, inner);
      }
      // Its place has been read.
      children_[i] = {
          .first = inner.First(0), .child = index, .summary = inner.Total()};
    }
    children_.resize(count);
    ++map_.tree_.height;
  }

  struct Known {
    MemoryAttributes attributes;
    uint32_t code = Palette::kNoCode;
  };
  static constexpr size_t kKnown = 32;
  // A leaf is filled when one step more than it can hold is staged, which tells
  // where it ends; a segment stages up to two.
  static constexpr size_t kStaged = Leaf::kPackedSteps + 2;

  absl::Span<const Segment> segments_;
  BasicRangeTreeMap& map_;
  std::array<Known, kKnown> known_;
  std::array<uint64_t, kStaged> first_;
  std::array<uint32_t, kStaged> code_;
  std::array<const MemoryAttributes*, kStaged> attributes_;
  std::vector<Entry> children_;  // of the level to come
};

template <typename Geometry>
std::optional<BasicRangeTreeMap<Geometry>>
BasicRangeTreeMap<Geometry>::FromSorted(absl::Span<const Segment> segments) {
  std::optional<BasicRangeTreeMap> map(std::in_place);
  if (!SortedBuilder(segments, *map).Build()) map.reset();
  return map;
}

// NOLINTBEGIN(bugprone-macro-parentheses): a type has none.
#define E820CHECK_INSTANTIATE(Geometry)               \
  template std::optional<BasicRangeTreeMap<Geometry>> \
  BasicRangeTreeMap<Geometry>::FromSorted(absl::Span<const Segment>)
// NOLINTEND(bugprone-macro-parentheses)
E820CHECK_INSTANTIATE(range_tree_internal::CacheLineGeometry);
E820CHECK_INSTANTIATE(range_tree_internal::TinyGeometry);
#undef E820CHECK_INSTANTIATE

}  // namespace e820check
