// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_BENCH_MAP_PEER_LLVM_H_
#define E820CHECK_BENCH_MAP_PEER_LLVM_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/types/span.h"
#include "bench/map_peers.h"
#include "llvm/ADT/IntervalMap.h"
#include "machine/segment.h"

namespace e820check {

// llvm::IntervalMap, which coalesces by itself, but neither overwrites nor
// copies: ranges are cleared before, and a copy is a sorted build. Its values
// are attributes as one number, of which 0, type 0 of node 0, means nothing.
class IntervalMapPeer : public MapPeer<IntervalMapPeer> {
 public:
  static constexpr const char* kName = "llvm::IntervalMap";

  IntervalMapPeer() : map_(std::make_unique<Map>(*allocator_)) {}
  IntervalMapPeer(const IntervalMapPeer& other) : IntervalMapPeer() {
    auto at = map_->end();
    for (auto it = other.map_->begin(); it.valid(); ++it) {
      at.insert(it.start(), it.stop(), it.value());
      ++at;
    }
  }
  IntervalMapPeer(IntervalMapPeer&&) = default;
  IntervalMapPeer& operator=(const IntervalMapPeer&) = delete;
  IntervalMapPeer& operator=(IntervalMapPeer&& other) noexcept {
    std::swap(allocator_, other.allocator_);
    std::swap(map_, other.map_);
    return *this;
  }

  static IntervalMapPeer FromSorted(absl::Span<const Segment> segments) {
    IntervalMapPeer peer;
    auto at = peer.map_->end();
    for (const Segment& segment : segments) {
      at.insert(segment.range.first(), segment.range.last(),
                Number(segment.attributes));
      ++at;
    }
    return peer;
  }

  void Assign(const AddressRange& range, const MemoryAttributes& attributes) {
    Erase(range);
    map_->insert(range.first(), range.last(), Number(attributes));
  }
  void Erase(const AddressRange& range) {
    const uint64_t first = range.first();
    const uint64_t last = range.last();
    auto it = map_->find(first);
    if (it.valid() && it.start() < first) {
      const uint64_t stop = it.stop();
      const uint64_t value = it.value();
      it.setStop(first - 1);
      if (stop > last) {
        map_->insert(last + 1, stop, value);
        return;
      }
      ++it;
    }
    while (it.valid() && it.start() <= last) {
      if (it.stop() > last) {
        it.setStart(last + 1);
        return;
      }
      it.erase();
    }
  }

  std::optional<MemoryAttributes> At(uint64_t address) const {
    const uint64_t number = map_->lookup(address, 0);
    if (number == 0) return std::nullopt;
    return Attributes(number);
  }
  template <typename Visitor>
  void VisitFrom(uint64_t address, Visitor visitor) const {
    for (auto it = map_->find(address); it.valid(); ++it) {
      if (!visitor(it.start(), it.stop(), Attributes(it.value()))) return;
    }
  }

  friend bool operator==(const IntervalMapPeer& a, const IntervalMapPeer& b) {
    auto i = a.map_->begin();
    auto j = b.map_->begin();
    for (; i.valid() && j.valid(); ++i, ++j) {
      if (i.start() != j.start() || i.stop() != j.stop() ||
          i.value() != j.value()) {
        return false;
      }
    }
    return i.valid() == j.valid();
  }

 private:
  using Map = llvm::IntervalMap<uint64_t, uint64_t>;

  static uint64_t Number(const MemoryAttributes& attributes) {
    return static_cast<uint64_t>(attributes.type) << 32 | attributes.owner;
  }
  static MemoryAttributes Attributes(uint64_t number) {
    return {.type = static_cast<MemoryType>(number >> 32),
            .owner = static_cast<uint32_t>(number)};
  }

  std::unique_ptr<Map::Allocator> allocator_ =
      std::make_unique<Map::Allocator>();
  std::unique_ptr<Map> map_;
};

}  // namespace e820check

#endif  // E820CHECK_BENCH_MAP_PEER_LLVM_H_
