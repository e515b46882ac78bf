// SPDX-License-Identifier: Apache-2.0

// -device, by way of whole command lines: much of what is said about a device
// depends on the machine and on the devices before it. Texts were seen with
// 7.2, 10.0 and 11.1, except where a release is named.

#include "options/device.h"

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "options/command_line.h"
#include "options/layout_words.h"

namespace e820check {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

absl::StatusOr<ParsedCommandLine> Parse(absl::string_view line,
                                        QemuVersion qemu) {
  const std::vector<std::string> args =
      absl::StrSplit(line, ' ', absl::SkipEmpty());
  return ParseCommandLine(args, {.qemu_version = qemu});
}

std::vector<Device> Devices(absl::string_view line,
                            QemuVersion qemu = QemuVersion::k7_2) {
  const auto parsed = Parse(line, qemu);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  if (!parsed.ok() || !parsed->accepted()) return {};
  const auto& options = std::get<MachineOptions>(parsed->outcome);
  EXPECT_EQ(Validate(options), absl::OkStatus()) << line;
  EXPECT_EQ(parsed->device_locations.size(), options.devices.size());
  return options.devices;
}

// What is said about the last device of a line with two backends and a thread.
std::string Refusal(absl::string_view line,
                    QemuVersion qemu = QemuVersion::k7_2) {
  const std::vector<Device> devices =
      Devices(absl::StrCat("-object memory-backend-ram,id=a,size=128M "
                           "-object memory-backend-ram,id=b,size=128M "
                           "-object iothread,id=t ",
                           line),
              qemu);
  return devices.empty() ? "no device"
                         : LayoutWords(devices.back().refusal, qemu);
}

TEST(DeviceTest, MemoryDevices) {
  const std::vector<Device> devices = Devices(
      "-object memory-backend-ram,id=a,size=1G -M q35 "
      "-device pc-dimm,id=d,memdev=/objects/a,addr=0x140000000,slot=2,node=1 "
      "-device pc-dimm,slot=-1,memdev= "
      "-device nvdimm,memdev=a,label-size=128K,unarmed=on "
      "-device virtio-mem-pci,memdev=a,memaddr=4294967296,node=3,"
      "requested-size=64M,block-size=4M,addr=1e.0x7 "
      "-device virtio-pmem-pci,memdev=a,addr=10 "
      "-device sp-mem,memdev=a,node=2",
      QemuVersion::k11_1);
  using Kind = Device::Kind;
  EXPECT_THAT(devices,
              ElementsAre(Device{.kind = Kind::kPcDimm,
                                 .driver = "pc-dimm",
                                 .id = "d",
                                 .memdev = "a",
                                 .address = 0x140000000,
                                 .slot = 2,
                                 .node = 1},
                          Device{.kind = Kind::kPcDimm, .driver = "pc-dimm"},
                          Device{.kind = Kind::kNvdimm,
                                 .driver = "nvdimm",
                                 .memdev = "a",
                                 .label_size_bytes = 128 * kKiB},
                          Device{.kind = Kind::kVirtioMem,
                                 .driver = "virtio-mem-pci",
                                 .memdev = "a",
                                 .address = 4 * kGiB,
                                 .node = 3,
                                 .requested_size_bytes = 64 * kMiB,
                                 .block_size_bytes = 4 * kMiB,
                                 .devfn = 0x1e * 8 + 7},
                          Device{.kind = Kind::kVirtioPmem,
                                 .driver = "virtio-pmem-pci",
                                 .memdev = "a",
                                 .devfn = 0x10 * 8},
                          Device{.kind = Kind::kSpMem,
                                 .driver = "sp-mem",
                                 .memdev = "a",
                                 .node = 2}));
}

TEST(DeviceTest, DriversQemuRefuses) {
  const struct {
    const char* line;
    const char* refusal;
  } kCases[] = {
      {"-device nosuch", "'nosuch' is not a valid device model name"},
      {"-device ,", "'' is not a valid device model name"},
      {"-device e1000,driver=x", "'x' is not a valid device model name"},
      {"-device sp-mem,memdev=a", "'sp-mem' is not a valid device model name"},
      {"-device id=x", "Parameter 'driver' is missing"},
      {"-device {'driver':1}", "Parameter 'driver' is missing"},
      {"-device virtio-pci",
       "Parameter 'driver' expects a non-abstract device type"},
      {"-device i440FX", "Parameter 'driver' expects a pluggable device type"},
      {"-M pc -device intel-iommu",
       "Parameter 'driver' expects a dynamic sysbus device type for the "
       "machine"},
      {"-M q35 -device intel-iommu", ""},
      {"-M q35 -device intel-iommu -device intel-iommu",
       "QEMU does not support multiple vIOMMUs for x86 yet."},
      {"-M none -device e1000", "No 'PCI' bus found for device 'e1000'"},
      {"-M isapc -device virtio-blk,foo=1",
       "No 'PCI' bus found for device 'virtio-blk-pci'"},
      {"-M microvm -device virtio-mem-pci,foo=1",
       "No 'PCI' bus found for device 'virtio-mem-pci'"},
      {"-M none -device isa-debugcon",
       "No 'ISA' bus found for device 'isa-debugcon'"},
      {"-M none -device isa-debugcon,bus=q", "Bus 'q' not found"},
      {"-device pc-dimm,bus=x,foo=1", "Bus 'x' not found"},
      {"-device pc-dimm,bus=pci.0", "Device 'pc-dimm' can't go on PCI bus"},
      {"-device virtio-rng-pci,bus=", "Bus '' not found"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Refusal(c.line), c.refusal) << c.line;
  EXPECT_EQ(Refusal("-device sp-mem,foo=1", QemuVersion::k11_1),
            "Property 'sp-mem.foo' not found");
}

TEST(DeviceTest, PropertiesQemuRefuses) {
  const struct {
    const char* arguments;
    const char* refusal;
  } kCases[] = {
      // In the order of a QDict.
      {"pc-dimm,node=1,slot=x,memdev=nope,addr=y,foo=1",
       "Device 'nope' not found"},
      {"pc-dimm,foo=1,bar=2", "Property 'pc-dimm.bar' not found"},
      {"pc-dimm,memdev=x/y", "Device 'x/y' not found"},
      {"pc-dimm,memdev=nope,memdev=a", ""},
      {"pc-dimm,memdev=t",
       "Invalid parameter type for 'memdev', expected: memory-backend"},
      {"pc-dimm,memdev.x=a", "Property 'pc-dimm.memdev.x' not found"},
      {"pc-dimm,slot=x", "Parameter 'slot' expects integer"},
      {"pc-dimm,slot=4294967296", "Parameter 'slot' expects int32_t"},
      {"pc-dimm,node=-1", "Parameter 'node' expects uint32_t"},
      {"pc-dimm,addr=4G", "Parameter 'addr' expects integer"},
      {"pc-dimm,addr=18446744073709551616", "Parameter 'addr' expects integer"},
      {"pc-dimm,size=1", "Property 'pc-dimm.size' is not writable"},
      {"pc-dimm,hotplugged=on",
       "Property 'pc-dimm.hotplugged' is not writable"},
      {"pc-dimm,label-size=1M", "Property 'pc-dimm.label-size' not found"},
      {"nvdimm,label-size=x", "Parameter 'label-size' expects size"},
      {"nvdimm,label-size=1K",
       "Property 'nvdimm.label-size' (0x400) is required at least 0x20000"},
      {"nvdimm,unarmed=2", "Parameter 'unarmed' expects 'on' or 'off'"},
      {"nvdimm,uuid=auto", "Property 'nvdimm.uuid' has invalid value"},
      {"nvdimm,uuid=01234567-89ab-cdef-0123-456789ABCDEF", ""},
      {"virtio-mem-pci,size=1", "Property 'virtio-mem.size' is not writable"},
      {"virtio-mem-pci,block-size=0",
       "'block-size' property has to be at least 0x100000"},
      {"virtio-mem-pci,block-size=3M",
       "'block-size' property has to be a power of two"},
      {"virtio-pmem-pci,node=0", "Property 'virtio-pmem-pci.node' not found"},
      // Of virtio-mem.
      {"virtio-rng-pci,prealloc=on",
       "Property 'virtio-rng-pci.prealloc' not found"},
      {"virtio-rng-pci,addr=20",
       "Property 'virtio-rng-pci.addr' doesn't take value '20'"},
      {"virtio-rng-pci,addr=4.8",
       "Property 'virtio-rng-pci.addr' doesn't take value '4.8'"},
      {"virtio-rng-pci,addr=-1",
       "Property 'virtio-rng-pci.addr' doesn't take value '-1'"},
      {"virtio-rng-pci,addr=4.",
       "Property 'virtio-rng-pci.addr' doesn't take value '4.'"},
      {"virtio-rng-pci,addr=",
       "Property 'virtio-rng-pci.addr' doesn't take "
       "value ''"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Refusal(absl::StrCat("-device ", c.arguments)), c.refusal)
        << c.arguments;
  }
}

TEST(DeviceTest, JsonHasTypes) {
  const struct {
    const char* text;
    const char* refusal;
  } kCases[] = {
      {"{'driver':'pc-dimm','memdev':'a','slot':1,'addr':-1}", ""},
      {"{'driver':'pc-dimm','slot':'1'}",
       "Invalid parameter type for 'slot', expected: integer"},
      {"{'driver':'pc-dimm','slot':4294967296}",
       "Parameter 'slot' expects int32_t"},
      {"{'driver':'pc-dimm','node':-1}", "Parameter 'node' expects uint32_t"},
      {"{'driver':'pc-dimm','node':1.5}", "Parameter 'node' expects uint64"},
      {"{'driver':'pc-dimm','memdev':null}",
       "Invalid parameter type for 'memdev', expected: string"},
      {"{'driver':'virtio-rng-pci','addr':256}",
       "Parameter 'addr' expects a value between -1 and 255"},
      {"{'driver':'virtio-rng-pci','addr':true}",
       "Invalid parameter type for 'addr', expected int or str"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Refusal(absl::StrCat("-device ", c.text)), c.refusal) << c.text;
  }
  EXPECT_EQ(Devices("-device {'driver':'virtio-rng-pci','addr':43}")[0].devfn,
            43);
  EXPECT_EQ(Devices("-device {'driver':'virtio-rng-pci','addr':-1}")[0].devfn,
            16);
}

TEST(DeviceTest, Ids) {
  const auto verdict = [](absl::string_view line) {
    const auto parsed = Parse(line, QemuVersion::k7_2);
    const auto* rejection = std::get_if<Rejection>(&parsed->outcome);
    return rejection == nullptr ? "" : rejection->text;
  };
  EXPECT_EQ(verdict("-device nosuch,id=a -device e1000,id=a"),
            "-device e1000,id=a: Duplicate ID 'a' for device");
  EXPECT_THAT(verdict("-device e1000,id=1"),
              HasSubstr("-device e1000,id=1: Parameter 'id' expects an id"));
  EXPECT_EQ(verdict("-device {'driver':'e1000'"),
            "-device {'driver':'e1000': JSON parse error, premature EOI");
  EXPECT_EQ(Refusal("-device e1000,id=a -device {'driver':'e1000','id':'a'}"),
            "Duplicate device ID 'a'");
  EXPECT_EQ(Refusal("-device {'driver':'pc-dimm','id':'1','foo':1}",
                    QemuVersion::k11_1),
            "Invalid qdev ID '1'");
  EXPECT_TRUE(absl::IsUnimplemented(
      Parse("-device {'driver':'pc-dimm','id':'1'}", QemuVersion::k10_0)
          .status()));
  // Not an id at all for QEMU.
  EXPECT_EQ(Devices("-device {'driver':'pc-dimm','id':1}")[0].id, "");
}

TEST(DeviceTest, JsonDevicesComeLast) {
  const auto parsed =
      Parse("-device {'driver':'nosuch1'} --device nosuch2", QemuVersion::k7_2);
  const auto& devices = std::get<MachineOptions>(parsed->outcome).devices;
  ASSERT_EQ(devices.size(), 1u);  // there QEMU ends
  EXPECT_EQ(WithLocation(*parsed, 0, LayoutWords(devices[0].refusal)),
            "--device nosuch2: 'nosuch2' is not a valid device model name");
  EXPECT_EQ(WithLocation(*parsed, std::nullopt, "x"), "x");
}

// Function 0 says whether there are others, wherever it comes.
TEST(DeviceTest, FunctionsOfASlot) {
  EXPECT_EQ(Refusal("-device e1000,addr=14 -device e1000,addr=14.1"),
            "PCI: single function device can't be populated in function 14.1");
  EXPECT_EQ(Refusal("-device e1000,addr=2.5 -device e1000,addr=2.1 "
                    "-device e1000"),
            "PCI: 2.0 indicates single function, but 2.1 is already "
            "populated.");
  EXPECT_EQ(Refusal("-M q35 -device e1000,addr=0.1"),
            "PCI: single function device can't be populated in function 0.1");
  EXPECT_EQ(Refusal("-device e1000,multifunction=on,addr=4 "
                    "-device e1000,addr=4.1 -device e1000,addr=4.1"),
            "PCI: slot 4 function 1 not available for e1000, in use by "
            "e1000,id=(null)");
  for (const char* accepted :
       {"-device e1000,addr=4,multifunction=on -device e1000,addr=4.1",
        "-device e1000,addr=4.1 -device e1000,addr=4.2 "
        "-device e1000,addr=4,multifunction=on",
        "-M pc -device e1000,addr=1.4", "-M q35 -device e1000,addr=1f.7",
        "-M pc -device e1000,addr=1.2", "-M pc,acpi=off -device e1000,addr=1.3",
        "-M q35 -device e1000,addr=1d",
        "-M q35,sata=off,smbus=off "
        "-device e1000,addr=1f.2 -device e1000,addr=1f.3"}) {
    EXPECT_EQ(Refusal(accepted), "") << accepted;
  }
  const struct {
    const char* line;
    const char* occupant;
  } kOfBoards[] = {
      {"-M pc -device e1000,addr=1.1",
       "1 function 1 not available for e1000, "
       "in use by piix3-ide"},
      {"-M pc -usb -device e1000,addr=1.2",
       "1 function 2 not available for e1000, in use by piix3-usb-uhci"},
      {"-M pc -device e1000,addr=1.3",
       "1 function 3 not available for e1000, in use by PIIX4_PM"},
      {"-M q35 -device e1000,addr=1f.2",
       "31 function 2 not available for e1000, in use by ich9-ahci"},
      {"-M q35 -device e1000,addr=1f.3",
       "31 function 3 not available for e1000, in use by ICH9-SMB"},
      {"-M q35,usb=on -device e1000,addr=1d.7",
       "29 function 7 not available for e1000, in use by ich9-usb-ehci1"},
  };
  for (const auto& c : kOfBoards) {
    EXPECT_EQ(Refusal(c.line),
              absl::StrCat("PCI: slot ", c.occupant, ",id=(null)"));
  }
  EXPECT_EQ(Refusal("-device e1000,multifunction=x"),
            "Parameter 'multifunction' expects 'on' or 'off'");
  EXPECT_EQ(Refusal("-device {'driver':'e1000','multifunction':'on'}"),
            "Invalid parameter type for 'multifunction', expected: boolean");
}

std::vector<int> Devfns(absl::string_view line) {
  std::vector<int> devfns;
  for (const Device& device : Devices(line)) {
    devfns.push_back(device.devfn ? *device.devfn : -1);
  }
  return devfns;
}

TEST(DeviceTest, LowestFreeSlot) {
  EXPECT_THAT(Devfns("-M pc -device e1000,addr=3 -device intel-hda "
                     "-device pvpanic -device virtio-rng,addr=4.1 "
                     "-device VGA,addr=5"),
              ElementsAre(24, 16, -1, 33, 40));
  EXPECT_THAT(Devfns("-M q35 -device e1000 -device pcie-root-port,id=rp "
                     "-device virtio-rng-pci,bus=rp,addr=7 "
                     "-device virtio-rng-pci,bus=pcie.0"),
              ElementsAre(8, 16, -1, 24));
}

TEST(DeviceTest, SlotsInUse) {
  EXPECT_EQ(Refusal("-device virtio-rng-pci,addr=4,id=r -device e1000,addr=4"),
            "PCI: slot 4 function 0 not available for e1000, in use by "
            "virtio-rng-pci,id=r");
  EXPECT_EQ(Refusal("-M q35 -device e1000,addr=1f"),
            "PCI: slot 31 function 0 not available for e1000, in use by "
            "ICH9-LPC,id=(null)");
  std::string line = "-M pc";
  for (int i = 0; i < 31; ++i) line += " -device virtio-rng-pci";
  EXPECT_EQ(Refusal(line),
            "PCI: no slot/function available for virtio-rng-pci, all in use or "
            "reserved");
  // The board looks at memory devices first, so the layout has the last word.
  const auto parsed = Parse(
      "-device e1000,addr=4 -device virtio-mem-pci,addr=4", QemuVersion::k7_2);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(
      LayoutWords(
          std::get<MachineOptions>(parsed->outcome).devices[1].bus_refusal),
      "PCI: slot 4 function 0 not available for virtio-mem-pci, in use "
      "by e1000,id=(null)");
  for (const char* covered_not : {"-device e1000,addr=0x", "-device AC97",
                                  "-device pc-dimm,id=d,memdev=d"}) {
    EXPECT_TRUE(
        absl::IsUnimplemented(Parse(covered_not, QemuVersion::k7_2).status()))
        << covered_not;
  }
}

TEST(DeviceTest, HostBridgesTakeTheDevicesThatNameNoBus) {
  EXPECT_EQ(Devices("-M q35,cxl=on -device pxb-cxl,bus_nr=12,id=c")[0],
            (Device{.kind = Device::Kind::kPxbCxl,
                    .driver = "pxb-cxl",
                    .id = "c",
                    .devfn = 8,
                    .bus_number = 12}));
  EXPECT_THAT(Devfns("-M q35,cxl=on -device pxb-cxl,bus_nr=12,id=c "
                     "-device cxl-rp,bus=c,id=p,chassis=0,slot=2 "
                     "-device e1000,bus=p -device pcie-root-port "
                     "-device pxb-pcie,bus=pcie.0,bus_nr=40"),
              ElementsAre(8, -1, -1, -1, 16));
  const struct {
    const char* line;
    const char* refusal;
  } kCases[] = {
      {"-M q35 -device pxb-pcie,bus_nr=12 -device virtio-rng-pci",
       "PCI: Only PCI/PCIe bridges can be plugged into pxb-pcie"},
      {"-M pc -device pxb,bus_nr=12 -device virtio-rng-pci",
       "PCI: Only PCI/PCIe bridges can be plugged into pxb"},
      {"-M q35,cxl=on -device pxb-cxl,bus_nr=12 -device pxb-cxl,bus_nr=12",
       "PCI: Only PCI/PCIe bridges can be plugged into pxb-cxl"},
      {"-M q35 -device pxb-pcie,bus_nr=12 "
       "-device pxb-cxl,bus=pcie.0,bus_nr=12",
       "Bus 12 is already in use"},
      {"-M pc -device pxb-cxl,bus_nr=12",
       "pxb-cxl devices cannot reside on a PCI bus"},
      {"-M pc -device pxb-pcie", "pxb-pcie devices cannot reside on a PCI bus"},
      {"-M q35 -device pxb", "pxb devices cannot reside on a PCIe bus"},
      {"-M q35 -device pxb-cxl,bus_nr=256",
       "Parameter 'bus_nr' expects uint8_t"},
      {"-M q35 -device pxb-cxl,foo=1", "Property 'pxb-cxl.foo' not found"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Refusal(c.line), c.refusal) << c.line;
}

// Buses that boards or devices bring along, and those that cannot be there.
TEST(DeviceTest, SomeBusesAreNotCovered) {
  for (const char* line :
       {"-device isa-debugcon,bus=isa.0", "-M q35 -device isa-debugcon,bus=i2c",
        "-device virtio-rng-pci,bus=main-system-bus",
        "-device e1000,id=d -device virtio-rng-pci,bus=d"}) {
    EXPECT_FALSE(Parse(line, QemuVersion::k7_2).ok()) << line;
  }
  EXPECT_EQ(Refusal("-M pc -device virtio-rng-pci,bus=pcie.0"),
            "Bus 'pcie.0' not found");
  EXPECT_EQ(Refusal("-M q35 -device virtio-rng-pci,bus=pci.0"),
            "Bus 'pci.0' not found");
  EXPECT_EQ(Refusal("-device virtio-rng-pci,bus=0x"), "Bus '0x' not found");
}

// What a generic initiator's row says must be known.
TEST(DeviceTest, GenericInitiatorsWantAPlace) {
  constexpr absl::string_view kInitiator =
      "-M q35 -object acpi-generic-initiator,id=g,pci-dev=d,node=0 ";
  const auto is_covered = [&](absl::string_view rest) {
    return Parse(absl::StrCat(kInitiator, rest), QemuVersion::k10_0).ok();
  };
  EXPECT_TRUE(is_covered("-device virtio-rng-pci,id=d"));
  EXPECT_TRUE(is_covered("-device pvpanic,id=d"));
  EXPECT_TRUE(is_covered("-vga std -device virtio-rng-pci,id=d,addr=9"));
  EXPECT_FALSE(is_covered("-vga std -device virtio-rng-pci,id=d"));
  EXPECT_FALSE(
      is_covered("-device pcie-root-port,id=p -device e1000,id=d,bus=p"));
}

}  // namespace
}  // namespace e820check
