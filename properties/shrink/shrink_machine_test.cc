// SPDX-License-Identifier: Apache-2.0

#include "properties/shrink/shrink_machine.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"

namespace e820check {
namespace {

MachineOptions FourNodes() {
  MachineOptions machine;
  machine.memory = {
      .ram_size_bytes = 4 * kGiB, .maxram_size_bytes = 6 * kGiB, .slots = 2};
  for (uint32_t id = 0; id < 4; ++id) {
    MemoryBackend backend;
    backend.id = absl::StrCat("m", id);
    backend.size_bytes = kGiB;
    machine.backends.push_back(backend);
    NumaNode node;
    node.id = id;
    node.memdev = backend.id;
    machine.numa_nodes.push_back(node);
  }
  machine.numa_distances = {{0, 3, 20}, {1, 2, 30}};
  return machine;
}

TEST(ShrinkMachine, KeepsTheNodeThatMattersAndTheSumsRight) {
  // Fails while some node has more than 1000 MiB.
  const MachineOptions shrunk = ShrinkMachine(
      FourNodes(),
      [](const MachineOptions& m) {
        for (const NumaNode& node : m.numa_nodes) {
          if (NodeSizeBytes(m, node) > 1000 * kMiB) return true;
        }
        return false;
      },
      1000);
  ASSERT_EQ(shrunk.numa_nodes.size(), 1u);
  EXPECT_EQ(shrunk.numa_nodes[0].id, 0u);
  EXPECT_EQ(shrunk.memory.ram_size_bytes, 1000 * kMiB + 8 * kKiB);
  EXPECT_EQ(shrunk.memory.maxram_size_bytes, shrunk.memory.ram_size_bytes);
  EXPECT_EQ(shrunk.backends.size(), 1u);
  EXPECT_TRUE(shrunk.numa_distances.empty());
  EXPECT_TRUE(Validate(shrunk).ok());
}

TEST(ShrinkMachine, MergesNodesWhereTheSizeOfRamMatters) {
  // Fails while RAM is 4 GiB and ends in a node of its own.
  const MachineOptions shrunk = ShrinkMachine(
      FourNodes(),
      [](const MachineOptions& m) {
        return m.memory.ram_size_bytes == 4 * kGiB && m.numa_nodes.size() > 1 &&
               NodeSizeBytes(m, m.numa_nodes.back()) == kGiB;
      },
      1000);
  ASSERT_EQ(shrunk.numa_nodes.size(), 2u);
  EXPECT_EQ(NodeSizeBytes(shrunk, shrunk.numa_nodes[0]), 3 * kGiB);
  EXPECT_EQ(shrunk.backends.size(), 2u);
}

TEST(ShrinkMachine, DropsDevicesAndWhatHmatSaysOfNodes) {
  MachineOptions machine = FourNodes();
  machine.hmat = true;
  machine.hmat_values = {{.initiator = 0, .target = 3, .value = 10}};
  machine.cxl_windows = {{.size_bytes = kGiB}};
  machine.devices = {{.kind = Device::Kind::kPcDimm, .id = "a"},
                     {.kind = Device::Kind::kNvdimm, .id = "b"}};
  // Fails while there is an NVDIMM.
  const MachineOptions shrunk = ShrinkMachine(
      machine,
      [](const MachineOptions& m) {
        for (const Device& device : m.devices) {
          if (device.kind == Device::Kind::kNvdimm) return true;
        }
        return false;
      },
      1000);
  ASSERT_EQ(shrunk.devices.size(), 1u);
  EXPECT_EQ(shrunk.devices[0].id, "b");
  EXPECT_TRUE(shrunk.hmat_values.empty());
  EXPECT_TRUE(shrunk.cxl_windows.empty());
  EXPECT_TRUE(shrunk.numa_nodes.empty());
}

TEST(ShrinkMachine, AsksOnlyAboutValidMachines) {
  ShrinkMachine(
      FourNodes(),
      [](const MachineOptions& m) {
        EXPECT_TRUE(Validate(m).ok()) << Validate(m);
        return m.numa_nodes.size() > 2;
      },
      200);
}

}  // namespace
}  // namespace e820check
