// SPDX-License-Identifier: Apache-2.0

// What the targets of maps share: operations of fuzz bytes on two maps at once.

#ifndef E820CHECK_FUZZ_SUPPORT_CHECK_MAP_H_
#define E820CHECK_FUZZ_SUPPORT_CHECK_MAP_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "fuzz/support/check.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/map_operations.h"
#include "model/cell_array.h"
#include "properties/laws/map_checker.h"

namespace e820check {

// Enough for a tree of many levels; a longer input only costs time.
inline constexpr size_t kMaxMapOperations = 32;

struct MapQuery {
  static constexpr char kName[] = "query";
};
struct MapContents {
  static constexpr char kName[] = "contents";
};
struct MapOrder {
  static constexpr char kName[] = "order of segments";
};

// OK, or fails as `Kind`, saying after which operation.
template <typename Kind>
void CheckAfter(const MapOperation& operation, const absl::Status& status) {
  if (status.ok()) return;
  Fail<Kind>(
      absl::StrCat(status.message(), "\n  after ", operation.ToString()));
}

// A map in which each operation edits whole cells.
inline void DivideFor(absl::Span<const MapOperation> operations,
                      CellArray& map) {
  std::vector<AddressRange> ranges;
  for (const MapOperation& operation : operations) {
    VisitEditedRanges(operation, [&ranges](const AddressRange& range) {
      ranges.push_back(range);
    });
  }
  map.Divide(ranges);
}

// What the query asks; OK for an edit.
template <typename Checker>
absl::Status AskBoth(const MapOperation& query, const Checker& maps) {
  switch (query.kind) {
    case MapOperation::Kind::kAt:
      return maps.CheckAt(query.range.first());
    case MapOperation::Kind::kOverlaps:
      return maps.CheckOverlaps(query.range);
    case MapOperation::Kind::kOverlapping:
      return maps.CheckOverlapping(query.range);
    case MapOperation::Kind::kFirstAlignedGap:
      return maps.CheckFirstAlignedGap({.size_bytes = query.size_bytes,
                                        .alignment_bytes = query.step_bytes,
                                        .within = query.range});
    case MapOperation::Kind::kBytesOfType:
      return maps.CheckBytesOfType(query.range, query.attributes.type);
    default:
      return absl::OkStatus();
  }
}

// One input of a target of maps: `run` gets its operations. `which` says what
// map it is, in words: "a map".
template <typename RunOperations>
void ExamineMap(absl::string_view which, absl::string_view bytes,
                RunOperations run) {
  Examine(
      [&] {
        return absl::StrCat("no machine, but ", which, ":\n",
                            DescribeMapOperations(bytes, kMaxMapOperations));
      },
      [&] { run(DecodeMapOperations(bytes, kMaxMapOperations)); });
}

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_CHECK_MAP_H_
