// SPDX-License-Identifier: Apache-2.0

// Seeded contents and operations for memory maps of any size, the same for
// tests and benchmarks. Addresses are multiples of a page; sizes are
// log-uniform, as those of real memory maps are: many pages, few gigabytes.

#ifndef E820CHECK_PROPERTIES_GENERATE_MAP_WORKLOAD_H_
#define E820CHECK_PROPERTIES_GENERATE_MAP_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "machine/address_range.h"
#include "machine/segment.h"
#include "properties/generate/choices.h"

namespace e820check {

inline constexpr uint64_t kWorkloadPageBytes = 4 * kKiB;

struct MapWrite {
  AddressRange range;
  std::optional<MemoryAttributes> attributes;  // nullopt: erase
};

template <typename Map>
void Apply(const MapWrite& write, Map& map) {
  if (write.attributes) {
    map.Assign(write.range, *write.attributes);
  } else {
    map.Erase(write.range);
  }
}

// The type and owner of a random piece of memory: six types, of which RAM is
// the most frequent; RAM has one of four owners.
MemoryAttributes WorkloadAttributes(Choices& choices);

// `count` segments, ascending; half of them touch the one before.
std::vector<Segment> WorkloadSegments(size_t count, Choices& choices);

// From address 0 to the last address of the segments, which are not none.
AddressRange WorkloadSpace(const std::vector<Segment>& segments);

// Three assigns to each erase, anywhere in a space, of sizes that keep the
// number of segments about what WorkloadSegments made of that space.
std::vector<MapWrite> WorkloadWrites(const AddressRange& space, size_t count,
                                     Choices& choices);

std::vector<uint64_t> WorkloadAddresses(const AddressRange& space, size_t count,
                                        Choices& choices);

// Any windows of a space, or those of about one segment.
std::vector<AddressRange> WorkloadWindows(const AddressRange& space,
                                          size_t count, Choices& choices);
std::vector<AddressRange> WorkloadSmallWindows(const AddressRange& space,
                                               size_t count, Choices& choices);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_GENERATE_MAP_WORKLOAD_H_
