// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/e820_table.h"
#include "machine/hmat_table.h"
#include "machine/slit_table.h"
#include "machine/srat_table.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;

// A SRAT with one row of each kind.
SratTable ExampleSrat() {
  SratTable table;
  table.rows = {
      LocalApicAffinity{
          .proximity_domain = 0x01020304, .apic_id = 9, .flags = 1},
      MemoryAffinity{.proximity_domain = 2,
                     .base = 0x100000,
                     .length_bytes = 0x7ff00000,
                     .flags = MemoryAffinity::kEnabled},
      X2ApicAffinity{.proximity_domain = 3, .x2apic_id = 300, .flags = 1},
      GenericDeviceAffinity{.proximity_domain = 4,
                            .handle = PciDeviceHandle{.bus = 1, .devfn = 0x28},
                            .flags = 1},
      GenericDeviceAffinity{
          .kind = GenericDeviceAffinity::Kind::kPort,
          .proximity_domain = 5,
          .handle =
              AcpiDeviceHandle{.hid = {'A', 'C', 'P', 'I', '0', '0', '1', '6'},
                               .uid = 12},
          .flags = 1}};
  return table;
}

TEST(E820Test, RowIsTwentyLittleEndianBytes) {
  const E820Table table = {{.address = 0x0102030405060708,
                            .length_bytes = 0x10,
                            .type = MemoryType::kSoftReserved}};
  const std::string bytes = EncodeE820(table);
  EXPECT_EQ(bytes, std::string("\x08\x07\x06\x05\x04\x03\x02\x01"
                               "\x10\0\0\0\0\0\0\0"
                               "\xff\xff\xff\xef",
                               20));
  EXPECT_EQ(*DecodeE820(bytes), table);
  EXPECT_EQ(DecodeE820(bytes + "x").status().message(),
            "e820: size 21 is no multiple of 20");
  EXPECT_EQ(*DecodeE820(""), E820Table());
}

TEST(E820Test, TypesHaveTheNamesOfLinux) {
  EXPECT_EQ(ToString(MemoryType::kRam), "ram");
  EXPECT_EQ(ToString(MemoryType::kReserved), "reserved");
  EXPECT_EQ(ToString(MemoryType::kAcpiReclaimable), "ACPI reclaimable");
  EXPECT_EQ(ToString(MemoryType::kAcpiNvs), "ACPI NVS");
  EXPECT_EQ(ToString(MemoryType::kUnusable), "unusable");
  EXPECT_EQ(ToString(MemoryType::kPersistent), "persistent");
  EXPECT_EQ(ToString(MemoryType::kSoftReserved), "soft reserved");
  EXPECT_EQ(ToString(static_cast<MemoryType>(9)), "type 9");
}

// ACPI 6.5 table 15.4, and Linux's value of soft-reserved memory.
TEST(E820Test, TypesHaveTheNumbersOfAcpi) {
  EXPECT_EQ(static_cast<uint32_t>(MemoryType::kRam), 1u);
  EXPECT_EQ(static_cast<uint32_t>(MemoryType::kReserved), 2u);
  EXPECT_EQ(static_cast<uint32_t>(MemoryType::kAcpiReclaimable), 3u);
  EXPECT_EQ(static_cast<uint32_t>(MemoryType::kAcpiNvs), 4u);
  EXPECT_EQ(static_cast<uint32_t>(MemoryType::kUnusable), 5u);
  EXPECT_EQ(static_cast<uint32_t>(MemoryType::kPersistent), 7u);
  EXPECT_EQ(static_cast<uint32_t>(MemoryType::kSoftReserved), 0xefffffffu);
}

TEST(SratTest, RoundTrips) {
  const SratTable table = ExampleSrat();
  const std::string bytes = EncodeSrat(table);
  EXPECT_EQ(bytes.size(), 48u + 16 + 40 + 24 + 32 + 32);
  const auto decoded = DecodeSrat(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, table);
}

TEST(SratTest, ProximityDomainOfAnApicRowIsSplitAsAcpiSays) {
  const std::string bytes = EncodeSrat(ExampleSrat());
  EXPECT_EQ(bytes.substr(48, 4), std::string("\0\x10\x04\x09", 4));
  EXPECT_EQ(bytes.substr(48 + 9, 3), "\x03\x02\x01");
}

TEST(SratTest, RefusesEachKindOfDamage) {
  const std::string good = EncodeSrat(ExampleSrat());
  const auto damaged = [&](size_t offset, char value) {
    std::string bytes = good;
    bytes[offset] = value;
    return std::string(DecodeSrat(bytes).status().message());
  };
  EXPECT_THAT(damaged(0, 'X'), HasSubstr("signature"));
  EXPECT_THAT(damaged(4, 1), HasSubstr("length field"));
  EXPECT_THAT(damaged(36, 2), HasSubstr("offset 36"));
  EXPECT_THAT(damaged(40, 1), HasSubstr("offset 36"));
  EXPECT_THAT(damaged(48, 77), HasSubstr("offset 48: row type 77"));
  EXPECT_THAT(damaged(49, 0), HasSubstr("offset 48"));
  EXPECT_THAT(damaged(49, 40), HasSubstr("length 40, not 16"));
  EXPECT_THAT(damaged(64 + 6, 1), HasSubstr("offset 64: reserved"));
  EXPECT_THAT(damaged(128 + 3, 2), HasSubstr("offset 128: reserved"));
  EXPECT_FALSE(DecodeSrat(good.substr(0, 20)).ok());
  EXPECT_FALSE(DecodeSrat("").ok());
}

TEST(SlitTest, RoundTripsAndChecksTheSquare) {
  SlitTable table;
  table.locality_count = 2;
  table.distances = {10, 20, 21, 10};
  const std::string bytes = EncodeSlit(table);
  EXPECT_EQ(bytes.size(), 48u);
  EXPECT_EQ(*DecodeSlit(bytes), table);

  std::string wrong_count = bytes;
  wrong_count[36] = 3;
  EXPECT_FALSE(DecodeSlit(wrong_count).ok());
  // 2^32 squared wraps to 0, which is also not the number of entries.
  std::string huge_count = EncodeSlit(SlitTable{});
  huge_count[40] = 1;
  EXPECT_FALSE(DecodeSlit(huge_count).ok());
}

// A HMAT with one structure of each kind.
HmatTable ExampleHmat() {
  HmatTable table;
  table.structures = {
      MemoryProximityDomain{.flags = 1, .initiator = 0, .memory = 1},
      LatencyBandwidth{.data_type = 3,
                       .base_unit = 100,
                       .initiators = {0, 2},
                       .targets = {0, 1, 2},
                       .entries = {1, 2, 3, 4, 5, 0xfffe}},
      MemorySideCache{
          .memory = 1, .size_bytes = 0x10000, .attributes = 0x402211}};
  return table;
}

TEST(HmatTest, RoundTrips) {
  const HmatTable table = ExampleHmat();
  const std::string bytes = EncodeHmat(table);
  EXPECT_EQ(bytes.size(), 40u + 40 + (32 + 4 * 2 + 4 * 3 + 2 * 6) + 32);
  const auto decoded = DecodeHmat(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, table);
}

TEST(HmatTest, RefusesEachKindOfDamage) {
  const std::string good = EncodeHmat(ExampleHmat());
  const auto damaged = [&](size_t offset, char value) {
    std::string bytes = good;
    bytes[offset] = value;
    return std::string(DecodeHmat(bytes).status().message());
  };
  EXPECT_THAT(damaged(36, 1), HasSubstr("offset 36"));
  EXPECT_THAT(damaged(40, 3), HasSubstr("structure type 3"));
  EXPECT_THAT(damaged(42, 1), HasSubstr("offset 40: reserved"));
  EXPECT_THAT(damaged(44, 7), HasSubstr("cut off"));
  EXPECT_THAT(damaged(44, 39),
              HasSubstr("structure of type 0 cannot have length 39"));
  EXPECT_THAT(damaged(46, 1), HasSubstr("cut off"));
  EXPECT_THAT(damaged(80 + 12, 3), HasSubstr("offset 80: 3 initiators"));
  // Counts near 2^32, the product of which wraps, are no reason to allocate.
  EXPECT_THAT(damaged(80 + 15, '\x80'), HasSubstr("offset 80: 2147483650"));
  EXPECT_FALSE(DecodeHmat(good.substr(0, good.size() - 1)).ok());
}

}  // namespace
}  // namespace e820check
