// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MODEL_REFERENCE_MEMORY_MAP_H_
#define E820CHECK_MODEL_REFERENCE_MEMORY_MAP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/numeric/int128.h"
#include "machine/segment.h"

namespace e820check {

// The memory map over all 64-bit addresses that one can check by reading: a
// sorted vector of maximal segments. Every operation walks the whole vector.
class ReferenceMemoryMap {
 public:
  // Overwrites whatever the range held.
  void Assign(const AddressRange& range, const MemoryAttributes& attributes);
  // Unmaps the range; parts of it may be unmapped already.
  void Erase(const AddressRange& range);
  void Clear() { segments_.clear(); }

  std::optional<MemoryAttributes> At(uint64_t address) const;
  // Whether any byte of the range is mapped.
  bool Overlaps(const AddressRange& range) const;
  // The mapped parts of the range, clipped to it, ascending.
  std::vector<Segment> Overlapping(const AddressRange& range) const;
  std::optional<uint64_t> FirstAlignedGap(const GapRequest& request) const;
  // A window of 2^64 bytes may hold 2^64 bytes of one type.
  absl::uint128 BytesOfType(const AddressRange& window, MemoryType type) const;

  std::vector<Segment> Segments() const { return segments_; }
  size_t size() const { return segments_.size(); }
  bool empty() const { return segments_.empty(); }

  friend bool operator==(const ReferenceMemoryMap&,
                         const ReferenceMemoryMap&) = default;

 private:
  std::vector<Segment> segments_;  // disjoint, ascending, maximal
};

}  // namespace e820check

#endif  // E820CHECK_MODEL_REFERENCE_MEMORY_MAP_H_
