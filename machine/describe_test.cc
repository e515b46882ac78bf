// SPDX-License-Identifier: Apache-2.0

#include "machine/describe.h"

#include <string>

#include "gtest/gtest.h"
#include "machine/hmat_table.h"
#include "machine/slit_table.h"

namespace e820check {
namespace {

TEST(DescribeSizeTest, TakesTheLargestUnitThatDividesIt) {
  EXPECT_EQ(DescribeSize(0), "0");
  EXPECT_EQ(DescribeSize(1), "1");
  EXPECT_EQ(DescribeSize(1023), "1023");
  EXPECT_EQ(DescribeSize(1024), "1K");
  EXPECT_EQ(DescribeSize(1025), "1025");
  EXPECT_EQ(DescribeSize(640 << 10), "640K");
  EXPECT_EQ(DescribeSize(1023 << 10), "1023K");
  EXPECT_EQ(DescribeSize(1 << 20), "1M");
  EXPECT_EQ(DescribeSize(uint64_t{3} << 30), "3G");
  EXPECT_EQ(DescribeSize(uint64_t{5} << 40), "5T");
  EXPECT_EQ(DescribeSize(uint64_t{7} << 50), "7P");
  EXPECT_EQ(DescribeSize(uint64_t{8} << 60), "8E");
  EXPECT_EQ(DescribeSize(UINT64_MAX), "18446744073709551615");
}

TEST(DescribeRowTest, E820) {
  EXPECT_EQ(Describe(E820Row{.address = 0x100000,
                             .length_bytes = 0x7ff00000,
                             .type = MemoryType::kRam}),
            "0x000000100000 +0x7ff00000        2047M  ram");
  EXPECT_EQ(Describe(E820Row{.address = 0xfd00000000,
                             .length_bytes = uint64_t{12} << 30,
                             .type = MemoryType::kReserved}),
            "0x00fd00000000 +0x300000000         12G  reserved");
}

TEST(DescribeRowTest, Cpu) {
  EXPECT_EQ(Describe(SratRow(LocalApicAffinity{
                .proximity_domain = 12, .apic_id = 3, .flags = 1})),
            "cpu    node  12  APIC id 3 enabled");
  EXPECT_EQ(Describe(SratRow(
                X2ApicAffinity{.proximity_domain = 1, .x2apic_id = 300})),
            "cpu    node   1  x2APIC id 300 disabled");
  EXPECT_EQ(Describe(SratRow(X2ApicAffinity{
                .proximity_domain = 1, .x2apic_id = 300, .flags = 1})),
            "cpu    node   1  x2APIC id 300 enabled");
}

TEST(DescribeRowTest, MemoryNamesEachFlagAndShowsTheOthers) {
  const auto flagged = [](uint32_t flags) {
    return Describe(SratRow(MemoryAffinity{.proximity_domain = 2,
                                           .base = 0x40000000,
                                           .length_bytes = 0x40000000,
                                           .flags = flags}));
  };
  const std::string row =
      "memory node   2  0x000040000000 +0x40000000           1G";
  EXPECT_EQ(flagged(0), row + " disabled");
  EXPECT_EQ(flagged(1), row + " enabled");
  EXPECT_EQ(flagged(2), row + " hot-plug");
  EXPECT_EQ(flagged(7), row + " enabled hot-plug non-volatile");
  EXPECT_EQ(flagged(0x29), row + " enabled 0x28");
}

TEST(DescribeRowTest, GenericDevice) {
  EXPECT_EQ(
      Describe(SratRow(GenericDeviceAffinity{
          .kind = GenericDeviceAffinity::Kind::kInitiator,
          .proximity_domain = 4,
          .handle = PciDeviceHandle{.segment = 2, .bus = 0x1a, .devfn = 0x2b},
          .flags = 1})),
      "device node   4  PCI 0002:1a:05.3 enabled");
  EXPECT_EQ(Describe(SratRow(GenericDeviceAffinity{
                .kind = GenericDeviceAffinity::Kind::kPort,
                .proximity_domain = 5,
                .handle = AcpiDeviceHandle{.hid = {'A', 'C', 'P', 'I', '0', '0',
                                                   '1', '\0'},
                                           .uid = 12}})),
            "port   node   5  ACPI001\\000 uid 12 disabled");
}

TEST(DescribeRejectionTest, TextOrHelp) {
  EXPECT_EQ(Describe(Rejection{.text = "numa: no"}), "numa: no");
  EXPECT_EQ(Describe(Rejection{.help_exit_status = 1}),
            "prints help and ends with status 1");
}

TEST(DescribeLayoutTest, ShowsTablesThatAreThere) {
  GuestLayout layout;
  layout.e820 = {
      {.address = 0, .length_bytes = 4096, .type = MemoryType::kRam}};
  const std::string e820 =
      "e820  1 rows\n  0x000000000000 +0x1000               4K  ram\n";
  EXPECT_EQ(Describe(layout), e820);

  SratTable srat;
  srat.rows = {LocalApicAffinity{.flags = 1}, X2ApicAffinity{.x2apic_id = 255}};
  layout.srat = EncodeSrat(srat);
  SlitTable slit;
  slit.locality_count = 2;
  slit.distances = {10, 255, 20, 10};
  layout.slit = EncodeSlit(slit);
  EXPECT_EQ(Describe(layout), e820 +
                                  "SRAT  2 rows, 88 bytes\n"
                                  "  cpu    node   0  APIC id 0 enabled\n"
                                  "  cpu    node   0  x2APIC id 255 disabled\n"
                                  "SLIT  2 x 2\n"
                                  "   10 255\n"
                                  "   20  10\n");
}

TEST(DescribeLayoutTest, ShowsEachStructureOfHmat) {
  HmatTable hmat;
  hmat.structures = {
      MemoryProximityDomain{.flags = 1, .initiator = 3, .memory = 1},
      MemoryProximityDomain{.flags = 0, .initiator = 3, .memory = 2},
      LatencyBandwidth{.flags = 1,
                       .data_type = 2,
                       .base_unit = 100,
                       .initiators = {0, 12},
                       .targets = {0, 1},
                       .entries = {1, 2, 3, 0xfffe}},
      LatencyBandwidth{.data_type = 3, .base_unit = 8},
      LatencyBandwidth{.data_type = 6, .base_unit = 1},
      MemorySideCache{
          .memory = 1, .size_bytes = 64 << 10, .attributes = 0x402211}};
  GuestLayout layout;
  layout.hmat = EncodeHmat(hmat);
  EXPECT_EQ(Describe(layout),
            "e820  0 rows\n"
            "HMAT  6 structures, 272 bytes\n"
            "  memory node   1  initiator 3\n"
            "  memory node   2  no initiator\n"
            "  write latency, hierarchy 1, unit 100 ps\n"
            "    from   0: 1 2\n"
            "    from  12: 3 65534\n"
            "  access bandwidth, hierarchy 0, unit 8 MiB/s\n"
            "  type unknown, hierarchy 0, unit 1 MiB/s\n"
            "  cache  node   1  64K, attributes 0x00402211\n");
}

TEST(DescribeLayoutTest, ShowsTheBytesOfWhatDoesNotDecode) {
  GuestLayout layout;
  layout.srat = "\x01\xab";
  layout.slit = "\x02";
  layout.hmat = "\x03";
  EXPECT_EQ(Describe(layout),
            "e820  0 rows\n"
            "SRAT  2 bytes, not readable: SRAT: 2 bytes are too few for a "
            "header\n  01ab\n"
            "SLIT  1 bytes, not readable: SLIT: 1 bytes are too few for a "
            "header\n  02\n"
            "HMAT  1 bytes, not readable: HMAT: 1 bytes are too few for a "
            "header\n  03\n");
}

}  // namespace
}  // namespace e820check
