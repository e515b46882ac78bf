// SPDX-License-Identifier: Apache-2.0

// Verify that RangeTreeMap gives every answer that ReferenceMemoryMap gives,
// after any sequence of edits, and that its tree is sound after each of them.

#include "rangetree/range_tree_map.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fuzz/check.h"
#include "fuzz/map_operations.h"
#include "model/reference_memory_map.h"

namespace e820check {
namespace {

// Enough for a tree of three levels; a longer input only costs time.
constexpr size_t kMaxOperations = 32;

struct Query {
  static constexpr char kName[] = "query";
};
struct Contents {
  static constexpr char kName[] = "contents";
};
struct Invariants {
  static constexpr char kName[] = "invariants";
};

template <typename Kind>
void Check(bool holds, const MapOperation& operation) {
  if (!holds) Fail<Kind>(absl::StrCat("differs at ", operation.ToString()));
}

void CheckQuery(const MapOperation& operation,
                const ReferenceMemoryMap& expected,
                const RangeTreeMap& actual) {
  const AddressRange& range = operation.range;
  const GapRequest gap{.size_bytes = operation.size_bytes,
                       .alignment_bytes = operation.step_bytes,
                       .within = range};
  const MemoryType type = operation.attributes.type;
  const auto agree = [&] {
    switch (operation.kind) {
      case MapOperation::Kind::kAt:
        return expected.At(range.first()) == actual.At(range.first());
      case MapOperation::Kind::kOverlaps:
        return expected.Overlaps(range) == actual.Overlaps(range);
      case MapOperation::Kind::kOverlapping:
        return expected.Overlapping(range) == actual.Overlapping(range);
      case MapOperation::Kind::kFirstAlignedGap:
        return expected.FirstAlignedGap(gap) == actual.FirstAlignedGap(gap);
      case MapOperation::Kind::kBytesOfType:
        return expected.BytesOfType(range, type) ==
               actual.BytesOfType(range, type);
      default:
        return true;  // an edit
    }
  };
  Check<Query>(agree(), operation);
}

void CheckContents(const MapOperation& operation,
                   const ReferenceMemoryMap& expected,
                   const RangeTreeMap& actual) {
  CheckOk<Invariants>(
      actual.CheckInvariants(RangeTreeMap::InvariantLevel::kSummaries));
  Check<Contents>(expected.Segments() == actual.Segments() &&
                      expected.size() == actual.size() &&
                      expected.empty() == actual.empty(),
                  operation);
}

// Equality looks at contents: the order of edits leaves no trace.
void CheckEquality(const MapOperation& last, const RangeTreeMap& map) {
  const std::vector<Segment> segments = map.Segments();
  RangeTreeMap rebuilt;
  for (auto it = segments.rbegin(); it != segments.rend(); ++it) {
    rebuilt.Assign(it->range, it->attributes);
  }
  Check<Contents>(rebuilt == map, last);
  if (segments.empty()) return;
  rebuilt.Erase(segments.back().range);
  Check<Contents>(!(rebuilt == map), last);
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  ReferenceMemoryMap expected;
  RangeTreeMap actual;
  MapOperation operation;
  for (size_t i = 0; i < kMaxOperations; ++i) {
    if (bytes.size() < kMapOperationSizeBytes) break;
    operation = DecodeMapOperation(bytes.substr(0, kMapOperationSizeBytes));
    bytes.remove_prefix(kMapOperationSizeBytes);
    if (Edit(operation, expected)) {
      Edit(operation, actual);
      CheckContents(operation, expected, actual);
    } else {
      CheckQuery(operation, expected, actual);
    }
  }
  CheckEquality(operation, actual);
  return 0;
}
