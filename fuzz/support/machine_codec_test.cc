// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/machine_codec.h"

#include <map>
#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "machine/machine_options.h"
#include "options/cpu_model.h"
#include "options/machine_types.h"

namespace e820check {
namespace {

using ::testing::Contains;
using ::testing::Gt;
using ::testing::Key;
using ::testing::Pair;

std::string RandomBytes(std::mt19937_64& random) {
  std::string bytes(random() % 300, '\0');
  // Small values and zeros are where the simple machines are.
  const uint64_t mask = random() % 3 == 0 ? 0x0F : 0xFF;
  for (char& byte : bytes) byte = static_cast<char>(random() & mask);
  return bytes;
}

TEST(MachineCodecTest, TheEmptyStringIsQemuWithoutOptions) {
  MachineOptions expected;
  expected.type = {.family = MachineFamily::kI440fx, .version = {7, 2, 0}};
  expected.cpu = DefaultCpu(expected.type, QemuVersion::k7_2);
  EXPECT_EQ(DecodeMachine(""), expected);
  EXPECT_EQ(DecodeMachine("").memory.ram_size_bytes, 128 * kMiB);
}

TEST(MachineCodecTest, EveryByteStringIsAValidMachineThatRoundTrips) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const MachineOptions machine = DecodeMachine(RandomBytes(random));
    const absl::Status status = Validate(machine);
    ASSERT_TRUE(status.ok()) << i << ": " << status;
    const auto bytes = EncodeMachine(machine);
    ASSERT_TRUE(bytes.has_value()) << i;
    ASSERT_EQ(DecodeMachine(*bytes), machine) << i;
  }
}

// How often each feature occurs in random machines.
std::map<std::string, int> CountFeatures(int machines) {
  std::mt19937_64 random(2);
  std::map<std::string, int> count;
  for (int i = 0; i < machines; ++i) {
    const MachineOptions m = DecodeMachine(RandomBytes(random));
    ++count["version " + ToString(m.qemu_version)];
    ++count["type " + ToString(m.type)];
    ++count["cpu " + m.cpu.model];
    ++count["vendor " + m.cpu.vendor];
    if (!m.acpi) ++count["acpi=off"];
    if (m.hmat) ++count["hmat"];
    if (m.oem != OemNames{}) ++count["oem"];
    if (m.max_ram_below_4g_bytes != 0) ++count["max-ram-below-4g"];
    if (!m.memory_backend.empty()) ++count["memory-backend"];
    if (m.memory.ram_size_from_backend) ++count["ram size from backend"];
    if (m.memory.slots != 0) ++count["slots"];
    if (m.smp.modules > 1) ++count["modules"];
    if (m.smp.dies > 1) ++count["dies"];
    if (m.smp.maxcpus > 255) ++count["more than 255 cpus"];
    if (!m.numa_cpus.empty()) ++count["numa cpu"];
    if (!m.numa_distances.empty()) ++count["distances"];
    if (m.numa_nodes.size() == kCodecMaxNodes) ++count["all nodes"];
    uint64_t sum = 0;
    for (const NumaNode& node : m.numa_nodes) {
      sum += NodeSizeBytes(m, node);
      if (node.id >= m.numa_nodes.size()) ++count["sparse ids"];
      if (node.mem_bytes) ++count["mem"];
      if (node.memdev) ++count["memdev"];
      if (node.initiator) ++count["initiator"];
      if (!node.cpus.empty()) ++count["cpus"];
      ++count["memmap-type " + ToString(node.memmap_type)];
    }
    if (sum != 0) {
      ++count[sum == m.memory.ram_size_bytes ? "nodes fill RAM"
                                             : "nodes do not fill RAM"];
    }
  }
  return count;
}

TEST(MachineCodecTest, EveryFeatureIsReached) {
  const std::map<std::string, int> count = CountFeatures(20000);
  for (const char* feature : {"acpi=off",
                              "hmat",
                              "oem",
                              "max-ram-below-4g",
                              "memory-backend",
                              "ram size from backend",
                              "slots",
                              "modules",
                              "dies",
                              "more than 255 cpus",
                              "numa cpu",
                              "distances",
                              "all nodes",
                              "sparse ids",
                              "mem",
                              "memdev",
                              "initiator",
                              "cpus",
                              "memmap-type normal",
                              "memmap-type spm",
                              "memmap-type reserved",
                              "nodes fill RAM",
                              "nodes do not fill RAM",
                              "vendor HygonGenuine"}) {
    EXPECT_THAT(count, Contains(Pair(feature, Gt(20))));
  }
  for (const auto version : kReleases) {
    for (const MachineType& type : AllMachineTypes(version)) {
      EXPECT_THAT(count, Contains(Key("type " + ToString(type))));
    }
  }
  for (const absl::string_view model : CodecCpuModels()) {
    EXPECT_THAT(count, Contains(Key("cpu " + std::string(model))));
  }
}

TEST(MachineCodecTest, RefusesWhatIsOutsideItsDomain) {
  const auto encodes = [](void (*change)(MachineOptions&)) {
    MachineOptions machine = DecodeMachine("");
    change(machine);
    return EncodeMachine(machine).has_value();
  };
  EXPECT_TRUE(encodes([](MachineOptions&) {}));
  EXPECT_FALSE(encodes([](MachineOptions& m) {
    m.backends = {{.id = "ram0", .size_bytes = 1}};
  }));
  EXPECT_FALSE(encodes([](MachineOptions& m) { m.memory.slots = 1000; }));
  EXPECT_FALSE(encodes([](MachineOptions& m) { m.numa_nodes.resize(17); }));
  EXPECT_FALSE(encodes([](MachineOptions& m) { m.cpu.phys_bits = 53; }));
  EXPECT_FALSE(encodes([](MachineOptions& m) { m.cpu.model = "none"; }));
  EXPECT_FALSE(encodes([](MachineOptions& m) {
    m.type.family = MachineFamily::kMicrovm;
    m.cpu = DefaultCpu(m.type, m.qemu_version);
    m.max_ram_below_4g_bytes = kGiB;
  }));
  EXPECT_FALSE(encodes([](MachineOptions& m) {
    m.numa_nodes = {{.id = 0, .mem_bytes = 128 * kMiB}};
  }));
  EXPECT_FALSE(encodes([](MachineOptions& m) {
    m.numa_nodes = {{.id = 0}};
    m.numa_distances = {{.from = 0, .to = 1, .value = 20}};
  }));
}

}  // namespace
}  // namespace e820check
