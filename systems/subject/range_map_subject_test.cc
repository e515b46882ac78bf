// SPDX-License-Identifier: Apache-2.0

// The properties of the map that E820CHECK_RANGE_MAP_SUBJECT names.

#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "model/reference_memory_map.h"
#include "properties/generate/rapidcheck_generators.h"
#include "properties/laws/map_checker.h"
#include "properties/laws/map_laws.h"
#include "rapidcheck/gtest.h"
#include "systems/subject/range_map.h"

namespace e820check {
namespace {

void RequireOk(const absl::Status& status) {
  if (!status.ok()) RC_FAIL(std::string(status.message()));
}

using Write = std::pair<AddressRange, std::optional<MemoryAttributes>>;

rc::Gen<std::vector<Write>> Histories() {
  const auto write = rc::gen::apply(
      [](const AddressRange& range, const MemoryAttributes& attributes,
         int one_in_four) {
        return Write{
            range, one_in_four == 0 ? std::nullopt : std::optional(attributes)};
      },
      Ranges(), Attributes(), rc::gen::inRange(0, 4));
  return rc::gen::container<std::vector<Write>>(write);
}

template <typename Map>
Map Build(const std::vector<Write>& writes) {
  Map map;
  for (const auto& [range, attributes] : writes) {
    if (attributes) {
      map.Assign(range, *attributes);
    } else {
      map.Erase(range);
    }
  }
  return map;
}

RC_GTEST_PROP(RangeMapSubject, HoldsWhatTheReferenceHolds, ()) {
  const auto writes = *Histories();
  const auto maps =
      Build<MapChecker<ReferenceMemoryMap, SubjectRangeMap>>(writes);
  const SubjectRangeMap& actual = maps.actual();
  RC_PRE(!actual.out_of_memory());
  RC_TAG(actual.empty() ? "empty" : actual.size() > 4 ? "many" : "few");
  RequireOk(CheckSegments(actual));
  RequireOk(maps.CheckContents());
  RequireOk(maps.CheckAt(*Addresses()));
}

RC_GTEST_PROP(RangeMapSubject, RetypeAndRestoreIsTheIdentity, ()) {
  const auto writes = *Histories();
  const auto before = Build<SubjectRangeMap>(writes);
  const AddressRange range = *Ranges();
  SubjectRangeMap after = before;
  after.Assign(range, *Attributes());
  after.Erase(range);
  for (const Segment& segment : before.Segments()) {
    const auto part = segment.range.Intersection(range);
    if (part) after.Assign(*part, segment.attributes);
  }
  RC_PRE(!after.out_of_memory());
  RequireOk(MapChecker(before, after).CheckContents());
}

RC_GTEST_PROP(RangeMapSubject, ACopyHasALifeOfItsOwn, ()) {
  const auto before = Build<SubjectRangeMap>(*Histories());
  const std::vector<Segment> segments = before.Segments();
  SubjectRangeMap copy = before;
  copy.Assign(*Ranges(), *Attributes());
  copy.Clear();
  RC_PRE(!copy.out_of_memory());
  RC_ASSERT(copy.empty());
  RC_ASSERT(before.Segments() == segments);
}

}  // namespace
}  // namespace e820check
