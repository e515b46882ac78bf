// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/map_operations.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace e820check {
namespace {

using Kind = MapOperation::Kind;

AddressRange At(AddressRange::StartAndSize range) {
  return *AddressRange::Create(range);
}

TEST(MapOperationsTest, ARecordMeansWhatItsTableSays) {
  // Assign, soft reserved, owner 2, one page below 4 GiB, 3 pages long.
  EXPECT_EQ(
      DecodeMapOperation(
          absl::string_view("\x00\x1a\x64\xff\x02\x0c\x00\x00", 8)),
      (MapOperation{
          .kind = Kind::kAssign,
          .range = At({.start = 4 * kGiB - 4096, .size_bytes = 12288}),
          .attributes = {.type = MemoryType::kSoftReserved, .owner = 2}}));
  // Below 0 is the top, and a range ends there.
  EXPECT_EQ(DecodeMapOperation(
                absl::string_view("\x00\x00\x00\xfe\xff\x3f\x00\x00", 8))
                .range,
            At({.start = UINT64_MAX - 1, .size_bytes = 2}));
  EXPECT_EQ(DecodeMapOperation(absl::string_view("\0\0\0\0\0\0\x42\xff", 8)),
            (MapOperation{.range = At({.start = 0, .size_bytes = 1}),
                          .size_bytes = 3 << 12,
                          .step_bytes = uint64_t{16} << 45}));
}

TEST(MapOperationsTest, RoundTripsFromBytes) {
  std::mt19937_64 random(1);
  std::set<Kind> kinds;
  for (int i = 0; i < 20000; ++i) {
    std::string record;
    for (size_t b = 0; b < kMapOperationSizeBytes; ++b) {
      record.push_back(static_cast<char>(random()));
    }
    const MapOperation operation = DecodeMapOperation(record);
    kinds.insert(operation.kind);
    const auto encoded = EncodeMapOperations({operation});
    ASSERT_TRUE(encoded.has_value()) << operation.ToString();
    ASSERT_EQ(encoded->size(), kMapOperationSizeBytes);
    ASSERT_EQ(DecodeMapOperation(*encoded), operation) << operation.ToString();
  }
  EXPECT_EQ(kinds.size(), 10u);
}

TEST(MapOperationsTest, RefusesWhatNoRecordCanSay) {
  const auto encodes = [](const MapOperation& operation) {
    return EncodeMapOperations({operation}).has_value();
  };
  EXPECT_TRUE(encodes({}));
  EXPECT_FALSE(encodes({.range = At({.start = 0x123456789, .size_bytes = 1})}));
  EXPECT_FALSE(encodes({.range = At({.start = 0, .size_bytes = 0x1234567})}));
  EXPECT_FALSE(encodes({.attributes = {.owner = 7}}));
  EXPECT_FALSE(encodes({.attributes = {.type = static_cast<MemoryType>(10)}}));
  EXPECT_FALSE(encodes({.size_bytes = 17}));
  EXPECT_FALSE(encodes({.step_bytes = 0}));
}

TEST(MapOperationsTest, StripesFillTheirRange) {
  const auto stripes = [](const AddressRange& range, uint64_t size_bytes,
                          uint64_t step_bytes) {
    std::vector<AddressRange> visited;
    VisitStripes(
        {.range = range, .size_bytes = size_bytes, .step_bytes = step_bytes},
        [&](const AddressRange& stripe) { visited.push_back(stripe); });
    return visited;
  };
  EXPECT_EQ(stripes(At({.start = 100, .size_bytes = 9}), 2, 3),
            (std::vector{At({.start = 100, .size_bytes = 2}),
                         At({.start = 105, .size_bytes = 2})}));
  EXPECT_EQ(stripes(At({.start = UINT64_MAX - 3, .size_bytes = 4}), 1, 1),
            (std::vector{At({.start = UINT64_MAX - 3, .size_bytes = 1}),
                         At({.start = UINT64_MAX - 1, .size_bytes = 1})}));
  EXPECT_TRUE(stripes(At({.start = 0, .size_bytes = 9}), 10, 1).empty());
  EXPECT_EQ(stripes(AddressRange::Everything(), 1, 1).size(),
            size_t{kMaxStripes});
}

}  // namespace
}  // namespace e820check
