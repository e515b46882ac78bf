// SPDX-License-Identifier: Apache-2.0

// The map behind range_map_subject.h, under the names that map laws and map
// operations use (machine/segment.h).

#ifndef E820CHECK_SYSTEMS_SUBJECT_RANGE_MAP_H_
#define E820CHECK_SYSTEMS_SUBJECT_RANGE_MAP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "machine/address_range.h"
#include "machine/segment.h"
#include "systems/subject/range_map_subject.h"

namespace e820check {

class SubjectRangeMap {
 public:
  SubjectRangeMap();
  SubjectRangeMap(const SubjectRangeMap& other);
  SubjectRangeMap& operator=(const SubjectRangeMap& other);

  void Assign(const AddressRange& range, const MemoryAttributes& attributes);
  void Erase(const AddressRange& range);
  void Clear() { Erase(AddressRange::Everything()); }

  std::optional<MemoryAttributes> At(uint64_t address) const;
  // As iterated, right or wrong; at most kMaxSegments, and no further than an
  // entry that is no range or leads back.
  static constexpr size_t kMaxSegments = 1 << 16;
  std::vector<Segment> Segments() const;
  size_t size() const { return Segments().size(); }
  bool empty() const { return size() == 0; }

  // Whether an edit was refused for want of memory: contents then mean nothing.
  bool out_of_memory() const { return out_of_memory_; }

 private:
  struct Destroy {
    void operator()(range_map_subject* map) const { range_map_destroy(map); }
  };

  std::unique_ptr<range_map_subject, Destroy> map_;
  bool out_of_memory_ = false;
};

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_SUBJECT_RANGE_MAP_H_
