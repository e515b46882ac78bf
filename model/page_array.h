// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MODEL_PAGE_ARRAY_H_
#define E820CHECK_MODEL_PAGE_ARRAY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/numeric/int128.h"
#include "machine/segment.h"

namespace e820check {

// The memory map in which nothing can go wrong: one entry for each page of a
// small address space [0, page_count * page_size_bytes), and every operation a
// loop over pages. The bottom of the ladder PageArray -> ReferenceMemoryMap ->
// RangeTreeMap.
//
// Assign and Erase abort unless the range is made of whole pages of the space.
// Questions take any range; addresses outside the space are unmapped.
class PageArray {
 public:
  struct Geometry {
    uint64_t page_size_bytes;  // not 0
    size_t page_count;

    friend bool operator==(const Geometry&, const Geometry&) = default;
  };

  explicit PageArray(Geometry geometry);

  void Assign(const AddressRange& range, const MemoryAttributes& attributes);
  void Erase(const AddressRange& range);
  void Clear();

  std::optional<MemoryAttributes> At(uint64_t address) const;
  // Whether any byte of the range is mapped.
  bool Overlaps(const AddressRange& range) const;
  // The mapped parts of the range as maximal runs, ascending.
  std::vector<Segment> Overlapping(const AddressRange& range) const;
  std::optional<uint64_t> FirstAlignedGap(const GapRequest& request) const;
  absl::uint128 BytesOfType(const AddressRange& window, MemoryType type) const;

  // All maximal runs, ascending; size() is their number.
  std::vector<Segment> Segments() const;
  size_t size() const { return Segments().size(); }
  bool empty() const { return Segments().empty(); }

  friend bool operator==(const PageArray&, const PageArray&) = default;

 private:
  AddressRange PageRange(size_t page) const;
  void Set(const AddressRange& range,
           const std::optional<MemoryAttributes>& attributes);

  Geometry geometry_;
  std::vector<std::optional<MemoryAttributes>> pages_;
};

}  // namespace e820check

#endif  // E820CHECK_MODEL_PAGE_ARRAY_H_
