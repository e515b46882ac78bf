// SPDX-License-Identifier: Apache-2.0

#include "rangetree/cause_text.h"

#include "gtest/gtest.h"

namespace e820check {
namespace {

std::string Text(const DeferredRefusal& cause,
                 QemuVersion release = QemuVersion::k7_2) {
  return CauseText(cause, BoardRulesOf(release));
}

std::string TextOfType(NoValueOfType::Type type) {
  return Text(NoValueOfType{.property = "p", .type = type});
}

// Seen with 7.2.
TEST(CauseTextTest, Properties) {
  using Type = NoValueOfType::Type;
  EXPECT_EQ(Text(NoSuchProperty{"d", "p"}), "Property 'd.p' not found");
  EXPECT_EQ(Text(ReadOnlyProperty{"d", "p"}), "Property 'd.p' is not writable");
  EXPECT_EQ(TextOfType(Type::kOnOff), "Parameter 'p' expects 'on' or 'off'");
  EXPECT_EQ(TextOfType(Type::kUint8), "Parameter 'p' expects uint8_t");
  EXPECT_EQ(TextOfType(Type::kUint16), "Parameter 'p' expects uint16_t");
  EXPECT_EQ(TextOfType(Type::kUint32), "Parameter 'p' expects uint32_t");
  EXPECT_EQ(TextOfType(Type::kUint64), "Parameter 'p' expects uint64");
  EXPECT_EQ(TextOfType(Type::kInt32), "Parameter 'p' expects int32_t");
  EXPECT_EQ(TextOfType(Type::kInt64), "Parameter 'p' expects int64");
  EXPECT_EQ(Text(BoolForOtherType{"p", BoolForOtherType::Type::kText}),
            "Invalid parameter type for 'p', expected: string");
  EXPECT_EQ(Text(BoolForOtherType{"p", BoolForOtherType::Type::kInteger}),
            "Invalid parameter type for 'p', expected: integer");
  EXPECT_EQ(Text(NoSuchChoice{"p", "v"}),
            "Parameter 'p' does not accept value 'v'");
  EXPECT_EQ(
      Text(GlobalNotApplied{"d", "p", "8E", NoValueOfType{"p", Type::kSize}}),
      "can't apply global d.p=8E: Parameter 'p' expects a non-negative "
      "number below 2^64\nOptional suffix k, M, G, T, P or E means "
      "kilo-, mega-, giga-, tera-, peta-\nand exabytes, respectively.");
  EXPECT_EQ(Text(GlobalNotApplied{"d", "p", "v", SizeOutOfRange{"p", "v"}}),
            "can't apply global d.p=v: Value 'v' is out of range for parameter "
            "'p'");
}

TEST(CauseTextTest, CpusAndSections) {
  EXPECT_EQ(Text(CpuWithoutApicId{}),
            "apic-id property was not initialized properly");
  EXPECT_EQ(Text(NoHypervVpIndex{}),
            "kernel doesn't allow setting HyperV VP_INDEX");
  EXPECT_EQ(Text(HostModelWithoutHost{}),
            "CPU model 'host' requires KVM or HVF");
  EXPECT_EQ(Text(PhysBitsWithoutLongMode{}),
            "phys-bits is not user-configurable in 32 bit");
  EXPECT_EQ(Text(MemdevNotSet{}), "'memdev' property is not set");
  EXPECT_EQ(Text(NoSuchObject{"x"}), "Device 'x' not found");
  EXPECT_EQ(Text(MemdevIsNoEpc{}),
            "Invalid parameter type for 'memdev', expected: "
            "memory-backend-epc");
}

TEST(CauseTextTest, OfReleases) {
  const NumberAboveLimit number{.property = "family", .value = -1, .max = 270};
  EXPECT_EQ(Text(number),
            "Property .family doesn't take value -1 (minimum: 0, maximum: "
            "270)");
  EXPECT_EQ(Text(number, QemuVersion::k10_0),
            "parameter 'family' can be at most 270");
  EXPECT_EQ(Text(BadVendor{"foo"}),
            "Property '.vendor' doesn't take value 'foo'");
  EXPECT_EQ(Text(BadVendor{"foo"}, QemuVersion::k10_0),
            "value of property 'vendor' must consist of exactly 12 characters");
  EXPECT_EQ(Text(PhysBitsOutOfRange{31}, QemuVersion::k10_0),
            "phys-bits should be between 32 and 52  (but is 31)");
  EXPECT_EQ(Text(PhysBitsOutOfRange{31}, QemuVersion::k11_1),
            "phys-bits should be at least 32 (but is 31)");
}

}  // namespace
}  // namespace e820check
