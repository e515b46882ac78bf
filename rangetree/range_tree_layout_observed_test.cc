// SPDX-License-Identifier: Apache-2.0

// Whole answers against bytes that QEMU 7.2.22 put into etc/e820 and
// etc/acpi/tables, one SRAT row per run of lines.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "machine/guest_layout.h"
#include "machine/machine_options.h"
#include "rangetree/range_tree_layout.h"

namespace e820check {
namespace {

constexpr MachineFamily kI440fx = MachineFamily::kI440fx;
constexpr MachineFamily kQ35 = MachineFamily::kQ35;

enum class BindCpus { kNo, kYes };

// -smp cpus -numa node,memdev=... for each size that is not 0, with cpus=<id>
// if asked.
MachineOptions Numa(MachineFamily family, uint32_t cpus,
                    const std::vector<uint64_t>& sizes_bytes,
                    BindCpus bind = BindCpus::kNo) {
  MachineOptions options;
  options.type = {.family = family, .version = {7, 2}};
  options.smp = {.cpus = cpus, .maxcpus = cpus, .cores = cpus};
  uint64_t ram_bytes = 0;
  for (const uint64_t size : sizes_bytes) {
    NumaNode node;
    node.id = static_cast<uint32_t>(options.numa_nodes.size());
    if (size > 0) {
      node.memdev = std::string(1, static_cast<char>('a' + node.id));
      options.backends.push_back({.id = *node.memdev, .size_bytes = size});
    }
    if (bind == BindCpus::kYes) {
      const auto cpu = static_cast<uint16_t>(node.id);
      node.cpus = {{.first = cpu, .last = cpu}};
    }
    options.numa_nodes.push_back(node);
    ram_bytes += size;
  }
  options.memory = {.ram_size_bytes = ram_bytes,
                    .maxram_size_bytes = ram_bytes};
  return options;
}

// -numa dist,src=0,dst=1,val=21
MachineOptions WithDistance(MachineOptions options) {
  options.numa_distances = {{.from = 0, .to = 1, .value = 21}};
  return options;
}

// -smp 4,sockets=2,cores=2 -numa cpu,node-id=1,socket-id=0
// -numa cpu,node-id=0,socket-id=1
MachineOptions SocketsSwapped() {
  MachineOptions options = Numa(kQ35, 4, {kGiB, kGiB});
  options.smp.sockets = 2;
  options.smp.cores = 2;
  options.numa_cpus = {{.node_id = 1, .socket_id = 0},
                       {.node_id = 0, .socket_id = 1}};
  return options;
}

// -cpu EPYC,phys-bits=48 -m 8G,slots=2,maxmem=1000G
MachineOptions DeviceMemoryMovesRam() {
  MachineOptions options = Numa(kQ35, 2, {4 * kGiB, 4 * kGiB}, BindCpus::kYes);
  options.cpu = {.model = "EPYC", .phys_bits = 48};
  options.memory.slots = 2;
  options.memory.maxram_size_bytes = 1000 * kGiB;
  return options;
}

// -machine pc-q35-5.1 -m 4G,maxmem=16G
MachineOptions ImpliedNode() {
  MachineOptions options = Numa(kQ35, 1, {});
  options.type.version = {5, 1};
  options.memory = {.ram_size_bytes = 4 * kGiB, .maxram_size_bytes = 16 * kGiB};
  return options;
}

struct Observation {
  std::string name;
  MachineOptions options;
  E820Table e820;
  std::string srat_hex;
  std::string slit_hex;
};

class ObservedLayoutTest : public ::testing::TestWithParam<Observation> {};

TEST_P(ObservedLayoutTest, IsAnsweredByteForByte) {
  ASSERT_EQ(Validate(GetParam().options), absl::OkStatus());
  const Answer answer = RangeTreeLayout(GetParam().options);
  ASSERT_TRUE(answer.accepted());
  const GuestLayout& layout = std::get<GuestLayout>(answer.outcome);
  EXPECT_EQ(layout.e820, GetParam().e820);
  EXPECT_EQ(absl::BytesToHexString(layout.srat), GetParam().srat_hex);
  EXPECT_EQ(absl::BytesToHexString(layout.slit), GetParam().slit_hex);
  EXPECT_EQ(layout.hmat, "");
}

INSTANTIATE_TEST_SUITE_P(
    Qemu72, ObservedLayoutTest,
    ::testing::ValuesIn(std::vector<Observation>{
        {"TinyNodeOf640K",
         Numa(kI440fx, 2, {640 * kKiB, 130432 * kKiB}, BindCpus::kYes),
         {{0xfd00000000, 0x300000000, MemoryType{2}},
          {0x0, 0x8000000, MemoryType{1}}},
         "53524154f00000000100424f4348532042585043202020200100000042585043"
         "01000000"
         "010000000000000000000000"
         "00100000010000000000000000000000"
         "00100101010000000000000000000000"
         "0128000000000000000000000000000000000a00000000000000000001000000"
         "0000000000000000"
         "012801000000000000001000000000000000f007000000000000000001000000"
         "0000000000000000"
         "0128000000000000000000000000000000000000000000000000000000000000"
         "0000000000000000"
         "0128000000000000000000000000000000000000000000000000000000000000"
         "0000000000000000",
         ""},
        {"MemorylessNodeAtTheSplit",
         Numa(kQ35, 2, {2 * kGiB, 0, 2 * kGiB}),
         {{0xfd00000000, 0x300000000, MemoryType{2}},
          {0x0, 0x80000000, MemoryType{1}},
          {0x100000000, 0x80000000, MemoryType{1}}},
         "53524154180100000100424f4348532042585043202020200100000042585043"
         "01000000"
         "010000000000000000000000"
         "00100000010000000000000000000000"
         "00100001010000000000000000000000"
         "0128000000000000000000000000000000000a00000000000000000001000000"
         "0000000000000000"
         "012800000000000000001000000000000000f07f000000000000000001000000"
         "0000000000000000"
         "0128020000000000000000000100000000000080000000000000000001000000"
         "0000000000000000"
         "0128000000000000000000000000000000000000000000000000000000000000"
         "0000000000000000"
         "0128000000000000000000000000000000000000000000000000000000000000"
         "0000000000000000",
         ""},
        {"Distances",
         WithDistance(Numa(kQ35, 2, {kGiB, kGiB})),
         {{0xfd00000000, 0x300000000, MemoryType{2}},
          {0x0, 0x80000000, MemoryType{1}}},
         "53524154f00000000100424f4348532042585043202020200100000042585043"
         "01000000"
         "010000000000000000000000"
         "00100000010000000000000000000000"
         "00100001010000000000000000000000"
         "0128000000000000000000000000000000000a00000000000000000001000000"
         "0000000000000000"
         "012800000000000000001000000000000000f03f000000000000000001000000"
         "0000000000000000"
         "0128010000000000000000400000000000000040000000000000000001000000"
         "0000000000000000"
         "0128000000000000000000000000000000000000000000000000000000000000"
         "0000000000000000",
         "534c4954300000000100424f434853204258504320202020010000004258504301000"
         "00002000000000000000a15150a"},
        {"SocketsSwapped",
         SocketsSwapped(),
         {{0xfd00000000, 0x300000000, MemoryType{2}},
          {0x0, 0x80000000, MemoryType{1}}},
         "53524154100100000100424f4348532042585043202020200100000042585043"
         "01000000"
         "010000000000000000000000"
         "00100100010000000000000000000000"
         "00100101010000000000000000000000"
         "00100002010000000000000000000000"
         "00100003010000000000000000000000"
         "0128000000000000000000000000000000000a00000000000000000001000000"
         "0000000000000000"
         "012800000000000000001000000000000000f03f000000000000000001000000"
         "0000000000000000"
         "0128010000000000000000400000000000000040000000000000000001000000"
         "0000000000000000"
         "0128000000000000000000000000000000000000000000000000000000000000"
         "0000000000000000",
         ""},
        {"OneSocket",
         Numa(kQ35, 4, {kGiB, kGiB}),
         {{0xfd00000000, 0x300000000, MemoryType{2}},
          {0x0, 0x80000000, MemoryType{1}}},
         "53524154100100000100424f4348532042585043202020200100000042585043"
         "01000000"
         "010000000000000000000000"
         "00100000010000000000000000000000"
         "00100001010000000000000000000000"
         "00100002010000000000000000000000"
         "00100003010000000000000000000000"
         "0128000000000000000000000000000000000a00000000000000000001000000"
         "0000000000000000"
         "012800000000000000001000000000000000f03f000000000000000001000000"
         "0000000000000000"
         "0128010000000000000000400000000000000040000000000000000001000000"
         "0000000000000000"
         "0128000000000000000000000000000000000000000000000000000000000000"
         "0000000000000000",
         ""},
        {"DeviceMemoryMovesRam",
         DeviceMemoryMovesRam(),
         {{0xfd00000000, 0x300000000, MemoryType{2}},
          {0x0, 0x80000000, MemoryType{1}},
          {0x10000000000, 0x180000000, MemoryType{1}}},
         "53524154180100000100424f4348532042585043202020200100000042585043"
         "01000000"
         "010000000000000000000000"
         "00100000010000000000000000000000"
         "00100101010000000000000000000000"
         "0128000000000000000000000000000000000a00000000000000000001000000"
         "0000000000000000"
         "012800000000000000001000000000000000f07f000000000000000001000000"
         "0000000000000000"
         "0128000000000000000000000001000000000080000000000000000001000000"
         "0000000000000000"
         "0128010000000000000000800001000000000000010000000000000001000000"
         "0000000000000000"
         "0128010000000000000000800101000000000080f80000000000000003000000"
         "0000000000000000",
         ""},
        {"ImpliedNode",
         ImpliedNode(),
         {{0x0, 0x80000000, MemoryType{1}},
          {0x100000000, 0x80000000, MemoryType{1}}},
         "53524154e00000000100424f4348532042585043202020200100000042585043"
         "01000000"
         "010000000000000000000000"
         "00100000010000000000000000000000"
         "0128000000000000000000000000000000000a00000000000000000001000000"
         "0000000000000000"
         "012800000000000000001000000000000000f07f000000000000000001000000"
         "0000000000000000"
         "0128000000000000000000000100000000000080000000000000000001000000"
         "0000000000000000"
         "0128000000000000000000800100000000000000030000000000000003000000"
         "0000000000000000",
         ""},
    }),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace e820check
