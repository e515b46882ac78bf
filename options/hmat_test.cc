// SPDX-License-Identifier: Apache-2.0

#include "options/hmat.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"

namespace e820check {
namespace {

using Hierarchy = HmatValue::Hierarchy;
using DataType = HmatValue::DataType;

// Nodes 0, with CPUs, and 1.
MachineOptions TwoNodes() {
  MachineOptions options;
  options.hmat = true;
  options.numa_nodes = {{.id = 0}, {.id = 1}};
  return options;
}

NumaHmatLbRecord Value(DataType type, uint64_t initiator, uint64_t target,
                       uint64_t value) {
  NumaHmatLbRecord record;
  record.initiator = initiator;
  record.target = target;
  record.hierarchy = 0;
  record.data_type = static_cast<size_t>(type);
  (IsLatency(type) ? record.latency : record.bandwidth) = value;
  return record;
}

NumaHmatLbRecord Latency(uint64_t target, uint64_t value) {
  return Value(DataType::kAccessLatency, 0, target, value);
}
NumaHmatLbRecord Bandwidth(uint64_t target, uint64_t value) {
  return Value(DataType::kAccessBandwidth, 0, target, value);
}

// The last answer, "" if it is no refusal.
std::string AddValues(const std::vector<NumaHmatLbRecord>& records) {
  MachineOptions options = TwoNodes();
  HmatBuilder builder(options);
  builder.AddInitiator(0);
  absl::Status status;
  for (const NumaHmatLbRecord& record : records) {
    status = builder.AddValue(record);
  }
  return std::string(status.message());
}

TEST(HmatTest, KeepsValuesAndCachesInOrder) {
  MachineOptions options = TwoNodes();
  HmatBuilder builder(options);
  builder.AddInitiator(0);
  EXPECT_TRUE(builder.AddValue(Latency(1, 5)).ok());
  EXPECT_TRUE(builder.AddValue(Bandwidth(1, 3 * kMiB)).ok());
  EXPECT_TRUE(builder
                  .AddCache({.node_id = 1,
                             .size = 0,
                             .level = 1,
                             .associativity = 2,
                             .policy = 1,
                             .line = 64})
                  .ok());
  EXPECT_EQ(
      options.hmat_values,
      (std::vector<HmatValue>{
          {0, 1, Hierarchy::kMemory, DataType::kAccessLatency, 5},
          {0, 1, Hierarchy::kMemory, DataType::kAccessBandwidth, 3 * kMiB}}));
  ASSERT_EQ(options.hmat_caches.size(), 1u);
  EXPECT_EQ(options.hmat_caches[0],
            (HmatCache{.node = 1,
                       .size_bytes = 0,
                       .level = 1,
                       .associativity = HmatCache::Associativity::kComplex,
                       .write_policy = HmatCache::WritePolicy::kWriteBack,
                       .line_bytes = 64}));
}

TEST(HmatTest, WantsHmatOn) {
  MachineOptions options = TwoNodes();
  options.hmat = false;
  HmatBuilder builder(options);
  EXPECT_THAT(builder.AddValue(Latency(0, 1)).message(),
              testing::HasSubstr("(HMAT) is disabled"));
  EXPECT_THAT(builder.AddCache({}).message(),
              testing::HasSubstr("(HMAT) is disabled"));
}

// Seen alike with 7.2, 10.0 and 11.1.
TEST(HmatTest, RefusesValuesInQemusWords) {
  const DataType latency = DataType::kAccessLatency;
  NumaHmatLbRecord both = Latency(0, 1);
  both.bandwidth = kMiB;
  const struct {
    std::vector<NumaHmatLbRecord> records;
    const char* refusal;
  } kCases[] = {
      {{Value(latency, 3, 9, 5)},
       "Invalid initiator=3, it should be less than 2"},
      {{Value(latency, 2, 9, 5)}, "Invalid target=9, it should be less than 2"},
      {{Value(latency, 2, 0, 5)},
       "Invalid initiator=2, it isn't an initiator proximity domain"},
      {{Value(latency, 1, 0, 5)},
       "Invalid initiator=1, it isn't an initiator proximity domain"},
      {{Latency(2, 5)}, "The target=2 should point to an existing node"},
      {{both}, "Invalid option 'bandwidth' since the data type is latency"},
      {{Latency(0, 0), Latency(0, 7)},
       "Duplicate configuration of the latency for initiator=0 and target=0"},
      {{Bandwidth(0, kMiB), Bandwidth(0, 2 * kMiB)},
       "Duplicate configuration of the bandwidth for initiator=0 and "
       "target=0"},
      {{Bandwidth(0, 1000)},
       "Bandwidth 1000 between initiator=0 and target=0 should be 1MB "
       "aligned"},
  };
  for (const auto& c : kCases) EXPECT_EQ(AddValues(c.records), c.refusal);
}

TEST(HmatTest, NamesTheMissingValue) {
  NumaHmatLbRecord record = Latency(0, 1);
  record.latency.reset();
  EXPECT_EQ(AddValues({record}), "Missing 'latency' option");
  record.data_type = static_cast<size_t>(DataType::kWriteBandwidth);
  EXPECT_EQ(AddValues({record}), "Missing 'bandwidth' option");
}

// Values around the widest range of one list; seen with 7.2, 10.0 and 11.1.
TEST(HmatTest, ComparesANewValueWithTheUnitSoFar) {
  EXPECT_EQ(AddValues({Latency(0, 65535), Latency(1, 1)}), "");
  EXPECT_EQ(AddValues({Latency(0, 1), Latency(1, 65535)}),
            "Latency 65535 between initiator=0 and target=1 should not differ "
            "from previously entered min or max values on more than 65534");
  EXPECT_EQ(AddValues({Latency(0, 10), Latency(1, 655340)}), "");
  EXPECT_THAT(AddValues({Latency(0, 10), Latency(1, 655350)}),
              testing::HasSubstr("Latency 655350 between"));
  EXPECT_EQ(AddValues({Bandwidth(0, 65534 * kMiB)}), "");
  EXPECT_EQ(AddValues({Bandwidth(0, 65535 * kMiB)}),
            "Bandwidth 68718428160 between initiator=0 and target=0 should not "
            "differ from previously entered values on more than 65534");
  EXPECT_EQ(AddValues({Bandwidth(0, 32768 * kMiB), Bandwidth(1, kMiB)}), "");
  EXPECT_THAT(AddValues({Bandwidth(0, 65536 * kMiB), Bandwidth(1, kMiB)}),
              testing::HasSubstr("Bandwidth 1048576 between"));
  EXPECT_THAT(AddValues({Bandwidth(0, kMiB), Bandwidth(1, 65536 * kMiB)}),
              testing::HasSubstr("Bandwidth 68719476736 between"));
}

TEST(HmatTest, GenericInitiatorsAreInitiators) {
  MachineOptions options = TwoNodes();
  options.generic_affinities = {
      {.kind = GenericAffinity::Kind::kInitiator, .node = 1},
      {.kind = GenericAffinity::Kind::kPort, .node = 0}};
  HmatBuilder builder(options);
  EXPECT_EQ(builder.AddValue(Value(DataType::kReadLatency, 1, 0, 5)),
            absl::OkStatus());
  EXPECT_FALSE(builder.AddValue(Latency(0, 5)).ok());
}

// Seen alike with 7.2, 10.0 and 11.1.
TEST(HmatTest, RefusesCachesInQemusWords) {
  struct Cache {
    uint64_t node;
    uint64_t level;
    uint64_t size;
  };
  const struct {
    std::vector<Cache> caches;
    const char* refusal;
  } kCases[] = {
      {{{7, 9, 1}}, "Invalid node-id=7, it should be less than 2"},
      {{{1, 9, 1}},
       "The latency and bandwidth information of node-id=1 should be provided "
       "before memory side cache attributes"},
      {{{0, 0, 1}},
       "Invalid level=0, it should be larger than 0 and less than or equal to "
       "3"},
      {{{0, 4, 1}},
       "Invalid level=4, it should be larger than 0 and less than or equal to "
       "3"},
      {{{0, 2, 1}}, "Cache level=1 shall be defined first"},
      {{{0, 1, 1}, {0, 1, 2}},
       "Duplicate configuration of the side cache for node-id=0 and level=1"},
      {{{0, 1, 10240}, {0, 2, 10240}},
       "Invalid size=10240, the size of level=2 should be larger than the "
       "size(10240) of level=1"},
      {{{0, 1, 0}, {0, 2, 1}, {0, 3, 2}}, ""},
  };
  for (const auto& c : kCases) {
    MachineOptions options = TwoNodes();
    HmatBuilder builder(options);
    builder.AddInitiator(0);
    EXPECT_TRUE(builder.AddValue(Latency(0, 5)).ok());
    EXPECT_TRUE(builder.AddValue(Bandwidth(0, kMiB)).ok());
    // 0 is no information.
    EXPECT_TRUE(builder.AddValue(Latency(1, 0)).ok());
    EXPECT_TRUE(builder.AddValue(Bandwidth(1, kMiB)).ok());
    absl::Status status;
    for (const Cache& cache : c.caches) {
      status = builder.AddCache({.node_id = cache.node,
                                 .size = cache.size,
                                 .level = cache.level,
                                 .associativity = 0,
                                 .policy = 0,
                                 .line = 0});
    }
    EXPECT_EQ(status.message(), c.refusal);
  }
}

}  // namespace
}  // namespace e820check
