// SPDX-License-Identifier: Apache-2.0

// RangeTreeMap::CheckInvariants. It trusts nothing in the nodes: on a damaged
// tree it ends, in bounds, with the first breach it meets.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "rangetree/range_tree_map.h"

namespace e820check {

using range_tree_internal::kNoNode;
using range_tree_internal::SummaryOf;

template <typename Geometry>
class BasicRangeTreeMap<Geometry>::Checker {
 public:
  explicit Checker(const BasicRangeTreeMap& map) : map_(map) {}

  absl::Status Check(InvariantLevel level) {
    const bool coalesced = level >= InvariantLevel::kCoalescing;
    if (absl::Status s = CheckSequence(coalesced); !s.ok()) return s;
    if (level < InvariantLevel::kOccupancy) return absl::OkStatus();
    if (absl::Status s = CheckShape(); !s.ok()) return s;
    if (level < InvariantLevel::kSummaries) return absl::OkStatus();
    return CheckSummaries();
  }

 private:
  // Small trees are checked without allocation.
  using Indexes = absl::InlinedVector<uint32_t, 128>;

  static absl::Status Breach(const std::string& what) {
    return absl::InternalError(what);
  }

  static bool UnusedKeysAreSet(const Leaf& leaf) {
    if (leaf.is_packed) {
      return std::all_of(leaf.packed.offset + leaf.count,
                         leaf.packed.offset + Leaf::kPackedSteps,
                         [](int32_t key) { return key == INT32_MAX; });
    }
    return std::all_of(leaf.plain.first + leaf.count,
                       leaf.plain.first + Leaf::kPlainSteps,
                       [](int64_t key) { return key == INT64_MAX; });
  }
  static bool UnusedKeysAreSet(const Inner& inner) {
    return std::all_of(inner.key + inner.count, inner.key + Inner::kCapacity,
                       [](int64_t key) { return key == INT64_MAX; });
  }

  // Each leaf's index, left to right; empty if a link leads nowhere or back.
  Indexes Chain() const {
    if (map_.tree_.height == 0) return {0};
    // The leftmost leaf is found from the root. Descending in bounds is all
    // that can be asked of a damaged tree.
    uint32_t index = map_.tree_.root;
    for (uint32_t level = 0; level < map_.tree_.height; ++level) {
      if (index >= map_.tree_.inners.slots()) return {};
      index = map_.tree_.inners[index].child[0];
    }
    Indexes chain;
    for (; index != kNoNode; index = map_.tree_.leaves[index].next) {
      if (index >= map_.tree_.leaves.slots()) return {};
      if (chain.size() == map_.tree_.leaves.slots()) return {};
      chain.push_back(index);
    }
    return chain;
  }

  // Follows the leaves' links and leaves them in chain_.
  absl::Status CheckSequence(bool coalesced) {
    chain_ = Chain();
    if (chain_.empty()) return Breach("order: bad link between leaves");
    Content content_before;
    uint64_t first_before = 0;
    bool is_first = true;
    size_t segments = 0;
    for (const uint32_t index : chain_) {
      const Leaf& leaf = map_.tree_.LeafAt(index);
      if (leaf.count == 0 || leaf.count > leaf.capacity()) {
        return Breach(
            absl::StrCat("order: leaf ", index, " holds ", leaf.count));
      }
      for (size_t slot = 0; slot < leaf.count; ++slot) {
        const auto at = [&] {
          return absl::StrCat("leaf ", index, " slot ", slot, ", 0x",
                              absl::Hex(leaf.First(slot)));
        };
        if (leaf.is_packed && leaf.packed.code[slot] >= map_.palette_.codes()) {
          return Breach(absl::StrCat("order: unknown content, ", at()));
        }
        const uint64_t first = leaf.First(slot);
        if (is_first ? first != 0 : first <= first_before) {
          return Breach(absl::StrCat("order: ", at()));
        }
        const Content content = leaf.ContentAt(slot, map_.palette_);
        if (coalesced && !is_first && content == content_before) {
          return Breach(absl::StrCat("coalescing: ", at()));
        }
        segments += content.has_value() ? 1 : 0;
        content_before = content;
        first_before = first;
        is_first = false;
      }
    }
    if (segments != map_.size_) {
      return Breach(absl::StrCat("order: size() is ", map_.size_, ", but ",
                                 segments, " segments"));
    }
    return absl::OkStatus();
  }

  // Goes down level by level, so equal depth of all leaves needs no counting:
  // what height_ levels of children lead to must be exactly the chain.
  absl::Status CheckShape() {
    nodes_.assign(1, map_.tree_.root);
    for (uint32_t level = 0; level < map_.tree_.height; ++level) {
      lowest_inners_ = inners_.size();
      children_.clear();
      for (const uint32_t index : nodes_) {
        if (index >= map_.tree_.inners.slots()) {
          return Breach(absl::StrCat("occupancy: no inner node ", index));
        }
        const Inner& inner = map_.tree_.inners[index];
        const size_t minimum = level == 0 ? 2 : Inner::kMinimum;
        if (inner.count < minimum || inner.count > Inner::kCapacity) {
          return Breach(absl::StrCat("occupancy: inner node ", index, " has ",
                                     inner.count, " children"));
        }
        if (!UnusedKeysAreSet(inner)) {
          return Breach(
              absl::StrCat("occupancy: unused keys of inner node ", index));
        }
        inners_.push_back(index);
        children_.insert(children_.end(), inner.child,
                         inner.child + inner.count);
      }
      // Also ends the descent where children form a cycle.
      if (inners_.size() > map_.tree_.inners.slots()) {
        return Breach("occupancy: an inner node is there twice");
      }
      std::swap(nodes_, children_);
    }
    if (nodes_ != chain_) {
      return Breach("occupancy: the links are not the order of the leaves");
    }
    for (const uint32_t index : chain_) {
      const Leaf& leaf = map_.tree_.LeafAt(index);
      if (map_.tree_.height > 0 && leaf.count < Leaf::kMinimum) {
        return Breach(absl::StrCat("occupancy: leaf ", index, " has ",
                                   leaf.count, " steps"));
      }
      if (!UnusedKeysAreSet(leaf)) {
        return Breach(absl::StrCat("occupancy: unused keys of leaf ", index));
      }
    }
    return absl::OkStatus();
  }

  // Each cached value is compared with what the child itself says, which for an
  // inner child is again cached, and checked in its own turn.
  absl::Status CheckSummaries() const {
    for (size_t i = 0; i < inners_.size(); ++i) {
      const Inner& inner = map_.tree_.inners[inners_[i]];
      for (size_t slot = 0; slot < inner.count; ++slot) {
        const uint32_t child = inner.child[slot];
        const bool is_leaf = i >= lowest_inners_;
        const uint64_t first = is_leaf ? map_.tree_.leaves[child].First(0)
                                       : map_.tree_.inners[child].First(0);
        const Summary summary = is_leaf ? Whole(map_.tree_.leaves[child])
                                        : map_.tree_.inners[child].Total();
        if (inner.First(slot) != first || inner.SummaryAt(slot) != summary) {
          return Breach(absl::StrCat("summaries: inner node ", inners_[i],
                                     " slot ", slot));
        }
      }
    }
    return absl::OkStatus();
  }

  Summary Whole(const Leaf& leaf) const {
    return SummaryOf(leaf, map_.palette_, map_.tree_.EndOf(leaf));
  }

  const BasicRangeTreeMap& map_;
  Indexes chain_;   // leaves, left to right
  Indexes inners_;  // level by level from the root
  Indexes nodes_;   // of the level at hand
  Indexes children_;
  size_t lowest_inners_ = 0;  // where the parents of leaves start in inners_
};

template <typename Geometry>
absl::Status BasicRangeTreeMap<Geometry>::CheckInvariants(
    InvariantLevel level) const {
  return Checker(*this).Check(level);
}

template absl::Status
    BasicRangeTreeMap<range_tree_internal::CacheLineGeometry>::CheckInvariants(
        InvariantLevel) const;
template absl::Status BasicRangeTreeMap<
    range_tree_internal::TinyGeometry>::CheckInvariants(InvariantLevel) const;

}  // namespace e820check
