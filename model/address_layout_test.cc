// SPDX-License-Identifier: Apache-2.0

// doc/spec/qemu-layout.md 2 and 3: where RAM lies. All rows were observed on
// QEMU 7.2 unless a case says otherwise.

#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "model/reference_layout.h"
#include "model/test_machines.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

const char* const kHole = "0xfd00000000+0x300000000:2";

struct SplitCase {
  const char* name;
  const char* machine;
  uint64_t ram_size_bytes;
  CpuOptions cpu;
  uint64_t max_ram_below_4g_bytes;
  std::vector<std::string> expected;
};

class SplitTest : public ::testing::TestWithParam<SplitCase> {};

TEST_P(SplitTest, GivesTheObservedRows) {
  const SplitCase& c = GetParam();
  MachineOptions options = Machine(c.machine, c.ram_size_bytes);
  options.cpu = c.cpu;
  options.max_ram_below_4g_bytes = c.max_ram_below_4g_bytes;
  EXPECT_THAT(E820Of(options), ElementsAreArray(c.expected));
  EXPECT_EQ(LayoutOf(options).srat, "");
}

// Names are those of the specification's worked examples.
INSTANTIATE_TEST_SUITE_P(
    WorkedExamples, SplitTest,
    ::testing::Values(
        SplitCase{"W01",
                  "pc",
                  3583 * kMiB,
                  AmdCpu(40),
                  0,
                  {kHole, "0x0+0xdff00000:1"}},
        SplitCase{"W02",
                  "pc",
                  3584 * kMiB,
                  AmdCpu(40),
                  0,
                  {kHole, "0x0+0xc0000000:1", "0x100000000+0x20000000:1"}},
        SplitCase{"W03",
                  "q35",
                  2815 * kMiB,
                  AmdCpu(40),
                  0,
                  {kHole, "0x0+0xaff00000:1"}},
        SplitCase{"W04",
                  "q35",
                  2816 * kMiB,
                  AmdCpu(40),
                  0,
                  {kHole, "0x0+0x80000000:1", "0x100000000+0x30000000:1"}},
        SplitCase{"W05",
                  "pc",
                  6 * kGiB,
                  AmdCpu(40),
                  1536 * kMiB,
                  {kHole, "0x0+0x60000000:1", "0x100000000+0x120000000:1"}},
        SplitCase{"W06",
                  "q35",
                  2560 * kMiB,
                  AmdCpu(40),
                  2 * kGiB,
                  {kHole, "0x0+0x80000000:1", "0x100000000+0x20000000:1"}},
        SplitCase{"W07",
                  "isapc",
                  3584 * kMiB,
                  AmdCpu(40),
                  0,
                  {kHole, "0x0+0xe0000000:1"}},
        SplitCase{"W08",
                  "microvm",
                  4 * kGiB,
                  AmdCpu(40),
                  0,
                  {"0x0+0xc0000000:1", "0x100000000+0x40000000:1"}},
        SplitCase{"W09",
                  "q35",
                  8 * kGiB,
                  IntelCpu(40),
                  0,
                  {"0x0+0x80000000:1", "0x100000000+0x180000000:1"}},
        SplitCase{"W10",
                  "pc",
                  4 * kGiB,
                  AmdCpu(39),
                  0,
                  {"0x0+0xc0000000:1", "0x100000000+0x40000000:1"}},
        SplitCase{"W11",
                  "pc-q35-7.0",
                  1100 * kGiB,
                  AmdCpu(48),
                  0,
                  {"0x0+0x80000000:1", "0x100000000+0x11280000000:1"}},
        SplitCase{
            "W12",
            "pc-q35-7.1",
            1100 * kGiB,
            AmdCpu(48),
            0,
            {kHole, "0x0+0x80000000:1", "0x10000000000+0x11280000000:1"}}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Boundaries, SplitTest,
    ::testing::Values(
        // Not clamped to 3 GiB before 2.0; nothing above 4 GiB at RAM == low.
        SplitCase{"I440fxBefore2_0",
                  "pc-i440fx-1.7",
                  3584 * kMiB,
                  AmdCpu(40),
                  0,
                  {"0x0+0xe0000000:1"}},
        SplitCase{"MicrovmExactly",
                  "microvm",
                  3 * kGiB,
                  AmdCpu(40),
                  0,
                  {"0x0+0xc0000000:1"}},
        SplitCase{"I440fxLastBefore1TiB",
                  "pc",
                  1009 * kGiB,
                  AmdCpu(40),
                  0,
                  {kHole, "0x0+0xc0000000:1", "0x100000000+0xfb80000000:1"}},
        SplitCase{"I440fxRelocated",
                  "pc",
                  1011 * kGiB,
                  AmdCpu(48),
                  0,
                  {kHole, "0x0+0xc0000000:1", "0x10000000000+0xfc00000000:1"}},
        // Observed: low RAM has a row even where there is no RAM.
        SplitCase{"NoRam", "pc", 0, AmdCpu(40), 0, {kHole, "0x0+0x0:1"}}),
    [](const auto& test) { return test.param.name; });

TEST(AddressLimitTest, DefaultCpuEndsWhereRelocationBegins) {
  EXPECT_EQ(RefusalOf(Machine("pc", 1009 * kGiB)), "accepted");
  EXPECT_EQ(RefusalOf(Machine("q35", 978 * kGiB)), "accepted");
  EXPECT_EQ(RefusalOf(Machine("pc", 1010 * kGiB)),
            "Address space limit 0xffffffffff < 0x1fc3fffffff phys-bits too "
            "low (40)");
}

TEST(AddressLimitTest, CountsTheWindowOfThe64BitHole) {
  MachineOptions options = Machine("q35", 100 * kGiB);
  options.cpu = IntelCpu(37);
  EXPECT_EQ(RefusalOf(options),
            "Address space limit 0x1fffffffff < 0x217fffffff phys-bits too low "
            "(37)");
}

TEST(AddressLimitTest, A32BitCpuIsMeasuredAsTheReleaseDoes) {
  MachineOptions options = Machine("pc", 4 * kGiB);
  options.cpu = {.vendor = "GenuineIntel",
                 .long_mode = false,
                 .pse36 = false,
                 .phys_bits = 32};
  const struct {
    QemuVersion qemu;
    MachineVersion machine;
    const char* expected;
  } kCases[] = {
      {QemuVersion::k7_2, {7, 2}, "accepted"},
      {QemuVersion::k10_0, {8, 1}, "accepted"},
      {QemuVersion::k10_0,
       {8, 2},
       "Address space limit 0xffffffff < 0x13fffffff phys-bits too low (32)"},
  };
  for (const auto& c : kCases) {
    options.qemu_version = c.qemu;
    options.type.version = c.machine;
    EXPECT_EQ(RefusalOf(options), c.expected) << ToString(options.type);
  }
  // 36 bits: 7.2 looks for the 64-bit hole, later releases do not.
  options.cpu.phys_bits = 36;
  options.memory.ram_size_bytes = options.memory.maxram_size_bytes = 62 * kGiB;
  options.qemu_version = QemuVersion::k10_0;
  EXPECT_EQ(RefusalOf(options), "accepted");
  options.qemu_version = QemuVersion::k7_2;
  options.type.version = {.major = 7, .minor = 2};
  EXPECT_EQ(RefusalOf(options),
            "Address space limit 0xfffffffff < 0x103fffffff phys-bits too low "
            "(36)");
}

MachineOptions WithMaxmem(MachineOptions options, uint64_t maxmem_bytes,
                          uint64_t slots) {
  options.memory.maxram_size_bytes = maxmem_bytes;
  options.memory.slots = slots;
  return options;
}

TEST(DeviceMemoryTest, FollowsRelocatedRam) {
  MachineOptions options =
      WithMaxmem(Machine("pc-q35-7.1", 8 * kGiB), 1000 * kGiB, 2);
  options.cpu = AmdCpu(48);
  EXPECT_THAT(E820Of(options), ElementsAre(kHole, "0x0+0x80000000:1",
                                           "0x10000000000+0x180000000:1"));
  EXPECT_THAT(SratMemoryOf(options),
              ElementsAre("0: 0x0+0xa0000", "0: 0x100000+0x7ff00000",
                          "0: 0x10000000000+0x180000000",
                          "0: 0x10180000000+0xf880000000 hotplug"));
}

TEST(DeviceMemoryTest, HasAGigabytePerSlotFrom2_2On) {
  const auto region = [](const char* machine) {
    return SratMemoryOf(
               WithMaxmem(NumaMachine(machine, {{5 * kGiB + 512 * kMiB}}),
                          17 * kGiB + 512 * kMiB, 4))
        .back();
  };
  EXPECT_EQ(region("pc-i440fx-2.1"), "0: 0x1c0000000+0x300000000 hotplug");
  EXPECT_EQ(region("pc-i440fx-2.2"), "0: 0x1c0000000+0x400000000 hotplug");
}

// Up to 2.4 the 64-bit hole starts with device memory, from 2.5 on behind it.
TEST(DeviceMemoryTest, IsMissingFromTheOldAddressSpaceCheck) {
  const auto refusal = [](const char* machine) {
    return RefusalOf(WithMaxmem(Machine(machine, 4 * kGiB), 1022 * kGiB, 1));
  };
  EXPECT_EQ(refusal("pc-q35-2.4"), "accepted");
  EXPECT_EQ(refusal("pc-q35-2.5"),
            "Address space limit 0xffffffffff < 0x1083fffffff phys-bits too "
            "low (40)");
}

TEST(DeviceMemoryTest, ImplicitNodeDependsOnTheMachineVersion) {
  EXPECT_THAT(
      SratMemoryOf(WithMaxmem(Machine("pc-q35-5.0", 4 * kGiB), 16 * kGiB, 0)),
      IsEmpty());
  EXPECT_THAT(
      SratMemoryOf(WithMaxmem(Machine("pc-q35-5.1", 4 * kGiB), 16 * kGiB, 0)),
      ElementsAre("0: 0x0+0xa0000", "0: 0x100000+0x7ff00000",
                  "0: 0x100000000+0x80000000",
                  "0: 0x180000000+0x300000000 hotplug"));
  const auto with_slot = [](const char* machine) {
    return SratMemoryOf(WithMaxmem(Machine(machine, kGiB), 2 * kGiB, 1)).size();
  };
  EXPECT_EQ(with_slot("pc-q35-2.10"), 0u);
  EXPECT_EQ(with_slot("pc-q35-2.11"), 4u);
}

// -machine memory-backend= without -m: maxmem stays 128 MiB.
TEST(DeviceMemoryTest, SmallBackendLeavesRoomUpToTheDefaultMaxmem) {
  MachineOptions options = Machine("pc", 64 * kMiB + 1);
  options.memory.ram_size_from_backend = true;
  options.memory.maxram_size_bytes = 128 * kMiB;
  options.memory_backend = "m0";
  options.backends = {{.id = "m0", .size_bytes = 64 * kMiB + 1}};
  EXPECT_THAT(E820Of(options), ElementsAre(kHole, "0x0+0x4000001:1"));
  EXPECT_EQ(SratMemoryOf(options).back(), "0: 0x100000000+0x3ffffff hotplug");
}

TEST(DeviceMemoryTest, RefusesInTheOrderOfTheBoard) {
  const auto refusal = [](const char* machine, uint64_t maxmem_bytes,
                          uint64_t slots) {
    return RefusalOf(
        WithMaxmem(Machine(machine, 128 * kMiB), maxmem_bytes, slots));
  };
  EXPECT_EQ(refusal("q35", kGiB, 256), "accepted");
  EXPECT_EQ(refusal("q35", kGiB, 257),
            "unsupported amount of memory slots: 257");
  EXPECT_EQ(refusal("q35", kGiB + 1, 257),
            "unsupported amount of memory slots: 257");
  EXPECT_EQ(refusal("q35", kGiB + 1, 256),
            "maximum memory size must by aligned to multiple of 4096 bytes");
  EXPECT_EQ(refusal("q35", 2 * kTiB, 257),
            "Address space limit 0xffffffffff < 0x3483fffffff phys-bits too "
            "low (40)");
  // The region's end wraps, and with it the address space check.
  EXPECT_EQ(refusal("pc", UINT64_MAX - 4095, 0),
            "unsupported amount of maximum memory: fffffffffffff000");
  // With slots its size wraps too, and QEMU accepts.
  EXPECT_EQ(refusal("q35", UINT64_MAX - 4095, 4), "accepted");
  EXPECT_EQ(refusal("pc-i440fx-2.0", kGiB, 0),
            "\"-memory 'slots|maxmem'\" is not supported by: pc-i440fx-2.0");
  EXPECT_EQ(refusal("isapc", kGiB, 1),
            "\"-memory 'slots|maxmem'\" is not supported by: isapc");
  EXPECT_EQ(refusal("microvm", kGiB + 1, 300), "accepted");
}

TEST(WarningTest, MaxRamBelow4GOffTheGigabyte) {
  const auto warnings = [](const char* machine, uint64_t ram_size_bytes,
                           uint64_t limit_bytes) {
    MachineOptions options = Machine(machine, ram_size_bytes);
    options.max_ram_below_4g_bytes = limit_bytes;
    return ReferenceLayout(options).warnings;
  };
  EXPECT_THAT(warnings("pc", 128 * kMiB, 100 * kMiB),
              ElementsAre("warning: Large machine and max_ram_below_4g "
                          "(104857600) not a multiple of 1G; possible bad "
                          "performance."));
  EXPECT_THAT(warnings("pc", 128 * kMiB, 200 * kMiB), IsEmpty());
  EXPECT_THAT(warnings("pc", 4 * kGiB, 3585 * kMiB), IsEmpty());
  EXPECT_THAT(warnings("pc-i440fx-1.7", 3 * kGiB, 2000 * kMiB), IsEmpty());
  EXPECT_THAT(warnings("isapc", 3 * kGiB, 2000 * kMiB), IsEmpty());
  EXPECT_THAT(warnings("q35", 3 * kGiB, 2 * kGiB - kMiB), IsEmpty());
  // RAM below the limit: the difference wraps and QEMU warns.
  EXPECT_THAT(warnings("q35", 128 * kMiB, 1000 * kMiB),
              ElementsAre("warning: There is possibly poor performance as the "
                          "ram size  (0x8000000) is more then twice the size "
                          "of max-ram-below-4g (1048576000) and "
                          "max-ram-below-4g is not a multiple of 1G."));
}

TEST(IsapcTest, Release11_1LimitsRam) {
  MachineOptions options = Machine("isapc", 3584 * kMiB);
  options.cpu = {.vendor = "GenuineIntel", .long_mode = false, .phys_bits = 32};
  options.qemu_version = QemuVersion::k11_1;
  options.type.version = {.major = 11, .minor = 1};
  EXPECT_THAT(E820Of(options), ElementsAre("0x0+0xe0000000:1"));
  options.memory.ram_size_bytes = options.memory.maxram_size_bytes = 4 * kGiB;
  EXPECT_EQ(RefusalOf(options),
            "Too much memory for this machine: 4096 MiB, maximum 3584 MiB");
}

TEST(NoneTest, PublishesNothing) {
  EXPECT_EQ(LayoutOf(Machine("none", kGiB)), GuestLayout{});
}

}  // namespace
}  // namespace e820check
