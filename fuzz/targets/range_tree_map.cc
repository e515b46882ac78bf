// SPDX-License-Identifier: Apache-2.0

// Verify that RangeTreeMap gives every answer that an array of cells gives,
// after any sequence of edits, and that its tree is sound after each of them.

#include "rangetree/range_tree_map.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "fuzz/support/check_map.h"
#include "fuzz/support/mutator.h"

namespace e820check {
namespace {

struct Invariants {
  static constexpr char kName[] = "invariants";
};

template <typename Kind>
void Check(bool holds, const MapOperation& last) {
  CheckAfter<Kind>(last, holds ? absl::OkStatus() : MapLawBroken("differs"));
}

template <typename Map>
void CheckInvariants(const MapOperation& last, const Map& map) {
  CheckAfter<Invariants>(last,
                         map.CheckInvariants(Map::InvariantLevel::kSummaries));
}

// Equality looks at contents: the order of edits leaves no trace.
template <typename Map>
void CheckEquality(const MapOperation& last,
                   const std::vector<Segment>& segments, const Map& map,
                   Map& rebuilt) {
  rebuilt.Clear();
  // Every other segment, then the rest.
  for (const size_t part : {0, 1}) {
    for (size_t i = part; i < segments.size(); i += 2) {
      rebuilt.Assign(segments[i].range, segments[i].attributes);
    }
  }
  Check<MapContents>(rebuilt == map, last);
  if (map.empty()) return;
  rebuilt.Erase((*map.begin()).range);
  Check<MapContents>(!(rebuilt == map), last);
}

// The map built at once, copied and moved is the same map.
template <typename Map>
void CheckCopies(const MapOperation& last, const std::vector<Segment>& segments,
                 const Map& map) {
  const auto built = Map::FromSorted(segments);
  Check<MapContents>(built.has_value() && *built == map, last);
  CheckInvariants(last, *built);
  Map copy;
  copy = *built;
  Map moved = std::move(copy);
  Check<MapContents>(copy.empty(), last);  // NOLINT
  copy = std::move(moved);
  Check<MapContents>(copy == map && moved.empty(), last);  // NOLINT
  if (segments.size() > 1) {
    Check<MapContents>(!Map::FromSorted({segments[1], segments[0]}), last);
  }
}

// Asked about many addresses at once, and by iteration, the map says what it
// says of each.
template <typename Map>
void CheckManyAddresses(const MapOperation& last, const Map& map) {
  std::vector<uint64_t> addresses = {0, UINT64_MAX};
  for (auto it = map.begin(); it != map.end(); it++) {
    const AddressRange range = (*it).range;
    addresses.push_back(range.first());
    addresses.push_back(range.last() + 1);
  }
  std::vector<std::optional<MemoryAttributes>> contents(addresses.size());
  map.AtEach(addresses, absl::MakeSpan(contents));
  for (size_t i = 0; i < addresses.size(); ++i) {
    Check<MapQuery>(contents[i] == map.At(addresses[i]), last);
  }
}

// Maps live on from case to case, empty, since allocation takes longer than all
// else.
template <typename Map>
void Run(const std::vector<MapOperation>& operations) {
  static auto& maps = *new MapChecker<CellArray, Map>;
  static auto& rebuilt = *new Map;
  DivideFor(operations, maps.expected());
  maps.Clear();
  for (const MapOperation& operation : operations) {
    if (Edit(operation, maps)) {
      CheckInvariants(operation, maps.actual());
      CheckAfter<MapContents>(operation, maps.CheckContents());
    } else {
      CheckAfter<MapQuery>(operation, AskBoth(operation, maps));
    }
  }
  const MapOperation last =
      operations.empty() ? MapOperation() : operations.back();
  const std::vector<Segment> segments = maps.expected().Segments();
  CheckEquality(last, segments, maps.actual(), rebuilt);
  CheckCopies(last, segments, maps.actual());
  CheckManyAddresses(last, maps.actual());
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
  if (usual) {
    ExamineMap("a map with usual nodes", bytes, Run<RangeTreeMap>);
  } else {
    ExamineMap("a map with tiny nodes", bytes,
               Run<BasicRangeTreeMap<range_tree_internal::TinyGeometry>>);
  }
  return 0;
}
