// SPDX-License-Identifier: Apache-2.0

// RangeTreeMap: which memory lies where in a 64-bit address space.
//
// A map from addresses to MemoryAttributes. Assigning splits and coalesces, so
// that two maps with the same contents always have the same segments (maximal
// runs of equal attributes), whatever their history. Addresses run to
// UINT64_MAX, that is, a range may end at 2^64.
//
// The map is kept as a step function in a B+-tree. A step says what holds from
// its first address up to the next step: attributes, or nothing. The first step
// is at address 0, neighbours differ, and no step needs an end:
//
//   addresses   0      640K     1M            2G             4G        2^64
//   segments    |  ram  |        |     ram     |  reserved    |         |
//   steps       0:ram    640K:-   1M:ram        2G:reserved    4G:-
//
//   Inner                                 Inner, 77 cache lines: 64 children.
//   +----------------------------------+  In front, all that a descent reads:
//   | first[64]     8 lines, searched  |  where each child begins, and its
//   | child[64]     4 lines            |  index. Then, for each child, bytes of
//   | bytes[7][64] 56 lines            |  each type and the largest gap: a sum
//   | largest_gap[64]  8 lines         |  over children reads one row.
//   +---|----------|----------|--------+
//       v          v          v
//     Inner      Inner      Inner         All leaves are at one depth, and
//     /   \      /   \      /   \         linked rightward.
//   Leaf>Leaf>Leaf>Leaf>Leaf>Leaf
//
//   Leaf, 6 cache lines, in one of two    packed: up to 72 steps, while they
//   forms                                 lie within 4 GiB and have common
//   +----------------------------------+  attributes. A step has five bytes: an
//   | packed: offset[72] code[72]      |  offset from `base` and a code in the
//   | plain:  first[20] type[] owner[] |  map's Palette.
//   | base next count                  |  plain: 20 steps of any kind.
//   +----------------------------------+
//
// A lookup is one descent that compares the address with all keys of each node
// on its way, eight at once where the processor has AVX2 (see
// range_tree_map_search.h); nothing in it depends on what was found but the
// next node. The one leaf of a small map is a member, so that such a map never
// allocates. All other nodes live in two vectors and name each other by index,
// so that a copy is a copy of the vectors.
//
// Every leaf but an only one holds at least 9 steps, every inner node but the
// root has at least 32 children.
//
// Complexity, for n segments in the map, k of them in the range concerned:
//   At, Overlaps, LowerBound          O(log n), no allocation
//   Assign, Erase                     O(log n) if k fits a leaf, else
//                                     O((k / 9 + 1) log n)
//   Overlapping, VisitOverlapping     O(log n + k)
//   BytesOfType                       O(log n) for the types of ByteClass; for
//                                     others it visits the leaves in the window
//                                     that hold any type of class kOther
//   FirstAlignedGap                   O(log n), and as much again for each gap
//                                     that is large enough, but badly aligned
//   ==, copy, iteration               O(n)
//   FromSorted                        O(n)
//
// Iterators are invalidated by every non-const call and by moving the map. To
// edit while iterating, go on from an address:
//
//   for (auto it = map.begin(); it != map.end();) {
//     const Segment segment = *it;
//     if (IsStale(segment)) map.Erase(segment.range);
//     const auto next = segment.range.end();
//     it = next ? map.LowerBound(*next) : map.end();
//   }
//
// Nothing here throws, allocation failure aside. A std::bad_alloc out of any
// call leaves the map as it was before.

#ifndef E820CHECK_RANGETREE_RANGE_TREE_MAP_H_
#define E820CHECK_RANGETREE_RANGE_TREE_MAP_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "machine/address_range.h"
#include "machine/memory_type.h"
#include "machine/segment.h"
#include "rangetree/range_tree_map_search.h"
#include "rangetree/range_tree_nodes.h"

namespace e820check {

// Geometry says how much nodes hold. Two are compiled: that of RangeTreeMap,
// below, and range_tree_internal::TinyGeometry, for tests.
template <typename Geometry>
class BasicRangeTreeMap {
 public:
  // What CheckInvariants verifies; each level includes those before it.
  enum class InvariantLevel {
    // Steps ascend from address 0 on, and size() of them are segments. One pass
    // over the leaves.
    kOrder,
    // Neighbouring steps differ. The same pass.
    kCoalescing,
    // Every node is full enough, every child exists once, all leaves are at one
    // depth and linked in order, keys of unused slots are the largest. One more
    // pass, over all nodes.
    kOccupancy,
    // Each cached key, gap and byte count is what its child says. The same
    // second pass, reading every step again: about twice kOccupancy.
    kSummaries,
  };

  class const_iterator;

  BasicRangeTreeMap() = default;
  BasicRangeTreeMap(const BasicRangeTreeMap&) = default;
  BasicRangeTreeMap& operator=(const BasicRangeTreeMap& other);
  // The map moved from is empty afterwards.
  BasicRangeTreeMap(BasicRangeTreeMap&& other) noexcept;
  BasicRangeTreeMap& operator=(BasicRangeTreeMap&& other) noexcept;
  ~BasicRangeTreeMap() = default;

  // The map of these segments, which ascend and are disjoint; nullopt if not.
  // Touching ones with equal attributes coalesce. The fastest way to fill a
  // map, and the one that leaves its nodes full.
  static std::optional<BasicRangeTreeMap> FromSorted(
      absl::Span<const Segment> segments);

  // Gives all addresses of `range` these attributes, whatever they had.
  void Assign(const AddressRange& range, const MemoryAttributes& attributes) {
    Edit(range, attributes);
  }
  // Leaves no address of `range` mapped.
  void Erase(const AddressRange& range) { Edit(range, std::nullopt); }
  void Clear();

  // The attributes at `address`, or nullopt where nothing is mapped.
  std::optional<MemoryAttributes> At(uint64_t address) const {
    const Place place = Find(address);
    return place.leaf->ContentAt(place.slot, palette_);
  }
  // At() of many addresses, whose cache misses overlap: several times as fast
  // in a map that no near cache holds. `results` must be as long as
  // `addresses`.
  void AtEach(absl::Span<const uint64_t> addresses,
              absl::Span<std::optional<MemoryAttributes>> results) const;
  bool Overlaps(const AddressRange& range) const;

  // The parts of segments that lie in `range`, ascending.
  std::vector<Segment> Overlapping(const AddressRange& range) const;
  // The same, as calls visitor(const Segment&), without allocation. The visitor
  // must not modify the map; one that returns false instead of true, or of
  // nothing, ends the visit.
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
  // The first segment that does not end below `address`.
  const_iterator LowerBound(uint64_t address) const;

  size_t size() const { return size_; }  // segments
  bool empty() const { return size_ == 0; }

  // Internal if the tree is damaged, naming the first breach found.
  absl::Status CheckInvariants(InvariantLevel level) const;

  friend bool operator==(const BasicRangeTreeMap& a,
                         const BasicRangeTreeMap& b) {
    return a.EqualTo(b);
  }

 private:
  friend class RangeTreeMapTestPeer;

  using Content = range_tree_internal::Content;
  using Step = range_tree_internal::Step;
  using Summary = range_tree_internal::Summary;
  using Leaf = range_tree_internal::Leaf<Geometry>;
  using Inner = range_tree_internal::Inner<Geometry>;
  using Palette = range_tree_internal::Palette;
  using Tree = range_tree_internal::Tree<Geometry>;
  using Place = range_tree_internal::Place<Geometry>;
  using Path = range_tree_internal::Path;
  using Search = range_tree_internal::Search<Geometry>;
  using Branch = range_tree_internal::Branch;
  using LeafCursor = range_tree_internal::LeafCursor<Geometry>;

  struct Replacement;
  class Checker;
  class SortedBuilder;

  // Of a mapped step; `last` >= `first`.
  static Segment SegmentOf(uint64_t first, uint64_t last,
                           const Content& content);

  template <typename GoesOn>
  bool VisitPacked(const Leaf& leaf, size_t slot, uint64_t leaf_last,
                   const GoesOn& goes_on) const;

  // The step that `address` lies in.
  Place Find(uint64_t address) const { return Search::Find(tree_, address); }
  Path PathTo(uint64_t address) const { return PathTo(address, address); }
  Path PathTo(uint64_t address, uint64_t last) const {
    Path path;
    Search::FindPath(tree_, address, last, path);
    return path;
  }
  // Goes through leaves in order, from the one `address` lies in, asking
  // enter(inner, slot) -> bool at each child to the right of the way there, and
  // visit(leaf, slot, leaf_end) -> bool, whether to go on, at each leaf: from
  // the slot of the address on, or from 0.
  template <typename Enter, typename Visit>
  void Walk(uint64_t address, Enter enter, Visit visit) const;
  absl::uint128 OtherBytes(const AddressRange& window, MemoryType type) const;
  bool EqualTo(const BasicRangeTreeMap& other) const;

  // Assign, or Erase where there is no content.
  void Edit(const AddressRange& range, const Content& content);
  void ReserveForEdit(const Path& path);
  // The part of an edit that lies in one leaf. False, and nothing done, if the
  // leaf must be split first.
  bool EditLeaf(const Path& path, const AddressRange& range,
                const Step& assigned);
  void Replace(const Path& path, const Replacement& replacement);
  bool Reencode(const Path& path, const Replacement& replacement);
  bool TrimNext(Path path, const Step& assigned, uint64_t& last);
  void ExtendLastStep(const Path& path, uint64_t end);
  void RemoveLeaf(const Path& path);
  void Refresh(const Path& path);
  void Apply(const Path& path, const range_tree_internal::Change& change);

  void SplitLeaf(Path path);
  void InsertRight(const Path& path, range_tree_internal::Entry entry);
  void Rebalance(const Path& path);
  void RebalanceLeaves(Inner& parent, size_t left_slot);
  void RebalanceInners(Inner& parent, size_t left_slot);
  void CollapseRoot();

  Tree tree_;
  Palette palette_;
  size_t size_ = 0;
};

using RangeTreeMap = BasicRangeTreeMap<range_tree_internal::CacheLineGeometry>;

// Yields segments by value: a forward iterator whose reference is a Segment.
template <typename Geometry>
class BasicRangeTreeMap<Geometry>::const_iterator {
 public:
  using iterator_concept = std::forward_iterator_tag;
  using iterator_category = std::input_iterator_tag;
  using value_type = Segment;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = Segment;

  const_iterator() = default;

  Segment operator*() const {
    const uint64_t end = slot_ + 1 < leaf_->count ? leaf_->First(slot_ + 1)
                                                  : map_->tree_.EndOf(*leaf_);
    return SegmentOf(leaf_->First(slot_), end - 1,
                     leaf_->ContentAt(slot_, map_->palette_));
  }
  const_iterator& operator++() {
    ++slot_;
    SkipUnmapped();
    return *this;
  }
  const_iterator operator++(int) {
    const_iterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const const_iterator& a, const const_iterator& b) {
    return a.leaf_ == b.leaf_ && a.slot_ == b.slot_;
  }

 private:
  friend class BasicRangeTreeMap;

  const_iterator(const BasicRangeTreeMap* map, Place place)
      : map_(map), leaf_(place.leaf), slot_(place.slot) {
    SkipUnmapped();
  }

  // To the next segment, or to end(), which has no leaf.
  void SkipUnmapped() {
    while (leaf_ != nullptr) {
      if (slot_ == leaf_->count) {
        leaf_ = map_->tree_.NextOf(*leaf_);
        slot_ = 0;
      } else if (leaf_->IsMapped(slot_)) {
        return;
      } else {
        ++slot_;
      }
    }
  }

  const BasicRangeTreeMap* map_ = nullptr;
  const Leaf* leaf_ = nullptr;
  size_t slot_ = 0;
};

template <typename Geometry>
auto BasicRangeTreeMap<Geometry>::begin() const -> const_iterator {
  return LowerBound(0);
}

template <typename Geometry>
auto BasicRangeTreeMap<Geometry>::end() const -> const_iterator {
  return const_iterator();
}

template <typename Geometry>
auto BasicRangeTreeMap<Geometry>::LowerBound(uint64_t address) const
    -> const_iterator {
  return const_iterator(this, Find(address));
}

template <typename Geometry>
Segment BasicRangeTreeMap<Geometry>::SegmentOf(uint64_t first, uint64_t last,
                                               const Content& content) {
  return {.range = *AddressRange::Create(
              AddressRange::FirstAndLast{.first = first, .last = last}),
          .attributes = *content};
}

template <typename Geometry>
template <typename Visitor>
void BasicRangeTreeMap<Geometry>::VisitOverlapping(const AddressRange& range,
                                                   Visitor&& visitor) const {
  const auto goes_on = [&visitor](const Segment& segment) {
    if constexpr (std::is_void_v<decltype(visitor(segment))>) {
      visitor(segment);
      return true;
    } else {
      return visitor(segment);
    }
  };
  LeafCursor cursor(tree_, range.first());
  size_t slot = cursor.slot();
  do {
    const Leaf& leaf = cursor.leaf();
    const uint64_t leaf_last = cursor.end() - 1;
    if (leaf.is_packed && leaf.First(slot) >= range.first() &&
        leaf_last <= range.last()) {
      if (!VisitPacked(leaf, slot, leaf_last, goes_on)) return;
    } else {
      for (; slot < leaf.count && leaf.First(slot) <= range.last(); ++slot) {
        const uint64_t first = std::max(leaf.First(slot), range.first());
        const uint64_t last = leaf.EndOf(slot, cursor.end()) - 1;
        if (leaf.IsMapped(slot) &&
            !goes_on(SegmentOf(first, std::min(last, range.last()),
                               leaf.ContentAt(slot, palette_)))) {
          return;
        }
      }
    }
    if (leaf_last >= range.last()) return;
    slot = 0;
  } while (cursor.Next());
}

// All of a packed leaf's segments from a slot on; false if `goes_on` said so.
// Which steps are mapped is found for many at once: gaps come as they like, and
// a processor that guesses wrong loses more time than all the rest takes.
template <typename Geometry>
template <typename GoesOn>
bool BasicRangeTreeMap<Geometry>::VisitPacked(const Leaf& leaf, size_t slot,
                                              uint64_t leaf_last,
                                              const GoesOn& goes_on) const {
  const auto visit = [&](size_t i, uint64_t last) {
    return goes_on(
        SegmentOf(leaf.First(i), last, palette_.At(leaf.packed.code[i])));
  };
  const size_t inside = leaf.count - 1u;
  for (size_t begin = slot / 64 * 64; begin < inside; begin += 64) {
    uint64_t mapped = leaf.MappedIn({begin, std::min(begin + 64, inside)});
    if (slot > begin) mapped &= UINT64_MAX << (slot - begin);
    for (; mapped != 0; mapped &= mapped - 1) {
      const size_t i = begin + std::countr_zero(mapped);
      if (!visit(i, leaf.First(i + 1) - 1)) return false;
    }
  }
  return !leaf.IsMapped(inside) || visit(inside, leaf_last);
}

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_RANGE_TREE_MAP_H_
