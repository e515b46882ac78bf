// SPDX-License-Identifier: Apache-2.0

// The tables byte by byte, as ACPI 6.5 lays them out: what encoding writes
// where, and which bytes decoding refuses to see changed.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "machine/acpi_header.h"
#include "machine/hmat_table.h"
#include "machine/slit_table.h"
#include "machine/srat_table.h"

namespace e820check {
namespace {

// A header in which no two fields are equal.
AcpiHeader ExampleHeader(const std::array<char, 4>& signature,
                         uint8_t revision) {
  return {.signature = signature,
          .revision = revision,
          .checksum = 0xc5,
          .oem = {.id = {'O', 'E', 'M', 'I', 'D', '6'},
                  .table_id = {'T', 'A', 'B', 'L', 'E', 'I', 'D', '8'}},
          .oem_revision = 0x21222324,
          .creator_id = {'C', 'R', 'E', 'A'},
          .creator_revision = 0x31323334};
}

// What follows revision and checksum in such a header.
constexpr char kHeaderEnd[] =
    "4f454d494436"      // "OEMID6"
    "5441424c45494438"  // "TABLEID8"
    "24232221"          // OEM revision
    "43524541"          // "CREA"
    "34333231";         // creator revision

struct Offsets {
  size_t begin;
  size_t end;  // exclusive
};

std::vector<size_t> Each(const std::vector<Offsets>& ranges) {
  std::vector<size_t> offsets;
  for (const Offsets& range : ranges) {
    for (size_t at = range.begin; at < range.end; ++at) offsets.push_back(at);
  }
  return offsets;
}

// The offsets of the bytes whose lowest bit decides whether `bytes` decode.
// Where they do decode, nothing of them may be lost.
template <typename Decode, typename Encode>
std::vector<size_t> RefusedOffsets(const std::string& bytes, Decode decode,
                                   Encode encode) {
  std::vector<size_t> refused;
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto table = decode(changed);
    if (!table.ok()) {
      refused.push_back(at);
    } else {
      EXPECT_EQ(absl::BytesToHexString(encode(*table)),
                absl::BytesToHexString(changed))
          << "offset " << at;
    }
  }
  return refused;
}

SratTable ExampleSrat() {
  SratTable table;
  table.header = ExampleHeader({'S', 'R', 'A', 'T'}, 1);
  table.rows = {
      LocalApicAffinity{.proximity_domain = 0x01020304,
                        .apic_id = 9,
                        .flags = 0x41424344,
                        .local_sapic_eid = 7,
                        .clock_domain = 0x51525354},
      MemoryAffinity{.proximity_domain = 0x11121314,
                     .base = 0x2122232425262728,
                     .length_bytes = 0x3132333435363738,
                     .flags = 5},
      X2ApicAffinity{.proximity_domain = 0x11121314,
                     .x2apic_id = 0x21222324,
                     .flags = 0x31323334,
                     .clock_domain = 0x41424344},
      GenericDeviceAffinity{
          .kind = GenericDeviceAffinity::Kind::kInitiator,
          .proximity_domain = 0x11121314,
          .handle =
              PciDeviceHandle{.segment = 0x2122, .bus = 0x23, .devfn = 0x24},
          .flags = 0x31323334},
      GenericDeviceAffinity{
          .kind = GenericDeviceAffinity::Kind::kPort,
          .proximity_domain = 0x11121314,
          .handle =
              AcpiDeviceHandle{.hid = {'A', 'C', 'P', 'I', '0', '0', '1', '6'},
                               .uid = 0x21222324},
          .flags = 0x31323334}};
  return table;
}

// 5.2.16.
TEST(SratBytesTest, AreWhereAcpiSays) {
  EXPECT_EQ(absl::BytesToHexString(EncodeSrat(ExampleSrat())),
            absl::StrCat("53524154c0000000"
                         "01c5",
                         kHeaderEnd,
                         "010000000000000000000000"
                         // Local APIC
                         "00100409"
                         "4443424107030201"
                         "54535251"
                         // memory
                         "0128141312110000"
                         "28272625242322213837363534333231"
                         "00000000"
                         "05000000"
                         "0000000000000000"
                         // x2APIC
                         "0218000014131211242322213433323144434241"
                         "00000000"
                         // generic initiator, PCI
                         "0520000114131211"
                         "22212324000000000000000000000000"
                         "3433323100000000"
                         // generic port, ACPI
                         "0620000014131211"
                         "41435049303031362423222100000000"
                         "3433323100000000"));
}

TEST(SratBytesTest, DecodingSeesEachByte) {
  EXPECT_EQ(
      RefusedOffsets(EncodeSrat(ExampleSrat()), DecodeSrat, EncodeSrat),
      Each({{0, 8},      // signature, length
            {36, 48},    // table revision, reserved
            {48, 50},    // type and length of a row
            {64, 66},    //
            {70, 72},    // reserved in memory
            {88, 92},    //
            {96, 104},   //
            {104, 108},  // and reserved in x2APIC
            {124, 128},  //
            {128, 131},  // and reserved in generic
            {140, 152},  // after the PCI handle
            {156, 160},  //
            // A port's ACPI handle has bytes where those of PCI have none.
            {160, 164},
            {180, 184},  // after the ACPI handle
            {188, 192}}));
}

TEST(SratBytesTest, RefusesEachTruncation) {
  const std::string whole = EncodeSrat(ExampleSrat());
  for (size_t size = 0; size < whole.size(); ++size) {
    std::string bytes = whole.substr(0, size);
    EXPECT_FALSE(DecodeSrat(bytes).ok()) << size;
    if (size < 8) continue;
    bytes[4] = static_cast<char>(size);  // the length field
    const bool ends_with_a_row =
        size == 48 || size == 64 || size == 104 || size == 128 || size == 160;
    EXPECT_EQ(DecodeSrat(bytes).ok(), ends_with_a_row) << size;
  }
}

HmatTable ExampleHmat() {
  HmatTable table;
  table.header = ExampleHeader({'H', 'M', 'A', 'T'}, 2);
  table.structures = {
      MemoryProximityDomain{
          .flags = 0x0102, .initiator = 0x11121314, .memory = 0x21222324},
      LatencyBandwidth{.flags = 2,
                       .data_type = 3,
                       .base_unit = 0x1112131415161718,
                       .initiators = {0x21222324, 0x31323334},
                       .targets = {0x41424344, 0x51525354, 0x61626364},
                       .entries = {0x7172, 2, 3, 4, 5, 0xfffe}},
      MemorySideCache{.memory = 0x11121314,
                      .size_bytes = 0x2122232425262728,
                      .attributes = 0x31323334}};
  return table;
}

TEST(SratBytesTest, RowsAreZeroWhereNothingIsSaid) {
  SratTable table;
  table.rows = {LocalApicAffinity(), MemoryAffinity(), X2ApicAffinity(),
                GenericDeviceAffinity(),
                GenericDeviceAffinity{.handle = PciDeviceHandle()}};
  const std::string body = EncodeSrat(table).substr(48);
  const auto row = [](uint8_t type, uint8_t size_bytes, uint8_t handle = 0) {
    std::string bytes(size_bytes, '\0');
    bytes[0] = static_cast<char>(type);
    bytes[1] = static_cast<char>(size_bytes);
    bytes[3] = static_cast<char>(handle);
    return bytes;
  };
  EXPECT_EQ(absl::BytesToHexString(body),
            absl::BytesToHexString(row(0, 16) + row(1, 40) + row(2, 24) +
                                   row(5, 32) + row(5, 32, 1)));
}

// 5.2.28.
TEST(HmatBytesTest, AreWhereAcpiSays) {
  EXPECT_EQ(absl::BytesToHexString(EncodeHmat(ExampleHmat())),
            absl::StrCat("484d4154b0000000"
                         "02c5",
                         kHeaderEnd, "00000000",
                         // memory proximity domain
                         "0000000028000000"
                         "020100001413121124232221"
                         "0000000000000000000000000000000000000000"
                         // latency and bandwidth
                         "0100000040000000"
                         "0203000002000000"
                         "0300000000000000"
                         "1817161514131211"
                         "2423222134333231"
                         "444342415453525164636261"
                         "727102000300040005"
                         "00feff"
                         // memory side cache
                         "0200000020000000"
                         "1413121100000000"
                         "28272625242322213433323100000000"));
}

TEST(HmatBytesTest, StructuresAreZeroWhereNothingIsSaid) {
  HmatTable table;
  table.structures = {MemoryProximityDomain(), LatencyBandwidth(),
                      MemorySideCache()};
  EXPECT_EQ(absl::BytesToHexString(EncodeHmat(table).substr(40)),
            absl::StrCat("0000000028000000", std::string(64, '0'),
                         "0100000020000000", std::string(48, '0'),
                         "0200000020000000", std::string(48, '0')));
}

TEST(HmatBytesTest, DecodingSeesEachByte) {
  EXPECT_EQ(RefusedOffsets(EncodeHmat(ExampleHmat()), DecodeHmat, EncodeHmat),
            Each({{0, 8},    // signature, length
                  {36, 40},  // reserved
                  {40, 48},  // type, reserved, length of a structure
                  {50, 52},
                  {60, 80},
                  {80, 88},
                  {90, 104},  // reserved, numbers of nodes, reserved
                  {144, 152},
                  {156, 160},
                  {172, 176}}));
}

TEST(HmatBytesTest, RefusesEachTruncation) {
  const std::string whole = EncodeHmat(ExampleHmat());
  for (size_t size = 0; size < whole.size(); ++size) {
    std::string bytes = whole.substr(0, size);
    EXPECT_FALSE(DecodeHmat(bytes).ok()) << size;
    if (size < 8) continue;
    bytes[4] = static_cast<char>(size);  // the length field
    const bool ends_with_a_structure = size == 40 || size == 80 || size == 144;
    EXPECT_EQ(DecodeHmat(bytes).ok(), ends_with_a_structure) << size;
  }
}

// 5.2.17.
TEST(SlitBytesTest, AreWhereAcpiSays) {
  SlitTable table;
  table.header = ExampleHeader({'S', 'L', 'I', 'T'}, 1);
  table.locality_count = 2;
  table.distances = {10, 254, 20, 11};
  const std::string bytes = EncodeSlit(table);
  EXPECT_EQ(absl::BytesToHexString(bytes),
            absl::StrCat("534c495430000000"
                         "01c5",
                         kHeaderEnd, "0200000000000000", "0afe140b"));
  EXPECT_EQ(RefusedOffsets(bytes, DecodeSlit, EncodeSlit),
            Each({{0, 8}, {36, 44}}));
}

// -machine x-oem-id= and x-oem-table-id= aside, QEMU writes these.
TEST(AcpiHeaderTest, DefaultsAreThoseOfQemu) {
  const std::string qemu =
      "424f434853204258504320202020"  // "BOCHS ", "BXPC    "
      "01000000"
      "42585043"  // "BXPC"
      "01000000";
  EXPECT_EQ(absl::BytesToHexString(EncodeSrat(SratTable())),
            absl::StrCat("5352415430000000", "0100", qemu,
                         "010000000000000000000000"));
  EXPECT_EQ(absl::BytesToHexString(EncodeSlit(SlitTable())),
            absl::StrCat("534c49542c000000", "0100", qemu, "0000000000000000"));
  EXPECT_EQ(absl::BytesToHexString(EncodeHmat(HmatTable())),
            absl::StrCat("484d415428000000", "0200", qemu, "00000000"));
}

}  // namespace
}  // namespace e820check
