// SPDX-License-Identifier: Apache-2.0

// Verify that RangeTreeMap gives every answer that an array of cells gives,
// after any sequence of edits, and that its tree is sound after each of them.

#include "rangetree/range_tree_map.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "fuzz/support/cell_map.h"
#include "fuzz/support/check.h"
#include "fuzz/support/explain.h"
#include "fuzz/support/map_operations.h"
#include "fuzz/support/mutator.h"

namespace e820check {
namespace {

// Enough for a tree of many levels; a longer input only costs time.
constexpr size_t kMaxOperations = 32;
static_assert(2 * kMaxOperations * kMaxStripes < CellMap::kMaxCells);

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

// Whether the segments in `window` are those of the cells, in order.
template <typename Map>
bool SameSegments(const CellMap& expected, const Map& actual,
                  const AddressRange& window, size_t& segments) {
  // Allocated once, for all cases.
  static auto& runs = *new std::vector<Segment>;
  runs.clear();
  expected.VisitRuns(window, [](const AddressRange& run, const auto& content) {
    if (content) runs.push_back({.range = run, .attributes = *content});
    return true;
  });
  segments = 0;
  bool same = true;
  actual.VisitOverlapping(window, [&](const Segment& segment) {
    same = segments < runs.size() && runs[segments] == segment;
    ++segments;
    return same;
  });
  return same && segments == runs.size();
}

template <typename Map>
void CheckQuery(const MapOperation& operation, const CellMap& expected,
                const Map& actual) {
  const AddressRange& range = operation.range;
  const GapRequest gap{.size_bytes = operation.size_bytes,
                       .alignment_bytes = operation.step_bytes,
                       .within = range};
  const MemoryType type = operation.attributes.type;
  const auto agree = [&] {
    size_t segments = 0;
    switch (operation.kind) {
      case MapOperation::Kind::kAt:
        return expected.At(range.first()) == actual.At(range.first());
      case MapOperation::Kind::kOverlaps:
        return expected.Overlaps(range) == actual.Overlaps(range);
      case MapOperation::Kind::kOverlapping:
        return SameSegments(expected, actual, range, segments);
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

template <typename Map>
void CheckContents(const MapOperation& operation, const CellMap& expected,
                   const Map& actual) {
  CheckOk<Invariants>(actual.CheckInvariants(Map::InvariantLevel::kSummaries));
  size_t segments = 0;
  Check<Contents>(
      SameSegments(expected, actual, AddressRange::Everything(), segments) &&
          actual.size() == segments && actual.empty() == (segments == 0),
      operation);
}

// Equality looks at contents: the order of edits leaves no trace.
template <typename Map>
void CheckEquality(const MapOperation& last, const CellMap& expected,
                   const Map& map, Map& rebuilt) {
  rebuilt.Clear();
  // Every other segment, then the rest.
  for (const size_t part : {0, 1}) {
    size_t i = 0;
    expected.VisitRuns(AddressRange::Everything(),
                       [&](const AddressRange& run, const auto& content) {
                         if (content && i++ % 2 == part)
                           rebuilt.Assign(run, *content);
                         return true;
                       });
  }
  Check<Contents>(rebuilt == map, last);
  if (map.empty()) return;
  rebuilt.Erase((*map.begin()).range);
  Check<Contents>(!(rebuilt == map), last);
}

// The map built at once, copied and moved is the same map, and asked about many
// addresses at once it says what it says of each.
template <typename Map>
void CheckCopies(const MapOperation& last, const Map& map) {
  const std::vector<Segment> segments = map.Segments();
  const auto built = Map::FromSorted(segments);
  Check<Contents>(built.has_value() && *built == map, last);
  CheckOk<Invariants>(built->CheckInvariants(Map::InvariantLevel::kSummaries));
  Map copy;
  copy = *built;
  Map moved = std::move(copy);
  Check<Contents>(copy.empty(), last);  // NOLINT
  copy = std::move(moved);
  Check<Contents>(copy == map && moved.empty(), last);  // NOLINT
  if (segments.size() > 1) {
    Check<Contents>(!Map::FromSorted({segments[1], segments[0]}), last);
  }

  std::vector<uint64_t> addresses = {0, UINT64_MAX};
  for (auto it = map.begin(); it != map.end(); it++) {
    const AddressRange range = (*it).range;
    addresses.push_back(range.first());
    addresses.push_back(range.last() + 1);
  }
  std::vector<std::optional<MemoryAttributes>> contents(addresses.size());
  map.AtEach(addresses, absl::MakeSpan(contents));
  for (size_t i = 0; i < addresses.size(); ++i) {
    Check<Query>(contents[i] == map.At(addresses[i]), last);
  }
}

// Calls visitor(operation) with each record's.
template <typename Visitor>
void VisitOperations(absl::string_view bytes, Visitor visitor) {
  for (size_t i = 0; i < kMaxOperations; ++i) {
    if (bytes.size() < kMapOperationSizeBytes) return;
    visitor(DecodeMapOperation(bytes.substr(0, kMapOperationSizeBytes)));
    bytes.remove_prefix(kMapOperationSizeBytes);
  }
}

// Maps live on from case to case, empty, since allocation takes longer than all
// else.
template <typename Map>
void Run(absl::string_view bytes) {
  static auto& expected = *new CellMap;
  static auto& actual = *new Map;
  static auto& rebuilt = *new Map;
  expected.Reset();
  actual.Clear();
  VisitOperations(bytes, [](const MapOperation& operation) {
    VisitEditedRanges(
        operation, [](const AddressRange& range) { expected.AddEdges(range); });
  });
  expected.Divide();
  MapOperation last;
  VisitOperations(bytes, [&](const MapOperation& operation) {
    last = operation;
    if (Edit(operation, expected)) {
      Edit(operation, actual);
      CheckContents(operation, expected, actual);
    } else {
      CheckQuery(operation, expected, actual);
    }
  });
  CheckEquality(last, expected, actual, rebuilt);
  CheckCopies(last, actual);
}

}  // namespace
}  // namespace e820check

const e820check::Mutator& e820check::TargetMutator() {
  return kMapOperationsMutator;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  // A bit that no record uses: a few operations fill many tiny nodes, but users
  // have others.
  const bool usual = size > 1 && (data[1] & 0x80) != 0;
  Examine(
      [&] {
        return absl::StrCat("no machine, but a map with ",
                            usual ? "usual" : "tiny", " nodes:\n",
                            DescribeMapOperations(bytes, kMaxOperations));
      },
      [&] {
        if (usual) {
          Run<RangeTreeMap>(bytes);
        } else {
          Run<BasicRangeTreeMap<range_tree_internal::TinyGeometry>>(bytes);
        }
      });
  return 0;
}
