// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/cell_map.h"

#include <random>
#include <string>
#include <vector>

#include "fuzz/support/map_operations.h"
#include "gtest/gtest.h"
#include "model/reference_memory_map.h"

namespace e820check {
namespace {

std::vector<Segment> SegmentsIn(const CellMap& map,
                                const AddressRange& window) {
  std::vector<Segment> segments;
  map.VisitRuns(window, [&](const AddressRange& run, const auto& content) {
    if (content) segments.push_back({.range = run, .attributes = *content});
    return true;
  });
  return segments;
}

TEST(CellMapTest, AgreesWithTheReference) {
  std::mt19937_64 random(1);
  size_t gaps = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<MapOperation> operations;
    for (int i = 0; i < 30; ++i) {
      std::string record;
      for (size_t b = 0; b < kMapOperationSizeBytes; ++b) {
        record.push_back(static_cast<char>(random()));
      }
      operations.push_back(DecodeMapOperation(record));
    }
    CellMap cells;
    for (const MapOperation& operation : operations) {
      VisitEditedRanges(operation, [&cells](const AddressRange& range) {
        ASSERT_TRUE(cells.AddEdges(range));
      });
    }
    cells.Divide();
    ReferenceMemoryMap expected;
    for (const MapOperation& operation : operations) {
      Edit(operation, cells);
      Edit(operation, expected);
      const AddressRange& range = operation.range;
      const MemoryType type = operation.attributes.type;
      ASSERT_EQ(SegmentsIn(cells, AddressRange::Everything()),
                expected.Segments());
      ASSERT_EQ(SegmentsIn(cells, range), expected.Overlapping(range));
      ASSERT_EQ(cells.At(range.last()), expected.At(range.last()));
      ASSERT_EQ(cells.Overlaps(range), expected.Overlaps(range));
      ASSERT_EQ(cells.BytesOfType(range, type),
                expected.BytesOfType(range, type));
      const GapRequest gap = {.size_bytes = operation.size_bytes,
                              .alignment_bytes = operation.step_bytes,
                              .within = range};
      ASSERT_EQ(cells.FirstAlignedGap(gap), expected.FirstAlignedGap(gap));
      gaps += cells.FirstAlignedGap(gap).has_value() ? 1 : 0;
    }
  }
  EXPECT_GT(gaps, 500u);
}

TEST(CellMapTest, RefusesMoreCellsThanItHolds) {
  CellMap cells;
  size_t added = 0;
  while (cells.AddEdges(*AddressRange::Create(
      AddressRange::StartAndSize{.start = 2 * added, .size_bytes = 1}))) {
    ++added;
  }
  EXPECT_EQ(added, (CellMap::kMaxCells - 1) / 2);
}

}  // namespace
}  // namespace e820check
