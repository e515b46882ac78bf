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
  EXPECT_EQ(Text(ValueOfOtherType{"p", ValueOfOtherType::Expected::kText}),
            "Invalid parameter type for 'p', expected: string");
  EXPECT_EQ(Text(ValueOfOtherType{"p", ValueOfOtherType::Expected::kInteger}),
            "Invalid parameter type for 'p', expected: integer");
  EXPECT_EQ(Text(NoSuchChoice{"p", "v"}),
            "Parameter 'p' does not accept value 'v'");
  EXPECT_EQ(Text(GlobalNotApplied{"d", "p", "8E",
                                  NoValueOfType{"p", Type::kSizeBelow2To64}}),
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
  EXPECT_EQ(Text(ValueOfOtherType{"memdev", ValueOfOtherType::Expected::kEpc}),
            "Invalid parameter type for 'memdev', expected: "
            "memory-backend-epc");
}

TEST(CauseTextTest, Devices) {
  EXPECT_EQ(Text(DeviceFault::kDriverMissing), "Parameter 'driver' is missing");
  EXPECT_EQ(Text(UnknownDriver{"d"}), "'d' is not a valid device model name");
  EXPECT_EQ(Text(BadDeviceId{"1"}), "Invalid qdev ID '1'");
  EXPECT_EQ(Text(DuplicateDeviceId{"d"}), "Duplicate device ID 'd'");
  EXPECT_EQ(Text(LabelTooSmall{0x1f000}),
            "Property 'nvdimm.label-size' (0x1f000) is required at least "
            "0x20000");
  EXPECT_EQ(Text(NoBusOfKind{"d", NoBusOfKind::Kind::kIsa}),
            "No 'ISA' bus found for device 'd'");
  EXPECT_EQ(Text(NoBusOfKind{"d", NoBusOfKind::Kind::kPci}),
            "No 'PCI' bus found for device 'd'");
  EXPECT_EQ(Text(WrongBus{"d", true}), "Device 'd' can't go on PCIE bus");
  EXPECT_EQ(Text(WrongBus{"d", false}), "Device 'd' can't go on PCI bus");
  EXPECT_EQ(Text(NoSuchBus{"b"}), "Bus 'b' not found");
  EXPECT_EQ(Text(BadPciAddress{"d", "32"}),
            "Property 'd.addr' doesn't take value '32'");
  EXPECT_EQ(Text(NoFreePciSlot{"d"}),
            "PCI: no slot/function available for d, all in use or reserved");
  EXPECT_EQ(Text(PciSlotTaken{"d", 0xf9, "o", "i"}),
            "PCI: slot 31 function 1 not available for d, in use by o,id=i");
  EXPECT_EQ(Text(PciSlotTaken{"d", 0, "o", ""}),
            "PCI: slot 0 function 0 not available for d, in use by "
            "o,id=(null)");
  EXPECT_EQ(Text(SlotOfOneFunction{0xf9}),
            "PCI: single function device can't be populated in function "
            "1f.1");
  EXPECT_EQ(Text(SlotHasFunctions{0xf9}),
            "PCI: 1f.0 indicates single function, but 1f.1 is already "
            "populated.");
  EXPECT_EQ(Text(OnlyBridgesFit{"pxb"}),
            "PCI: Only PCI/PCIe bridges can be plugged into pxb");
  EXPECT_EQ(Text(HostBridgeOfOtherBoard{"pxb", true}),
            "pxb devices cannot reside on a PCIe bus");
  EXPECT_EQ(Text(HostBridgeOfOtherBoard{"pxb-pcie", false}),
            "pxb-pcie devices cannot reside on a PCI bus");
  EXPECT_EQ(Text(BusNumberTaken{3}), "Bus 3 is already in use");
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
