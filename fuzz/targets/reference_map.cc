// SPDX-License-Identifier: Apache-2.0

// Verify that ReferenceMemoryMap, which other maps are held against, gives
// every answer that an array of cells gives, after any sequence of edits, in
// maximal segments in order.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/cell_map.h"
#include "fuzz/support/check.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/map_operations.h"
#include "fuzz/support/mutator.h"
#include "model/reference_memory_map.h"
#include "properties/laws/map_laws.h"

namespace e820check {
namespace {

// As in the target range_tree_map.
constexpr size_t kMaxOperations = 32;

struct Query {
  static constexpr char kName[] = "query";
};
struct Order {
  static constexpr char kName[] = "order of segments";
};
struct Contents {
  static constexpr char kName[] = "contents";
};

std::vector<Segment> SegmentsOf(const CellMap& map,
                                const AddressRange& window) {
  std::vector<Segment> segments;
  map.VisitRuns(window, [&](const AddressRange& run, const auto& content) {
    if (content) segments.push_back({.range = run, .attributes = *content});
    return true;
  });
  return segments;
}

bool Agree(const MapOperation& query, const CellMap& expected,
           const ReferenceMemoryMap& actual) {
  const AddressRange& range = query.range;
  switch (query.kind) {
    case MapOperation::Kind::kAt:
      return expected.At(range.first()) == actual.At(range.first());
    case MapOperation::Kind::kOverlaps:
      return expected.Overlaps(range) == actual.Overlaps(range);
    case MapOperation::Kind::kOverlapping:
      return SegmentsOf(expected, range) == actual.Overlapping(range);
    case MapOperation::Kind::kFirstAlignedGap: {
      const GapRequest gap{.size_bytes = query.size_bytes,
                           .alignment_bytes = query.step_bytes,
                           .within = range};
      return expected.FirstAlignedGap(gap) == actual.FirstAlignedGap(gap);
    }
    case MapOperation::Kind::kBytesOfType: {
      const MemoryType type = query.attributes.type;
      return expected.BytesOfType(range, type) ==
             actual.BytesOfType(range, type);
    }
    default:
      return true;  // an edit
  }
}

void Run(const std::vector<MapOperation>& operations) {
  CellMap expected;
  ReferenceMemoryMap actual;
  for (const MapOperation& operation : operations) {
    VisitEditedRanges(operation, [&](const AddressRange& range) {
      expected.AddEdges(range);
    });
  }
  expected.Divide();
  for (const MapOperation& operation : operations) {
    const std::string at = absl::StrCat("differs at ", operation.ToString());
    if (Edit(operation, expected)) {
      Edit(operation, actual);
      const std::vector<Segment> segments =
          SegmentsOf(expected, AddressRange::Everything());
      if (segments != actual.Segments() || segments.size() != actual.size() ||
          segments.empty() != actual.empty()) {
        Fail<Contents>(at);
      }
      CheckOk<Order>(CheckSegments(actual));
    } else if (!Agree(operation, expected, actual)) {
      Fail<Query>(at);
    }
  }
}

}  // namespace
}  // namespace e820check

const e820check::Mutator& e820check::TargetMutator() {
  return kMapOperationsMutator;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  Examine(
      [bytes] {
        return absl::StrCat("no machine, but a map:\n",
                            DescribeMapOperations(bytes, kMaxOperations));
      },
      [bytes] { Run(DecodeMapOperations(bytes, kMaxOperations)); });
  return 0;
}
