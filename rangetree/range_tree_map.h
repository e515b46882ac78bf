// SPDX-License-Identifier: Apache-2.0

// RangeTreeMap: which memory lies where in a 64-bit address space.
//
// A map from addresses to MemoryAttributes, kept as the sequence of its maximal
// runs (Segment) in a B+-tree. Assigning splits and coalesces, so that two maps
// with the same contents always have the same segments, whatever their history;
// addresses run to UINT64_MAX, that is, a range may end at 2^64.
//
//                 Inner            last[]  first[] gap[] bytes[][] child[]
//                /     \           16 children, 16 cache lines
//           Inner       Inner
//          /  |  \      /   \      all leaves at one depth
//      Leaf>Leaf>Leaf>Leaf>Leaf    first[] last[] type[] owner[]
//      ^                           31 segments, 12 cache lines, linked
//      rightward inside the map object
//
// Every node but the root is at least half full. A parent keeps for each child
// its first and last address, its largest gap, and its bytes per common type:
// a gap search steps over subtrees without a large enough gap, a byte count
// adds what the children beside its two search paths have cached. Keys stand
// apart from payload, and a lookup reads one run of keys per level.
//
// The leftmost leaf is a member: nodes split rightward and merge leftward, so
// it stays the leftmost one, and a map of up to 31 segments never allocates.
// All other nodes live in two vectors and name each other by index, so a copy
// is a copy of the vectors.
//
// Complexity, for n segments in the map, k of them in the range concerned:
//   At, Overlaps, lower bound         O(log n), no allocation
//   Assign, Erase                     O(log n) if k fits a leaf, else
//                                     O((k / 31 + 1) log n)
//   Overlapping, VisitOverlapping     O(log n + k)
//   BytesOfType                       O(log n) for RAM, reserved and soft
//                                     reserved; for other types it visits the
//                                     leaves in the window that hold a type
//                                     other than those three
//   FirstAlignedGap                   O(log n) per gap that is large enough
//                                     but badly aligned
//   ==, copy, iteration               O(n)
//
// Iterators are invalidated by every non-const call and by moving the map.
// Nothing here throws, allocation failure aside: a std::bad_alloc out of Assign
// or Erase leaves the map destructible and assignable, nothing more.

#ifndef E820CHECK_RANGETREE_RANGE_TREE_MAP_H_
#define E820CHECK_RANGETREE_RANGE_TREE_MAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "machine/address_range.h"
#include "machine/memory_type.h"
#include "machine/segment.h"
#include "rangetree/range_tree_nodes.h"

namespace e820check {

class RangeTreeMap {
 public:
  // What CheckInvariants verifies; each level includes those before it.
  enum class InvariantLevel {
    // Segments ascend without overlap and number size(). One pass over the
    // leaves.
    kOrder,
    // No segment could be joined to the next. The same pass.
    kCoalescing,
    // Every node but the root is at least half full, every child exists once,
    // all leaves are at one depth and linked in order, keys of unused slots are
    // UINT64_MAX. One more pass, over all nodes.
    kOccupancy,
    // Each cached extent, gap and byte count is what its child says. The same
    // second pass, reading every segment again: about twice kOccupancy.
    kSummaries,
  };

  class const_iterator;

  RangeTreeMap() = default;
  RangeTreeMap(const RangeTreeMap&) = default;
  RangeTreeMap& operator=(const RangeTreeMap&) = default;
  // The map moved from is empty afterwards.
  RangeTreeMap(RangeTreeMap&& other) noexcept;
  RangeTreeMap& operator=(RangeTreeMap&& other) noexcept;
  ~RangeTreeMap() = default;

  // Gives all addresses of `range` these attributes, whatever they had.
  void Assign(const AddressRange& range, const MemoryAttributes& attributes) {
    Edit(range, &attributes);
  }
  // Leaves no address of `range` mapped.
  void Erase(const AddressRange& range) { Edit(range, nullptr); }
  void Clear();

  // The attributes at `address`, or nullopt where nothing is mapped.
  std::optional<MemoryAttributes> At(uint64_t address) const;
  bool Overlaps(const AddressRange& range) const;

  // The parts of segments that lie in `range`, ascending.
  std::vector<Segment> Overlapping(const AddressRange& range) const;
  // The same, as calls visitor(const Segment&), without allocation. The visitor
  // must not modify the map.
  template <typename Visitor>
  void VisitOverlapping(const AddressRange& range, Visitor&& visitor) const;

  // See GapRequest; nullopt if there is no such place, or if the request's size
  // or alignment is 0.
  std::optional<uint64_t> FirstAlignedGap(const GapRequest& request) const;

  // Bytes in `window` that have this type; up to 2^64.
  absl::uint128 BytesOfType(const AddressRange& window, MemoryType type) const;

  std::vector<Segment> Segments() const;
  const_iterator begin() const;
  const_iterator end() const;

  size_t size() const { return size_; }  // segments
  bool empty() const { return size_ == 0; }

  // Internal if the tree is damaged, naming the first breach found.
  absl::Status CheckInvariants(InvariantLevel level) const;

  friend bool operator==(const RangeTreeMap& a, const RangeTreeMap& b);

 private:
  friend class RangeTreeMapTestPeer;

  using Leaf = range_tree_internal::Leaf;
  using Inner = range_tree_internal::Inner;

  // At least 2 * 8^(h - 1) leaves hang below h levels of inner nodes, and a
  // leaf's index has 32 bits.
  static constexpr size_t kMaxHeight = 11;

  // The way from the root to a leaf: at each inner level, which child.
  struct Step {
    uint32_t node;
    uint32_t slot;
  };
  struct Path {
    std::array<Step, kMaxHeight> steps;  // steps[0] is the root, if height_ > 0
    uint32_t leaf;
  };

  // Slots [begin, end) of a leaf.
  struct SlotSpan {
    size_t begin;
    size_t end;
  };
  struct Pieces;
  class Checker;

  // What Walk does about a child.
  enum class Turn { kEnter, kSkip, kStop };

  // Index 0 is the leaf inside the map object.
  Leaf& leaf(uint32_t index) {
    return index == 0 ? first_leaf_ : more_leaves_[index - 1];
  }
  const Leaf& leaf(uint32_t index) const {
    return index == 0 ? first_leaf_ : more_leaves_[index - 1];
  }
  template <typename Node>
  Node& NodeAt(uint32_t index);

  static Segment SegmentAt(const Leaf& leaf, size_t slot);

  // The leaf in which a segment containing `address` would be.
  uint32_t LeafFor(uint64_t address) const;
  Path PathTo(uint64_t address) const;
  // The first segment that does not end below `address`.
  const_iterator LowerBound(uint64_t address) const;
  // Goes through segments in order, from LowerBound(address) on, asking
  // enter(inner, slot) -> Turn at each child to the right of the way there, and
  // visit(leaf, slot) -> bool, whether to go on, at each segment.
  template <typename Enter, typename Visit>
  void Walk(uint64_t address, Enter enter, Visit visit) const;

  // Assign, or Erase where there are no attributes.
  void Edit(const AddressRange& range, const MemoryAttributes* attributes);
  bool ContinuesRight(const Leaf& leaf, uint64_t last) const;
  void Splice(const Path& path, SlotSpan span, const Pieces& pieces);
  void SplitLeaf(const Path& path);
  void Refresh(const Path& path, const range_tree_internal::ByteCounts& change);
  template <typename Node>
  void RefreshChild(Step parent, const range_tree_internal::ByteCounts& change);

  absl::uint128 CommonBytesThrough(uint64_t last, MemoryType type) const;
  absl::uint128 OtherBytes(const AddressRange& window, MemoryType type) const;

  // The first two may move nodes: no reference to a node survives the call.
  uint32_t NewLeaf();
  uint32_t NewInner();
  void Release(uint32_t index, Leaf& node);
  void Release(uint32_t index, Inner& node);

  Leaf first_leaf_;
  std::vector<Leaf> more_leaves_;
  std::vector<Inner> inners_;
  // Heads of the lists of unused nodes, linked by Leaf::next, Inner::child[0].
  uint32_t free_leaf_ = range_tree_internal::kNoNode;
  uint32_t free_inner_ = range_tree_internal::kNoNode;
  uint32_t root_ = 0;    // a leaf if height_ == 0, else an inner node
  uint32_t height_ = 0;  // levels of inner nodes
  size_t size_ = 0;
};

// Yields segments by value: a forward iterator whose reference is a Segment.
class RangeTreeMap::const_iterator {
 public:
  using iterator_concept = std::forward_iterator_tag;
  using iterator_category = std::input_iterator_tag;
  using value_type = Segment;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = Segment;

  const_iterator() = default;

  Segment operator*() const { return SegmentAt(map_->leaf(leaf_), slot_); }
  const_iterator& operator++() {
    ++slot_;
    SkipLeafEnd();
    return *this;
  }
  const_iterator operator++(int) {
    const_iterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const const_iterator&,
                         const const_iterator&) = default;

 private:
  friend class RangeTreeMap;

  const_iterator(const RangeTreeMap* map, uint32_t leaf, uint32_t slot)
      : map_(map), leaf_(leaf), slot_(slot) {
    SkipLeafEnd();
  }

  // The end of the last leaf is end(); only the last leaf may be empty.
  void SkipLeafEnd() {
    if (slot_ < map_->leaf(leaf_).count) return;
    leaf_ = map_->leaf(leaf_).next;
    slot_ = 0;
    if (leaf_ == range_tree_internal::kNoNode) map_ = nullptr;
  }

  const RangeTreeMap* map_ = nullptr;
  uint32_t leaf_ = range_tree_internal::kNoNode;
  uint32_t slot_ = 0;
};

inline Segment RangeTreeMap::SegmentAt(const Leaf& leaf, size_t slot) {
  return {.range = *AddressRange::Create(AddressRange::FirstAndLast{
              .first = leaf.first[slot], .last = leaf.last[slot]}),
          .attributes = {.type = leaf.type[slot], .owner = leaf.owner[slot]}};
}

inline RangeTreeMap::const_iterator RangeTreeMap::begin() const {
  return const_iterator(this, 0, 0);
}

inline RangeTreeMap::const_iterator RangeTreeMap::end() const {
  return const_iterator();
}

template <typename Visitor>
void RangeTreeMap::VisitOverlapping(const AddressRange& range,
                                    Visitor&& visitor) const {
  for (auto it = LowerBound(range.first()); it != end(); ++it) {
    const Segment segment = *it;
    const auto part = segment.range.Intersection(range);
    if (!part) return;
    visitor(Segment{.range = *part, .attributes = segment.attributes});
  }
}

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_RANGE_TREE_MAP_H_
