// SPDX-License-Identifier: Apache-2.0

// Places and words of QEMU 7.2.22, 10.0.2 and 11.1.3 for memory devices.

#include "rangetree/memory_devices.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "rangetree/qom_order.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using Kind = Device::Kind;

constexpr DeviceMemory kArea = {.base = 4 * kGiB, .size_bytes = 6 * kGiB};

// -m 128M,slots=2,maxmem=4224M with backends of 3 MiB, 1 GiB and 2 GiB.
struct Machine {
  MachineOptions options;

  Machine() {
    options.type = {.family = MachineFamily::kQ35, .version = {7, 2}};
    options.nvdimm = true;
    options.memory.maxram_size_bytes = 4224 * kMiB;
    options.memory.slots = 2;
    options.backends = {{.id = "odd", .size_bytes = 3 * kMiB},
                        {.id = "g", .size_bytes = kGiB},
                        {.id = "gg", .size_bytes = 2 * kGiB}};
  }

  Device& Add(Kind kind, const std::string& memdev) {
    options.devices.push_back({.kind = kind, .memdev = memdev});
    return options.devices.back();
  }

  DevicePlaces Place() const {
    return PlaceDevices(options, PolicyOf(options.qemu_version, options.type),
                        /*node_count=*/1, kArea);
  }

  std::vector<uint64_t> Bases() const {
    std::vector<uint64_t> bases;
    for (const DevicePlaces::Place& place : Place().places) {
      bases.push_back(place.base);
    }
    return bases;
  }

  std::string Refusal() const {
    const DevicePlaces result = Place();
    return result.refusal ? result.refusal->text : "";
  }
};

TEST(MemoryDevicesTest, TakeTheFirstGap) {
  Machine machine;
  machine.Add(Kind::kPcDimm, "gg").address = 5 * kGiB;
  machine.Add(Kind::kPcDimm, "g");
  EXPECT_THAT(machine.Bases(), ElementsAre(5 * kGiB, 4 * kGiB));
}

TEST(MemoryDevicesTest, AnNvdimmEndsWithItsLabel) {
  Machine machine;
  machine.Add(Kind::kNvdimm, "g").label_size_bytes = 128 * kKiB;
  const DevicePlaces result = machine.Place();
  ASSERT_EQ(result.places.size(), 1u);
  EXPECT_EQ(result.places[0].size_bytes, kGiB - 2 * kMiB);
}

TEST(MemoryDevicesTest, RefusesInQemusWords) {
  Machine odd;
  odd.Add(Kind::kPcDimm, "odd");
  EXPECT_EQ(odd.Refusal(), "backend memory size must be multiple of 0x200000");

  Machine twice;
  twice.Add(Kind::kPcDimm, "g");
  twice.Add(Kind::kPcDimm, "g");
  EXPECT_EQ(twice.Refusal(), "can't use already busy memdev: g");

  Machine conflict;
  Device& first = conflict.Add(Kind::kPcDimm, "gg");
  first.address = 4 * kGiB;
  first.id = "first";
  conflict.Add(Kind::kPcDimm, "g").address = 5 * kGiB;
  EXPECT_EQ(conflict.Refusal(),
            "address range conflicts with memory device id='first'");

  Machine outside;
  outside.Add(Kind::kPcDimm, "g").address = 10 * kGiB;
  EXPECT_EQ(outside.Refusal(),
            "can't add memory device [0x280000000:0x40000000], usable range "
            "for memory devices [0x100000000:0x180000000]");

  Machine slots;
  for (const char* id : {"g", "gg", "odd"}) slots.Add(Kind::kPcDimm, id);
  EXPECT_EQ(slots.Refusal(), "no free slots available");

  Machine node;
  node.Add(Kind::kPcDimm, "g").node = 1;
  EXPECT_EQ(node.Refusal(),
            "'DIMM property node has value 1' which exceeds the number of numa "
            "nodes: 1");
}

// An address and a size that are both wrong.
TEST(MemoryDevicesTest, TheMachinesOwnBackendsAreBusy) {
  Machine machine;
  machine.Add(Kind::kPcDimm, "g");
  EXPECT_EQ(machine.Refusal(), "");
  Machine with_ram = machine;
  with_ram.options.memory_backend = "g";
  EXPECT_EQ(with_ram.Refusal(), "can't use already busy memdev: g");
  Machine with_node = machine;
  with_node.options.numa_nodes = {{.id = 0, .memdev = "g"}};
  EXPECT_EQ(with_node.Refusal(), "can't use already busy memdev: g");
}

TEST(MemoryDevicesTest, ReleasesDifferInWhichFaultIsFirst) {
  Machine machine;
  machine.Add(Kind::kPcDimm, "odd").address = 4 * kGiB + 4096;
  EXPECT_EQ(machine.Refusal(), "address must be aligned to 0x200000 bytes");
  machine.options.qemu_version = QemuVersion::k10_0;
  EXPECT_EQ(machine.Refusal(),
            "backend memory size must be multiple of 0x200000");
}

TEST(MemoryDevicesTest, VirtioMemWarnsOfSharedMemoryUpToSixTwo) {
  Machine machine;
  machine.options.backends[1].share = true;
  machine.Add(Kind::kVirtioMem, "g");
  EXPECT_THAT(machine.Place().warnings, ElementsAre());
  machine.options.type.version = {6, 2};
  const DevicePlaces result = machine.Place();
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_EQ(result.warnings[0].text,
            "warning: 'unplugged-inaccessible' property set to 'off' with a "
            "memdev that does not support the shared zeropage.");
}

TEST(MemoryDevicesTest, BoardsWithoutHotPlugGiveNoPlace) {
  Machine machine;
  machine.options.type = {.family = MachineFamily::kMicrovm, .version = {7, 2}};
  machine.Add(Kind::kPcDimm, "odd");
  EXPECT_THAT(machine.Bases(), ElementsAre());
  EXPECT_EQ(machine.Refusal(), "");
  machine.Add(Kind::kSpMem, "");
  EXPECT_EQ(machine.Refusal(), "'memdev' property is required");
}

// doc/spec/qemu-layout.md 6.7: the hashes of a, b and c are 177670, 177671 and
// 177672, which times 11 leave 5, 2 and 6 modulo 7.
TEST(QomOrderTest, FollowsTheBuckets) {
  EXPECT_THAT(VisitingOrder({"a", "b", "c"}), ElementsAre(1, 0, 2));
  EXPECT_THAT(VisitingOrder({}), ElementsAre());
}

}  // namespace
}  // namespace e820check
