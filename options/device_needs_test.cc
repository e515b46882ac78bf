// SPDX-License-Identifier: Apache-2.0

// All of it was seen with 7.2.

#include "options/device_needs.h"

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "options/command_line.h"
#include "options/device_tables.h"
#include "options/format.h"
#include "options/layout_words.h"

namespace e820check {
namespace {

constexpr absl::string_view kNoChassis =
    "Bridge chassis not specified. Each bridge is required to be assigned a "
    "unique chassis id > 0.";
constexpr absl::string_view kNoBmc =
    "IPMI device requires a bmc attribute to be set";

absl::StatusOr<ParsedCommandLine> Parse(absl::string_view line,
                                        QemuVersion qemu) {
  const std::vector<std::string> args =
      absl::StrSplit(line, ' ', absl::SkipEmpty());
  return ParseCommandLine(args, {.qemu_version = qemu});
}

// What is said about the last device: its refusal, empty for none, or why there
// is no answer.
std::string Verdict(absl::string_view line,
                    QemuVersion qemu = QemuVersion::k7_2) {
  const auto parsed = Parse(line, qemu);
  if (!parsed.ok()) return std::string(parsed.status().message());
  if (!parsed->accepted()) return std::get<Rejection>(parsed->outcome).text;
  const auto& devices = std::get<MachineOptions>(parsed->outcome).devices;
  return devices.empty() ? "no device"
                         : LayoutWords(devices.back().refusal, qemu);
}

struct Case {
  absl::string_view line;
  absl::string_view verdict;
};

TEST(DeviceNeedsTest, WithoutAnyProperty) {
  constexpr absl::string_view kNoFsdev =
      "9pfs device couldn't find fsdev with the id = NULL";
  constexpr absl::string_view kNoDrive = "drive property not set";
  const Case kCases[] = {
      {"cxl-type3", "memdev property must be set"},
      {"ipmi-bmc-extern", "IPMI external bmc requires chardev attribute"},
      {"isa-debugcon", "Can't create debugcon device, empty char device"},
      {"isa-ipmi-bt", kNoBmc},
      {"isa-ipmi-kcs", kNoBmc},
      {"isa-parallel", "Can't create parallel device, empty char device"},
      {"loader", "please include valid arguments"},
      {"nvme", "serial property not set"},
      {"pci-bridge", kNoChassis},
      {"pci-bridge-seat", kNoChassis},
      {"pci-ipmi-bt", kNoBmc},
      {"pci-ipmi-kcs", kNoBmc},
      {"pxb", kNoChassis},
      {"virtio-9p", kNoFsdev},
      {"virtio-9p-pci-non-transitional", kNoFsdev},
      {"virtio-9p-pci-transitional", kNoFsdev},
      {"virtio-blk", kNoDrive},
      {"virtio-blk-pci-non-transitional", kNoDrive},
      {"virtio-blk-pci-transitional", kNoDrive},
      {"vmmouse", "'i8042' link is not set"},
      // These need nothing.
      {"e1000", ""},
      {"ipmi-bmc-sim", ""},
      {"isa-serial", ""},
      {"pcie-root-port", ""},
      {"virtio-serial", ""},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(Verdict(absl::StrCat("-M pc -device ", c.line)), c.verdict)
        << c.line;
  }
}

TEST(DeviceNeedsTest, SomeValuesAreNone) {
  const Case kCases[] = {
      {"isa-debugcon,chardev=",
       "Can't create debugcon device, empty char device"},
      {"isa-debugcon,chardev=c", ""},
      {"virtio-blk,drive=", "drive property not set"},
      {"virtio-blk,drive=d", ""},
      {"isa-ipmi-kcs,bmc=b", ""},
      {"nvme,serial=s", ""},
      {"virtio-9p,mount_tag=x",
       "9pfs device couldn't find fsdev with the id = NULL"},
      {"pci-bridge,chassis_nr=0x0", kNoChassis},
      {"pci-bridge,chassis_nr=255", ""},
      {"{'driver':'pci-bridge','chassis_nr':0}", kNoChassis},
      {"{'driver':'pci-bridge','chassis_nr':2}", ""},
      {"{'driver':'isa-debugcon','chardev':''}",
       "Can't create debugcon device, empty char device"},
      {"pxb,bus_nr=0", kNoChassis},
      {"pxb,bus_nr=1", ""},
      {"loader,cpu-num=0", "please include valid arguments"},
      {"loader,force-raw=on", ""},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(Verdict(absl::StrCat("-device ", c.line)), c.verdict) << c.line;
  }
  EXPECT_EQ(Verdict("-device nvme,id=n -set device.n.serial=s"), "");
}

// A bus refuses a device before the device looks at itself.
TEST(DeviceNeedsTest, ComesAfterThePlace) {
  const Case kCases[] = {
      {"-M pc -device nvme,addr=1",
       "PCI: slot 1 function 0 not available for nvme, in use by "
       "PIIX3,id=(null)"},
      {"-M none -device isa-debugcon",
       "No 'ISA' bus found for device 'isa-debugcon'"},
      {"-M q35 -device pxb", "pxb devices cannot reside on a PCIe bus"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Verdict(c.line), c.verdict) << c.line;
}

TEST(DeviceNeedsTest, PartsOfTheBoard) {
  constexpr absl::string_view kCoreInfo =
      "vmcoreinfo device requires fw_cfg with DMA";
  constexpr absl::string_view kGenId =
      "vmgenid requires DMA write support in fw_cfg, which this machine type "
      "does not provide";
  const Case kCases[] = {
      {"-M none -device vmcoreinfo", kCoreInfo},
      {"-M pc-i440fx-2.4 -device vmcoreinfo", kCoreInfo},
      {"-M pc-q35-2.5 -device vmcoreinfo", ""},
      {"-M isapc -device vmcoreinfo", ""},
      {"-M none -device vmgenid", kGenId},
      {"-M pc-q35-2.4 -device vmgenid", kGenId},
      {"-M pc-i440fx-2.5 -device vmgenid", ""},
      {"-M microvm -device vmgenid", ""},
      {"-M microvm -device isa-fdc", "ISA controller does not support DMA"},
      {"-M isapc -device isa-fdc", ""},
      {"-M microvm -device mc146818rtc",
       "-device mc146818rtc: the board may have a clock already"},
      {"-M pc -device mc146818rtc", ""},
  };
  for (const Case& c : kCases) EXPECT_EQ(Verdict(c.line), c.verdict) << c.line;
}

TEST(DeviceNeedsTest, WhatIsNotKnown) {
  const Case kCases[] = {
      {"-device nvme -global nvme.serial=s",
       "-device nvme: a -global may set its serial"},
      {"-device isa-ipmi-kcs,bmc=",
       "-device isa-ipmi-kcs,bmc=: an empty value is not covered"},
      {"-device pci-bridge,chassis_nr=256",
       "-device pci-bridge,chassis_nr=256: this number is not covered"},
      {"-device pci-bridge,chassis_nr=x",
       "-device pci-bridge,chassis_nr=x: this number is not covered"},
      {"-device {'driver':'nvme','serial':true}",
       "-device {'driver':'nvme','serial':true}: this value is not covered"},
      {"-device cxl-type3,memdev=x",
       "-device cxl-type3,memdev=x: this device may occupy a memory backend"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Verdict(c.line), c.verdict) << c.line;
  EXPECT_EQ(Verdict("-device nvme -global nvme.cmb_size_mb=1"),
            "serial property not set");
  for (const QemuVersion later : {QemuVersion::k10_0, QemuVersion::k11_1}) {
    for (const char* line :
         {"-device nvme", "-M pc -device pxb", "-M none -device vmcoreinfo"}) {
      EXPECT_TRUE(absl::IsUnimplemented(Parse(line, later).status())) << line;
    }
    EXPECT_EQ(Verdict("-device nvme,serial=s", later), "");
  }
}

// So that a machine that was accepted is so again from its own text, and one
// that was refused is refused.
TEST(DeviceNeedsTest, FormattedDevicesHaveThem) {
  int drivers = 0;
  for (const DriverTable& table : kDriverTables) {
    if (!Has(table.releases, QemuVersion::k7_2)) continue;
    for (const absl::string_view name : absl::StrSplit(table.names, ' ')) {
      const std::string example = ExampleOfNeeds({.name = name});
      if (example.empty() || name == "cxl-type3") continue;
      for (const std::string& typed : {std::string(), example}) {
        const auto parsed =
            Parse(absl::StrCat("-device ", name, typed), QemuVersion::k7_2);
        ASSERT_TRUE(parsed.ok() && parsed->accepted()) << name;
        const auto& machine = std::get<MachineOptions>(parsed->outcome);
        ASSERT_EQ(machine.devices[0].refusal.has_value(), typed.empty())
            << name;
        const auto again = ParseCommandLine(Format(machine), {});
        ASSERT_TRUE(again.ok() && again->accepted()) << name;
        EXPECT_EQ(std::get<MachineOptions>(again->outcome).devices[0].refusal,
                  machine.devices[0].refusal)
            << name;
      }
      ++drivers;
    }
  }
  EXPECT_EQ(drivers, 18);
}

}  // namespace
}  // namespace e820check
