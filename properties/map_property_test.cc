// SPDX-License-Identifier: Apache-2.0

// The ladder of trust for maps, CellArray -> ReferenceMemoryMap ->
// RangeTreeMap, and the algebra that each of them obeys.

#include <memory>
#include <ostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "model/cell_array.h"
#include "model/reference_memory_map.h"
#include "properties/generate/rapidcheck_generators.h"
#include "properties/laws/map_checker.h"
#include "properties/laws/map_laws.h"
#include "rangetree/range_tree_map.h"
#include "rapidcheck/gtest.h"
#include "rapidcheck/state.h"

namespace e820check {
namespace {

void RequireOk(const absl::Status& status) {
  if (!status.ok()) RC_FAIL(std::string(status.message()));
}

void RequireInvariants(const ReferenceMemoryMap&) {}
void RequireInvariants(const RangeTreeMap& map) {
  RequireOk(map.CheckInvariants(RangeTreeMap::InvariantLevel::kSummaries));
}

struct Write {
  AddressRange range;
  std::optional<MemoryAttributes> attributes;  // nullopt: erase
};

void showValue(const Write& write, std::ostream& os) {
  if (write.attributes) {
    os << "assign " << Describe(Segment{write.range, *write.attributes});
  } else {
    os << "erase " << write.range.ToString();
  }
}

rc::Gen<Write> Writes() {
  return rc::gen::apply(
      [](const AddressRange& range, const MemoryAttributes& attributes,
         int one_in_four) {
        return Write{range, one_in_four == 0
                                ? std::nullopt
                                : std::optional<MemoryAttributes>(attributes)};
      },
      Ranges(), Attributes(), rc::gen::inRange(0, 4));
}

template <typename Map>
void Apply(const Write& write, Map& map) {
  if (write.attributes) {
    map.Assign(write.range, *write.attributes);
  } else {
    map.Erase(write.range);
  }
}

template <typename Map>
Map Build(const std::vector<Write>& writes) {
  Map map;
  for (const Write& write : writes) Apply(write, map);
  return map;
}

rc::Gen<std::vector<Write>> Histories() {
  return rc::gen::container<std::vector<Write>>(Writes());
}

// --- Each rung of the ladder -------------------------------------------------

// A small world of pages.
constexpr uint64_t kPages = 64;
constexpr uint64_t kPageSizeBytes = 4 * kKiB;

RC_GTEST_PROP(MapLadder, ReferenceAgreesWithCellArray, ()) {
  MapChecker maps(
      CellArray::OfPages({.size_bytes = kPageSizeBytes, .count = kPages}),
      ReferenceMemoryMap());
  const auto page = rc::gen::inRange<uint64_t>(0, kPages);
  const auto steps = *rc::gen::inRange(1, 20);
  for (int i = 0; i < steps; ++i) {
    const uint64_t a = *page;
    const uint64_t b = *page;
    const AddressRange range = *AddressRange::Create(AddressRange::FirstAndLast{
        .first = std::min(a, b) * kPageSizeBytes,
        .last = (std::max(a, b) + 1) * kPageSizeBytes - 1});
    Write write{range, std::nullopt};
    if (*rc::gen::inRange(0, 4) > 0) write.attributes = *Attributes();
    Apply(write, maps);
    RequireOk(maps.CheckContents());
    RequireOk(maps.CheckWindow(range, MemoryType::kRam));
    RequireOk(maps.CheckWindow(*Ranges(), MemoryType::kRam));
    const GapRequest gap{
        .size_bytes = (1 + *page) * kPageSizeBytes,
        .alignment_bytes = (1 + *page / 8) * kPageSizeBytes,
        .within = *AddressRange::Create(AddressRange::FirstAndLast{
            .first = 0, .last = kPages * kPageSizeBytes - 1})};
    RequireOk(maps.CheckFirstAlignedGap(gap));
  }
}

// RangeTreeMap against ReferenceMemoryMap as a stateful test: RapidCheck picks
// and shrinks a sequence of commands. The model does not count: both maps are
// in the checker.
struct Nothing {};
using LadderMaps = MapChecker<ReferenceMemoryMap, RangeTreeMap>;
using MapCommand = rc::state::Command<Nothing, LadderMaps>;

struct WriteCommand : MapCommand {
  Write write = *Writes();

  void run(const Nothing&, LadderMaps& maps) const override {
    Apply(write, maps);
    RequireInvariants(maps.actual());
    RequireOk(maps.CheckContents());
  }
  void show(std::ostream& os) const override { showValue(write, os); }
};

struct QueryCommand : MapCommand {
  AddressRange window = *Ranges();
  MemoryType type = (*Attributes()).type;

  void run(const Nothing&, LadderMaps& maps) const override {
    RequireOk(maps.CheckWindow(window, type));
  }
  void show(std::ostream& os) const override {
    os << "query " << window.ToString();
  }
};

struct GapCommand : MapCommand {
  GapRequest request{.size_bytes = *rc::gen::inRange<uint64_t>(1, 80),
                     .alignment_bytes = *rc::gen::inRange<uint64_t>(1, 20),
                     .within = *Ranges()};

  void run(const Nothing&, LadderMaps& maps) const override {
    RequireOk(maps.CheckFirstAlignedGap(request));
  }
  void show(std::ostream& os) const override {
    os << "gap of " << request.size_bytes << " at " << request.alignment_bytes
       << " within " << request.within.ToString();
  }
};

RC_GTEST_PROP(MapLadder, RangeTreeAgreesWithReference, ()) {
  LadderMaps maps;
  rc::state::check(
      Nothing(), maps,
      rc::state::gen::execOneOfWithArgs<WriteCommand, WriteCommand,
                                        QueryCommand, GapCommand>());
}

// Many segments, so that the tree grows and shrinks by whole levels.
RC_GTEST_PROP(MapLadder, RangeTreeAgreesWhenDeep, ()) {
  MapChecker<ReferenceMemoryMap, RangeTreeMap> maps;
  const auto seed = *rc::gen::arbitrary<uint64_t>();
  SeededChoices choices(seed);
  const uint64_t slots = 1 + choices.Below(2000);
  for (uint64_t i = 0; i < 3 * slots; ++i) {
    const uint64_t first = choices.Below(slots) * 16;
    const AddressRange range = *AddressRange::Create(AddressRange::StartAndSize{
        .start = first,
        .size_bytes = choices.OneIn(50) ? 1 + choices.Below(slots * 4)
                                        : 1 + choices.Below(15)});
    Write write{range, std::nullopt};
    if (!choices.OneIn(4)) {
      write.attributes = MemoryAttributes{
          .type = choices.OneIn(2) ? MemoryType::kRam : MemoryType::kReserved,
          .owner = static_cast<uint32_t>(choices.Below(3))};
    }
    Apply(write, maps);
  }
  RequireInvariants(maps.actual());
  RequireOk(maps.CheckContents());
  const size_t size = maps.expected().size();
  RC_CLASSIFY(size > 500, "over 500 segments");
  RC_CLASSIFY(size <= 500, "up to 500 segments");
}

// --- Laws of one map ---------------------------------------------------------

template <typename Map>
class MapLaws : public ::testing::Test {};
using Maps = ::testing::Types<ReferenceMemoryMap, RangeTreeMap>;
TYPED_TEST_SUITE(MapLaws, Maps);

TYPED_TEST(MapLaws, SegmentsAreMaximalAndQueriesMatchThem) {
  EXPECT_TRUE(rc::check([] {
    const auto map = Build<TypeParam>(*Histories());
    RequireInvariants(map);
    RequireOk(CheckSegments(map));
    RequireOk(CheckWindow(map, *Ranges(), (*Attributes()).type));
    RequireOk(
        CheckGap(map, {.size_bytes = *rc::gen::inRange<uint64_t>(1, 80),
                       .alignment_bytes = *rc::gen::inRange<uint64_t>(1, 20),
                       .within = *Ranges()}));
  }));
}

TYPED_TEST(MapLaws, AssignIsIdempotentAndTheLastWins) {
  EXPECT_TRUE(rc::check([] {
    const auto before = Build<TypeParam>(*Histories());
    const AddressRange range = *Ranges();
    const MemoryAttributes first = *Attributes();
    const MemoryAttributes last = *Attributes();
    TypeParam once = before;
    once.Assign(range, last);
    TypeParam twice = before;
    twice.Assign(range, first);
    twice.Assign(range, last);
    twice.Assign(range, last);
    RC_ASSERT(once == twice);
    RC_ASSERT(once.At(range.first()) == last);
    RC_ASSERT(once.At(range.last()) == last);
  }));
}

TYPED_TEST(MapLaws, WritesApartCommute) {
  EXPECT_TRUE(rc::check([] {
    const auto before = Build<TypeParam>(*Histories());
    const Write a = *Writes();
    const Write b = *Writes();
    RC_PRE(!a.range.Overlaps(b.range));
    TypeParam ab = before;
    Apply(a, ab);
    Apply(b, ab);
    TypeParam ba = before;
    Apply(b, ba);
    Apply(a, ba);
    RC_ASSERT(ab == ba);
  }));
}

TYPED_TEST(MapLaws, EraseUndoesAssignOnUnmappedMemory) {
  EXPECT_TRUE(rc::check([] {
    auto before = Build<TypeParam>(*Histories());
    const AddressRange range = *Ranges();
    before.Erase(range);
    TypeParam after = before;
    after.Assign(range, *Attributes());
    RC_ASSERT(!(after == before));
    after.Erase(range);
    RC_ASSERT(after == before);
    RC_ASSERT(!after.Overlaps(range));
  }));
}

TYPED_TEST(MapLaws, RetypeAndRestoreIsTheIdentity) {
  EXPECT_TRUE(rc::check([] {
    const auto before = Build<TypeParam>(*Histories());
    const AddressRange range = *Ranges();
    TypeParam after = before;
    after.Assign(range, *Attributes());
    after.Erase(range);
    for (const Segment& segment : before.Overlapping(range)) {
      after.Assign(segment.range, segment.attributes);
    }
    RC_ASSERT(after == before);
  }));
}

TYPED_TEST(MapLaws, BytesOfAWindowAreThoseOfItsParts) {
  EXPECT_TRUE(rc::check([] {
    const auto map = Build<TypeParam>(*Histories());
    const AddressRange window = *Ranges();
    RC_PRE(window.first() < window.last());
    const uint64_t middle =
        window.first() + (window.last() - window.first()) / 2;
    const AddressRange low = *AddressRange::Create(
        AddressRange::FirstAndLast{.first = window.first(), .last = middle});
    const AddressRange high = *AddressRange::Create(
        AddressRange::FirstAndLast{.first = middle + 1, .last = window.last()});
    const MemoryType type = (*Attributes()).type;
    RC_ASSERT(map.BytesOfType(window, type) ==
              map.BytesOfType(low, type) + map.BytesOfType(high, type));
  }));
}

}  // namespace
}  // namespace e820check
