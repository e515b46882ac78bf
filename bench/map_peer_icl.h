// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_BENCH_MAP_PEER_ICL_H_
#define E820CHECK_BENCH_MAP_PEER_ICL_H_

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/types/span.h"
#include "bench/map_peers.h"
#include "boost/icl/closed_interval.hpp"
#include "boost/icl/interval_map.hpp"
#include "machine/segment.h"

namespace e820check {

// boost::icl::interval_map, which overwrites and coalesces by itself.
class IclPeer : public MapPeer<IclPeer> {
 public:
  static constexpr const char* kName = "boost::icl";

  static IclPeer FromSorted(absl::Span<const Segment> segments) {
    IclPeer peer;
    auto at = peer.map_.end();
    for (const Segment& segment : segments) {
      at = peer.map_.insert(at,
                            {Closed(segment.range), Value{segment.attributes}});
    }
    return peer;
  }

  void Assign(const AddressRange& range, const MemoryAttributes& attributes) {
    map_.set({Closed(range), Value{attributes}});
  }
  void Erase(const AddressRange& range) { map_.erase(Closed(range)); }

  std::optional<MemoryAttributes> At(uint64_t address) const {
    const auto found = map_.find(address);
    if (found == map_.end()) return std::nullopt;
    return found->second.attributes;
  }
  template <typename Visitor>
  void VisitFrom(uint64_t address, Visitor visitor) const {
    for (auto it = map_.lower_bound(Interval(address, address));
         it != map_.end(); ++it) {
      if (!visitor(it->first.lower(), it->first.upper(),
                   it->second.attributes)) {
        return;
      }
    }
  }

  friend bool operator==(const IclPeer& a, const IclPeer& b) {
    return a.map_ == b.map_;
  }

 private:
  // ICL can add up values, which nothing here asks of it.
  struct Value {
    MemoryAttributes attributes;

    Value& operator+=(const Value&) { return *this; }
    friend bool operator==(const Value&, const Value&) = default;
  };
  using Interval = boost::icl::closed_interval<uint64_t>;
  using Map =
      boost::icl::interval_map<uint64_t, Value, boost::icl::partial_enricher,
                               std::less, boost::icl::inplace_plus,
                               boost::icl::inter_section, Interval>;

  static Interval Closed(const AddressRange& range) {
    return {range.first(), range.last()};
  }

  Map map_;
};

}  // namespace e820check

#endif  // E820CHECK_BENCH_MAP_PEER_ICL_H_
