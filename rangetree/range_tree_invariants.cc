// SPDX-License-Identifier: Apache-2.0

// RangeTreeMap::CheckInvariants. It trusts nothing in the nodes: on a damaged
// tree it ends, in bounds, with the first breach it meets.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "rangetree/range_tree_map.h"

namespace e820check {

using range_tree_internal::ByteCounts;
using range_tree_internal::BytesOf;
using range_tree_internal::Extent;
using range_tree_internal::ExtentOf;
using range_tree_internal::kNoNode;
using range_tree_internal::kUnusedKey;
using range_tree_internal::Run;

class RangeTreeMap::Checker {
 public:
  explicit Checker(const RangeTreeMap& map) : map_(map) {}

  absl::Status Check(InvariantLevel level) {
    const bool coalesced = level >= InvariantLevel::kCoalescing;
    if (absl::Status s = CheckSequence(coalesced); !s.ok()) return s;
    if (level < InvariantLevel::kOccupancy) return absl::OkStatus();
    if (absl::Status s = CheckShape(); !s.ok()) return s;
    if (level < InvariantLevel::kSummaries) return absl::OkStatus();
    return CheckSummaries();
  }

 private:
  static absl::Status Breach(const std::string& what) {
    return absl::InternalError(what);
  }

  template <typename Node>
  static bool UnusedKeysAreSet(const Node& node) {
    return std::all_of(node.last + node.count, node.last + Node::kCapacity,
                       [](uint64_t key) { return key == kUnusedKey; });
  }

  // Follows the leaves' links and leaves them in chain_.
  absl::Status CheckSequence(bool coalesced) {
    std::optional<Run> before;
    size_t segments = 0;
    for (uint32_t index = 0; index != kNoNode; index = map_.leaf(index).next) {
      if (index > map_.more_leaves_.size() ||
          chain_.size() > map_.more_leaves_.size()) {
        return Breach(absl::StrCat("order: bad link to leaf ", index));
      }
      chain_.push_back(index);
      const Leaf& leaf = map_.leaf(index);
      if (leaf.count > Leaf::kCapacity) {
        return Breach(absl::StrCat("order: leaf ", index, " holds too many"));
      }
      for (size_t slot = 0; slot < leaf.count; ++slot) {
        const Run run = leaf.At(slot);
        const auto at = [&] {
          return absl::StrCat("leaf ", index, " slot ", slot, ", 0x",
                              absl::Hex(run.first));
        };
        if (run.last < run.first || (before && run.first <= before->last)) {
          return Breach(absl::StrCat("order: ", at()));
        }
        if (coalesced && before && before->last + 1 == run.first &&
            before->attributes == run.attributes) {
          return Breach(absl::StrCat("coalescing: ", at()));
        }
        before = run;
      }
      segments += leaf.count;
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
    std::vector<uint32_t> nodes = {map_.root_};
    for (uint32_t level = 0; level < map_.height_; ++level) {
      lowest_inners_ = inners_.size();
      std::vector<uint32_t> children;
      for (const uint32_t index : nodes) {
        if (index >= map_.inners_.size()) {
          return Breach(absl::StrCat("occupancy: no inner node ", index));
        }
        const Inner& inner = map_.inners_[index];
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
        children.insert(children.end(), inner.child, inner.child + inner.count);
      }
      // Also ends the descent where children form a cycle.
      if (inners_.size() > map_.inners_.size()) {
        return Breach("occupancy: an inner node is there twice");
      }
      nodes = std::move(children);
    }
    if (nodes != chain_) {
      return Breach("occupancy: the links are not the order of the leaves");
    }
    for (const uint32_t index : chain_) {
      if (map_.height_ > 0 && map_.leaf(index).count < Leaf::kMinimum) {
        return Breach(absl::StrCat("occupancy: leaf ", index, " has ",
                                   map_.leaf(index).count, " segments"));
      }
      if (!UnusedKeysAreSet(map_.leaf(index))) {
        return Breach(absl::StrCat("occupancy: unused keys of leaf ", index));
      }
    }
    return absl::OkStatus();
  }

  // Each cached value is compared with what the child itself says, which for an
  // inner child is again cached, and checked in its own turn.
  absl::Status CheckSummaries() const {
    for (size_t i = 0; i < inners_.size(); ++i) {
      const Inner& inner = map_.inners_[inners_[i]];
      for (size_t slot = 0; slot < inner.count; ++slot) {
        const uint32_t child = inner.child[slot];
        const bool is_leaf = i >= lowest_inners_;
        const Extent extent = is_leaf ? ExtentOf(map_.leaf(child))
                                      : ExtentOf(map_.inners_[child]);
        const ByteCounts bytes =
            is_leaf ? BytesOf(map_.leaf(child)) : BytesOf(map_.inners_[child]);
        const Extent cached = {.first = inner.first[slot],
                               .last = inner.last[slot],
                               .largest_gap = inner.gap[slot]};
        if (cached != extent || inner.BytesAt(slot) != bytes) {
          return Breach(absl::StrCat("summaries: inner node ", inners_[i],
                                     " slot ", slot));
        }
      }
    }
    return absl::OkStatus();
  }

  const RangeTreeMap& map_;
  std::vector<uint32_t> chain_;   // leaves, left to right
  std::vector<uint32_t> inners_;  // level by level from the root
  size_t lowest_inners_ = 0;      // where the parents of leaves start in it
};

absl::Status RangeTreeMap::CheckInvariants(InvariantLevel level) const {
  return Checker(*this).Check(level);
}

}  // namespace e820check
