// SPDX-License-Identifier: Apache-2.0

// What a memory map holds. Three containers map addresses to attributes:
// model/cell_array.h, model/reference_memory_map.h and
// rangetree/range_tree_map.h. They offer the same operations under the same
// names, so that map properties are written once, as templates.

#ifndef E820CHECK_MACHINE_SEGMENT_H_
#define E820CHECK_MACHINE_SEGMENT_H_

#include <cstdint>

#include "machine/address_range.h"
#include "machine/memory_type.h"

namespace e820check {

// Who a byte of memory belongs to: a NUMA node id, or kNoOwner.
inline constexpr uint32_t kNoOwner = UINT32_MAX;

struct MemoryAttributes {
  MemoryType type = MemoryType::kRam;
  uint32_t owner = kNoOwner;

  friend bool operator==(const MemoryAttributes&,
                         const MemoryAttributes&) = default;
};

// A maximal run of addresses with equal attributes: the neighbours of a
// segment in a map either leave a gap or have other attributes.
struct Segment {
  AddressRange range;
  MemoryAttributes attributes;

  friend bool operator==(const Segment&, const Segment&) = default;
};

// The lowest multiple of alignment_bytes at which size_bytes unmapped bytes lie
// inside `within`. Neither size nor alignment is 0; the alignment need not be a
// power of two.
struct GapRequest {
  uint64_t size_bytes = 1;
  uint64_t alignment_bytes = 1;
  AddressRange within = AddressRange::Everything();
};

}  // namespace e820check

#endif  // E820CHECK_MACHINE_SEGMENT_H_
