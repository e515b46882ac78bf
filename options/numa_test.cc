// SPDX-License-Identifier: Apache-2.0

#include "options/numa.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"

namespace e820check {
namespace {

MachineOptions TwoBackendsFourCpus() {
  MachineOptions options;
  options.type.version = {7, 2};
  options.smp = {.cpus = 4, .maxcpus = 4, .sockets = 2, .cores = 2};
  for (const char* id : {"m0", "m1"}) {
    MemoryBackend backend;
    backend.id = id;
    backend.size_bytes = kMiB;
    options.backends.push_back(backend);
  }
  return options;
}

struct Records {
  MachineOptions options = TwoBackendsFourCpus();
  VisitContext context;
  std::vector<std::string> warnings;

  // The first refusal, "" if all records are accepted.
  std::string Add(const std::vector<std::string>& texts) {
    QemuOptsList list("numa", "type");
    NumaBuilder builder(options);
    for (const std::string& text : texts) {
      const auto bag = list.Parse(text, warnings);
      if (!bag.ok()) return std::string(bag.status().message());
      const auto record = ParseNuma(*bag, context, warnings);
      if (!record.ok()) return std::string(record.status().message());
      const absl::Status added = builder.Add(*record, warnings);
      if (!added.ok()) return std::string(added.message());
    }
    return "";
  }
};

TEST(NumaTest, BuildsNodesDistancesAndBindings) {
  Records run;
  EXPECT_EQ(run.Add({"node,memdev=m0,cpus=0-1", "node,memdev=/objects/m1",
                     "dist,src=0,dst=1,val=024",
                     "cpu,node-id=1,socket-id=1,core-id=0x1"}),
            "");
  ASSERT_EQ(run.options.numa_nodes.size(), 2u);
  EXPECT_EQ(run.options.numa_nodes[1].id, 1u);
  EXPECT_EQ(run.options.numa_nodes[1].memdev, "m1");
  EXPECT_EQ(run.options.numa_nodes[0].cpus,
            (std::vector<CpuIndexRange>{{0, 1}}));
  EXPECT_EQ(run.options.numa_distances,
            (std::vector<NumaDistance>{{0, 1, 20}}));
  ASSERT_EQ(run.options.numa_cpus.size(), 1u);
  EXPECT_EQ(run.options.numa_cpus[0].core_id, 1u);
  EXPECT_EQ(run.options.numa_cpus[0].thread_id, std::nullopt);
}

// As QEMU 7.2 answers to the largest value of each type, and to one more.
TEST(NumaTest, IntegersHaveTheirWidths) {
  const struct {
    std::string text;
    const char* refusal;
  } kCases[] = {
      {"node,nodeid=65535", "Max number of NUMA nodes reached: 65535"},
      {"node,nodeid=65536", "Parameter 'nodeid' expects uint16_t"},
      {"node,initiator=65535", ""},
      {"node,initiator=65536", "Parameter 'initiator' expects uint16_t"},
      {"dist,src=65535,dst=0,val=20",
       "Parameter 'src' expects an integer between 0 and 127"},
      {"dist,src=65536,dst=0,val=20", "Parameter 'src' expects uint16_t"},
      {"dist,src=0,dst=65535,val=20",
       "Parameter 'dst' expects an integer between 0 and 127"},
      {"dist,src=0,dst=65536,val=20", "Parameter 'dst' expects uint16_t"},
      {"dist,src=0,dst=1,val=255", ""},
      {"dist,src=0,dst=1,val=256", "Parameter 'val' expects uint8_t"},
      {"hmat-cache,node-id=4294967295,size=1,level=255,associativity=none,"
       "policy=none,line=65535",
       "Invalid node-id=4294967295, it should be less than 2"},
      {"hmat-cache,node-id=4294967296,size=1,level=1,associativity=none,"
       "policy=none,line=1",
       "Parameter 'node-id' expects uint32_t"},
      {"hmat-cache,node-id=0,size=1,level=256,associativity=none,policy=none,"
       "line=1",
       "Parameter 'level' expects uint8_t"},
      {"hmat-cache,node-id=0,size=1,level=1,associativity=none,policy=none,"
       "line=65536",
       "Parameter 'line' expects uint16_t"},
      {"hmat-lb,initiator=65535,target=0,hierarchy=memory,"
       "data-type=access-latency,latency=1",
       "Invalid initiator=65535, it should be less than 2"},
      {"hmat-lb,initiator=65536,target=0,hierarchy=memory,"
       "data-type=access-latency,latency=1",
       "Parameter 'initiator' expects uint16_t"},
      {"hmat-lb,initiator=0,target=65535,hierarchy=memory,"
       "data-type=access-latency,latency=1",
       "Invalid target=65535, it should be less than 2"},
      {"hmat-lb,initiator=0,target=65536,hierarchy=memory,"
       "data-type=access-latency,latency=1",
       "Parameter 'target' expects uint16_t"},
  };
  for (const auto& c : kCases) {
    Records run;
    run.options.hmat = true;
    EXPECT_EQ(run.Add({"node", "node", c.text}), c.refusal) << c.text;
  }
}

TEST(NumaTest, RefusesInQemusWords) {
  const struct {
    std::vector<std::string> texts;
    const char* refusal;
  } kCases[] = {
      {{""}, "Parameter 'type' is missing"},
      {{"foo"}, "Parameter 'type' does not accept value 'foo'"},
      {{"dist,val=x,src=x,dst=x"}, "Parameter 'src' expects a uint64 value"},
      {{"cpu,node-id=0,book-id=0"}, "Invalid parameter 'book-id'"},
      {{"hmat-lb"}, "Parameter 'initiator' is missing"},
      {{"hmat-cache,node-id=0"}, "Parameter 'size' is missing"},
      {{"node,nodeid=128,initiator=200"},
       "Max number of NUMA nodes reached: 128"},
      // The default id is the number of nodes, taken or not.
      {{"node,nodeid=1", "node,cpus=9"}, "Duplicate NUMA nodeid: 1"},
      {{"node,cpus=2-4"}, "CPU index (4) should be smaller than maxcpus (4)"},
      {{"node,cpus=0-1", "node,cpus=1"},
       "CPU is already assigned to node-id: 0"},
      {{"node,memdev=m2"}, "memdev=m2 is ambiguous"},
      {{"node,mem=1,memdev=m0"},
       "numa configuration should use either mem= or memdev=,mixing both is "
       "not allowed"},
      {{"node,mem=128M"},
       "Parameter -numa node,mem is not supported by this machine type\n"
       "Use -numa node,memdev instead"},
      {{"dist,src=128,dst=200,val=1"},
       "Parameter 'src' expects an integer between 0 and 127"},
      {{"dist,src=0,dst=0,val=10"},
       "Source/Destination NUMA node is missing. Please use '-numa node' "
       "option to declare it first."},
      {{"node", "dist,src=0,dst=0,val=9"},
       "NUMA distance (9) is invalid, it shouldn't be less than 10."},
      {{"node", "dist,src=0,dst=0,val=11"},
       "Local distance of node 0 should be 10."},
      {{"cpu,socket-id=0"}, "Missing mandatory node-id property"},
      {{"node", "cpu,node-id=128"},
       "Invalid node-id=128, NUMA node must be defined with -numa "
       "node,nodeid=ID before it's used with -numa cpu,node-id=ID"},
      {{"node", "cpu,node-id=0,thread-id=5,cluster-id=0"},
       "cluster-id is not supported"},
      {{"node", "cpu,node-id=0,die-id=0"}, "die-id is not supported"},
      {{"node", "cpu,node-id=0,socket-id=-1"}, "no match found"},
      {{"node,cpus=3", "node", "cpu,node-id=1"},
       "CPU is already assigned to node-id: 0"},
  };
  for (const auto& c : kCases) {
    Records run;
    EXPECT_EQ(run.Add(c.texts), c.refusal);
  }
}

TEST(NumaTest, MemIsMebibytesOnOldMachines) {
  Records run;
  run.options.type.version = {5, 0};
  EXPECT_EQ(run.Add({"node,mem=1,mem=128", "node,mem=17592186044416"}), "");
  EXPECT_EQ(run.options.numa_nodes[0].mem_bytes, 128 * kMiB);
  // As MiB it is 2^64 bytes; 7.2 keeps the number of bytes.
  EXPECT_EQ(run.options.numa_nodes[1].mem_bytes, uint64_t{1} << 44);
  EXPECT_EQ(run.warnings.size(), 2u);
}

TEST(NumaTest, MemOverflowIsRefusedLater) {
  Records run;
  run.context.qemu = QemuVersion::k11_1;
  EXPECT_EQ(run.Add({"node,mem=17592186044416"}),
            "could not parse memory size '17592186044416': Numerical result "
            "out of range");
}

TEST(NumaTest, InitiatorsNeedHmat) {
  Records off;
  EXPECT_THAT(off.Add({"node,initiator=0"}), testing::HasSubstr("is disabled"));
  Records on;
  on.options.hmat = true;
  // Too high an id is complained about, and the node left out.
  EXPECT_EQ(on.Add({"node,initiator=200,cpus=77", "node,initiator=5"}), "");
  EXPECT_THAT(on.warnings,
              testing::ElementsAre("The initiator id 200 expects an integer "
                                   "between 0 and 127"));
  ASSERT_EQ(on.options.numa_nodes.size(), 1u);
  EXPECT_EQ(on.options.numa_nodes[0].id, 0u);
  Records cpus;
  cpus.options.hmat = true;
  EXPECT_EQ(cpus.Add({"node,initiator=1,cpus=0"}),
            "The initiator of CPU NUMA node 0 should be itself (got 1)");
}

TEST(NumaTest, MachineNoneHasNoNumaButTypes) {
  Records run;
  run.options.type.family = MachineFamily::kNone;
  EXPECT_EQ(run.Add({"node,nodeid=200"}),
            "NUMA is not supported by this machine-type");
  EXPECT_EQ(run.Add({"node,foo=1"}), "Invalid parameter 'foo'");
}

// doc/spec/qemu-options.md 12.
TEST(NumaTest, MemmapTypeBelongsToItsDialect) {
  Records stock;
  EXPECT_EQ(stock.Add({"node,memmap-type=spm"}),
            "Invalid parameter 'memmap-type'");
  Records run;
  run.context.dialect = Dialect::kMemmapType;
  EXPECT_EQ(run.Add({"node,memdev=m0,memmap-type=x,memmap-type=spm"}), "");
  EXPECT_EQ(run.options.numa_nodes[0].memmap_type, MemmapType::kSpm);
  EXPECT_EQ(run.Add({"node,nodeid=1,memmap-type=SPM,initiator=x"}),
            "Parameter 'memmap-type' does not accept value 'SPM'");
  EXPECT_EQ(run.Add({"node,nodeid=1,nomemmap-type"}),
            "Parameter 'memmap-type' does not accept value 'off'");
  EXPECT_EQ(run.Add({"dist,src=0,dst=0,val=10,memmap-type=spm"}),
            "Invalid parameter 'memmap-type'");
}

}  // namespace
}  // namespace e820check
