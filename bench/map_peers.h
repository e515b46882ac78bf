// SPDX-License-Identifier: Apache-2.0

// What one would pick instead of RangeTreeMap, each behind the same interface:
//
//   kName, FromSorted(span<const Segment>), copies and ==,
//   Assign, Erase, At, AtEach,
//   VisitFrom(address, visitor): segments that do not end below the address,
//     ascending, until visitor(first, last, attributes) returns false,
//   BytesOfType, FirstAlignedGap, Overlaps.
//
// Peers keep maximal segments, as RangeTreeMap does. None has sums or gaps of
// its own, so that they share the obvious loops over VisitFrom.
// map_peer_llvm.h and map_peer_icl.h hold those that need packages.

#ifndef E820CHECK_BENCH_MAP_PEERS_H_
#define E820CHECK_BENCH_MAP_PEERS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/types/span.h"
#include "machine/address_range.h"
#include "machine/segment.h"
#include "rangetree/range_tree_map.h"

namespace e820check {

// The questions that need nothing but VisitFrom and At. `Map` is the peer.
template <typename Map>
class MapPeer {
 public:
  void AtEach(absl::Span<const uint64_t> addresses,
              absl::Span<std::optional<MemoryAttributes>> results) const {
    for (size_t i = 0; i < addresses.size(); ++i) {
      results[i] = self().At(addresses[i]);
    }
  }
  bool Overlaps(const AddressRange& range) const {
    bool overlaps = false;
    self().VisitFrom(range.first(),
                     [&](uint64_t first, uint64_t, const MemoryAttributes&) {
                       overlaps = first <= range.last();
                       return false;
                     });
    return overlaps;
  }
  // Modulo 2^64.
  uint64_t BytesOfType(const AddressRange& window, MemoryType type) const {
    uint64_t bytes = 0;
    self().VisitFrom(window.first(), [&](uint64_t first, uint64_t last,
                                         const MemoryAttributes& attributes) {
      if (first > window.last()) return false;
      if (attributes.type == type) {
        bytes +=
            std::min(last, window.last()) - std::max(first, window.first()) + 1;
      }
      return true;
    });
    return bytes;
  }
  std::optional<uint64_t> FirstAlignedGap(const GapRequest& request) const {
    const auto align_up = [&](uint64_t address) -> std::optional<uint64_t> {
      const uint64_t excess = address % request.alignment_bytes;
      return excess == 0
                 ? address
                 : CheckedAdd(address, request.alignment_bytes - excess);
    };
    std::optional<uint64_t> place = align_up(request.within.first());
    self().VisitFrom(request.within.first(), [&](uint64_t first, uint64_t last,
                                                 const MemoryAttributes&) {
      if (!place) return false;
      if (*place < first && first - *place >= request.size_bytes) {
        return false;
      }
      if (last >= *place) {
        place = last == UINT64_MAX ? std::nullopt : align_up(last + 1);
      }
      return place && *place <= request.within.last();
    });
    if (!place || *place > request.within.last() ||
        request.within.last() - *place < request.size_bytes - 1) {
      return std::nullopt;
    }
    return place;
  }

 private:
  const Map& self() const { return static_cast<const Map&>(*this); }
};

// ---- Sorted arrays ----

enum class ArraySearch { kBinary, kLinear };

// A sorted vector, searched by bisection, or from the front as QEMU searches
// its e820 array.
template <ArraySearch kSearch>
class ArrayPeer : public MapPeer<ArrayPeer<kSearch>> {
 public:
  static constexpr const char* kName =
      kSearch == ArraySearch::kBinary ? "sorted vector" : "linear array";

  static ArrayPeer FromSorted(absl::Span<const Segment> segments) {
    ArrayPeer peer;
    peer.entries_.reserve(segments.size());
    for (const Segment& segment : segments) {
      const uint64_t first = segment.range.first();
      if (!peer.entries_.empty()) {
        Entry& before = peer.entries_.back();
        if (before.last + 1 == first &&
            before.attributes == segment.attributes) {
          before.last = segment.range.last();
          continue;
        }
      }
      peer.entries_.push_back(
          {first, segment.range.last(), segment.attributes});
    }
    return peer;
  }

  void Assign(const AddressRange& range, const MemoryAttributes& attributes) {
    Edit(range, &attributes);
  }
  void Erase(const AddressRange& range) { Edit(range, nullptr); }

  std::optional<MemoryAttributes> At(uint64_t address) const {
    const auto found = Find(address);
    if (found == entries_.end() || found->first > address) return std::nullopt;
    return found->attributes;
  }
  template <typename Visitor>
  void VisitFrom(uint64_t address, Visitor visitor) const {
    for (auto it = Find(address); it != entries_.end(); ++it) {
      if (!visitor(it->first, it->last, it->attributes)) return;
    }
  }

  friend bool operator==(const ArrayPeer& a, const ArrayPeer& b) {
    return a.entries_ == b.entries_;
  }

 private:
  struct Entry {
    uint64_t first;
    uint64_t last;
    MemoryAttributes attributes;

    friend bool operator==(const Entry&, const Entry&) = default;
  };
  using Iterator = typename std::vector<Entry>::const_iterator;

  // The first entry that does not end below the address.
  Iterator Find(uint64_t address) const {
    const auto ends_below = [address](const Entry& entry) {
      return entry.last < address;
    };
    return kSearch == ArraySearch::kBinary
               ? std::partition_point(entries_.begin(), entries_.end(),
                                      ends_below)
               : std::find_if_not(entries_.begin(), entries_.end(), ends_below);
  }

  void Edit(const AddressRange& range, const MemoryAttributes* attributes) {
    uint64_t first = range.first();
    uint64_t last = range.last();
    const bool assigns = attributes != nullptr;
    const auto begin =
        entries_.begin() +
        (Find(first - (assigns && first > 0 ? 1 : 0)) - entries_.cbegin());
    const uint64_t reach = last + (assigns && last < UINT64_MAX ? 1 : 0);
    auto end = begin;
    while (end != entries_.end() && end->first <= reach) ++end;

    std::array<Entry, 3> pieces;
    size_t count = 0;
    std::optional<Entry> right;
    if (begin != end) {
      const Entry& left = *begin;
      const Entry& rightmost = *(end - 1);
      const bool left_joins = assigns && left.attributes == *attributes;
      const bool right_joins = assigns && rightmost.attributes == *attributes;
      if (rightmost.last > last) {
        if (right_joins) {
          last = rightmost.last;
        } else {
          right = Entry{last + 1, rightmost.last, rightmost.attributes};
        }
      }
      if (left.first < first) {
        if (left_joins) {
          first = left.first;
        } else {
          pieces[count++] = {left.first, first - 1, left.attributes};
        }
      }
    }
    if (assigns) pieces[count++] = {first, last, *attributes};
    if (right) pieces[count++] = *right;

    const auto room = static_cast<size_t>(end - begin);
    const size_t in_place = std::min(room, count);
    std::copy_n(pieces.begin(), in_place, begin);
    if (count < room) {
      entries_.erase(begin + static_cast<std::ptrdiff_t>(count), end);
    } else if (count > room) {
      entries_.insert(end, pieces.begin() + in_place, pieces.begin() + count);
    }
  }

  std::vector<Entry> entries_;
};

using SortedVectorPeer = ArrayPeer<ArraySearch::kBinary>;
using LinearArrayPeer = ArrayPeer<ArraySearch::kLinear>;

// ---- Ordered maps ----

// Where a segment ends, and what it is, by its first address.
struct OrderedEntry {
  uint64_t last;
  MemoryAttributes attributes;

  friend bool operator==(const OrderedEntry&, const OrderedEntry&) = default;
};

template <typename OrderedMap>
class OrderedPeer : public MapPeer<OrderedPeer<OrderedMap>> {
 public:
  static constexpr const char* kName =
      std::is_same_v<OrderedMap, std::map<uint64_t, OrderedEntry>>
          ? "std::map"
          : "absl::btree_map";

  static OrderedPeer FromSorted(absl::Span<const Segment> segments) {
    OrderedPeer peer;
    for (const Segment& segment : segments) {
      const uint64_t first = segment.range.first();
      if (!peer.map_.empty()) {
        OrderedEntry& before = std::prev(peer.map_.end())->second;
        if (before.last + 1 == first &&
            before.attributes == segment.attributes) {
          before.last = segment.range.last();
          continue;
        }
      }
      peer.map_.emplace_hint(
          peer.map_.end(), first,
          OrderedEntry{segment.range.last(), segment.attributes});
    }
    return peer;
  }

  void Assign(const AddressRange& range, const MemoryAttributes& attributes) {
    Edit(range, &attributes);
  }
  void Erase(const AddressRange& range) { Edit(range, nullptr); }

  std::optional<MemoryAttributes> At(uint64_t address) const {
    auto it = map_.upper_bound(address);
    if (it == map_.begin()) return std::nullopt;
    --it;
    if (it->second.last < address) return std::nullopt;
    return it->second.attributes;
  }
  template <typename Visitor>
  void VisitFrom(uint64_t address, Visitor visitor) const {
    auto it = map_.upper_bound(address);
    if (it != map_.begin() && std::prev(it)->second.last >= address) --it;
    for (; it != map_.end(); ++it) {
      if (!visitor(it->first, it->second.last, it->second.attributes)) return;
    }
  }

  friend bool operator==(const OrderedPeer& a, const OrderedPeer& b) {
    return a.map_ == b.map_;
  }

 private:
  void Edit(const AddressRange& range, const MemoryAttributes* attributes) {
    const uint64_t first = range.first();
    uint64_t last = range.last();
    const auto joins = [attributes](const OrderedEntry& entry) {
      return attributes != nullptr && entry.attributes == *attributes;
    };
    // Segments that start in the range, and what is left of the last of them.
    const auto begin = map_.lower_bound(first);
    auto end = begin;
    std::optional<OrderedEntry> right;
    for (; end != map_.end() && end->first <= last; ++end) {
      if (end->second.last > last) right = end->second;
    }
    OrderedEntry* left = nullptr;
    if (begin != map_.begin()) {
      OrderedEntry& before = std::prev(begin)->second;
      if (before.last > last) right = before;
      if (before.last >= first || (joins(before) && before.last + 1 == first)) {
        left = &before;
      }
    }
    if (right && joins(*right)) {
      last = right->last;
      right.reset();
    } else if (!right && end != map_.end() && end->first - 1 == last &&
               joins(end->second)) {
      last = end->second.last;
      ++end;
    }
    const bool extends_left = left != nullptr && joins(*left);
    if (left != nullptr) left->last = extends_left ? last : first - 1;
    auto hint = begin == end ? begin : map_.erase(begin, end);
    if (right) {
      hint = map_.emplace_hint(hint, last + 1,
                               OrderedEntry{right->last, right->attributes});
    }
    if (attributes != nullptr && !extends_left) {
      map_.emplace_hint(hint, first, OrderedEntry{last, *attributes});
    }
  }

  OrderedMap map_;
};

using StdMapPeer = OrderedPeer<std::map<uint64_t, OrderedEntry>>;
using BtreePeer = OrderedPeer<absl::btree_map<uint64_t, OrderedEntry>>;

// ---- RangeTreeMap ----

class RangeTreePeer {
 public:
  static constexpr const char* kName = "RangeTreeMap";

  static RangeTreePeer FromSorted(absl::Span<const Segment> segments) {
    RangeTreePeer peer;
    peer.map_ = *RangeTreeMap::FromSorted(segments);
    return peer;
  }

  void Assign(const AddressRange& range, const MemoryAttributes& attributes) {
    map_.Assign(range, attributes);
  }
  void Erase(const AddressRange& range) { map_.Erase(range); }

  std::optional<MemoryAttributes> At(uint64_t address) const {
    return map_.At(address);
  }
  void AtEach(absl::Span<const uint64_t> addresses,
              absl::Span<std::optional<MemoryAttributes>> results) const {
    map_.AtEach(addresses, results);
  }
  template <typename Visitor>
  void VisitFrom(uint64_t address, Visitor visitor) const {
    const AddressRange rest = *AddressRange::Create(
        AddressRange::FirstAndLast{.first = address, .last = UINT64_MAX});
    map_.VisitOverlapping(rest, [&visitor](const Segment& segment) {
      return visitor(segment.range.first(), segment.range.last(),
                     segment.attributes);
    });
  }
  bool Overlaps(const AddressRange& range) const {
    return map_.Overlaps(range);
  }
  absl::uint128 BytesOfType(const AddressRange& window, MemoryType type) const {
    return map_.BytesOfType(window, type);
  }
  std::optional<uint64_t> FirstAlignedGap(const GapRequest& request) const {
    return map_.FirstAlignedGap(request);
  }

  friend bool operator==(const RangeTreePeer&, const RangeTreePeer&) = default;

 private:
  RangeTreeMap map_;
};

}  // namespace e820check

#endif  // E820CHECK_BENCH_MAP_PEERS_H_
