// SPDX-License-Identifier: Apache-2.0

#include "options/global_property.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "options/layout_words.h"

namespace e820check {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Globals {
  MachineOptions options;
  std::vector<std::string> warnings;

  explicit Globals(MachineFamily family, QemuVersion qemu = QemuVersion::k7_2) {
    options.type.family = family;
    options.qemu_version = qemu;
  }

  // The first refusal, "" if there is none.
  std::string Apply(const std::vector<std::string>& texts) {
    std::vector<GlobalProperty> globals;
    for (const std::string& text : texts) {
      QemuOptsList list("global", "");
      const auto global = ParseGlobal(text, list, warnings);
      if (!global.ok()) return std::string(global.status().message());
      globals.push_back(*global);
    }
    const absl::Status status = ApplyPciHole(globals, options, warnings);
    if (!status.ok()) return std::string(status.message());
    return LayoutWords(options.pci_hole64_refusal, options.qemu_version);
  }
};

TEST(GlobalPropertyTest, SetsTheHoleOfTheBoardsOwnBridge) {
  Globals q35(MachineFamily::kQ35);
  EXPECT_EQ(q35.Apply({"q35-pcihost.pci-hole64-size=1G",
                       "i440FX-pcihost.pci-hole64-size=x",
                       "driver=q35-pcihost,property=pci-hole64-size,value=3"}),
            "");
  EXPECT_EQ(q35.options.pci_hole64_size_bytes, 3u);
  Globals i440fx(MachineFamily::kI440fx);
  EXPECT_EQ(i440fx.Apply({"q35-pcihost.pci-hole64-size=x"}), "");
  EXPECT_EQ(i440fx.options.pci_hole64_size_bytes, std::nullopt);
  Globals microvm(MachineFamily::kMicrovm);
  EXPECT_EQ(microvm.Apply({"driver=,property=pci-hole64-size,value=x"}), "");
}

// Seen with 7.2, 10.0 and 11.1.
TEST(GlobalPropertyTest, RefusesInQemusWords) {
  const struct {
    const char* text;
    const char* refusal;
  } kCases[] = {
      {"i440FX-pcihost.pci-hole64-size=1G,foo=1",
       "can't apply global i440FX-pcihost.pci-hole64-size=1G,foo=1: Parameter "
       "'pci-hole64-size' expects a non-negative number below 2^64\n"
       "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, "
       "peta-\nand exabytes, respectively."},
      {"i440FX-pcihost.pci-hole64-size=16E",
       "can't apply global i440FX-pcihost.pci-hole64-size=16E: Value '16E' is "
       "out of range for parameter 'pci-hole64-size'"},
      {"driver=i440FX-pcihost,property=pci-hole64-size",
       "options 'driver', 'property', and 'value' are required"},
      {"i440FX-pcihost.=1", "Invalid parameter 'i440FX-pcihost.'"},
      {"foo", "Invalid parameter 'foo'"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Globals(MachineFamily::kI440fx).Apply({c.text}), c.refusal);
  }
  // A minus sign is out of range from 10.0 on.
  EXPECT_THAT(
      Globals(MachineFamily::kQ35).Apply({"q35-pcihost.pci-hole64-size=-1"}),
      HasSubstr("expects a non-negative number"));
  EXPECT_THAT(Globals(MachineFamily::kQ35, QemuVersion::k10_0)
                  .Apply({"q35-pcihost.pci-hole64-size=-1"}),
              HasSubstr("Value '-1' is out of range"));
}

TEST(GlobalPropertyTest, WarnsOfFlags) {
  Globals globals(MachineFamily::kQ35);
  globals.Apply({"foo"});
  EXPECT_THAT(globals.warnings,
              ElementsAre("warning: short-form boolean option 'foo' deprecated"
                          "\nPlease use foo=on instead"));
}

TEST(GlobalPropertyTest, KnowsWhatMayChangeTables) {
  const auto changes = [](const char* driver, const char* property) {
    return ChangesMemoryTables({driver, property, "1"});
  };
  EXPECT_TRUE(changes("pci-host-bridge", "pci-hole64-size"));
  EXPECT_TRUE(changes("EPYC-x86_64-cpu", "phys-bits"));
  EXPECT_TRUE(changes("memory-backend-file", "align"));
  EXPECT_TRUE(changes("virtio-mem-pci", "node"));
  EXPECT_FALSE(changes("q35-pcihost", "pci-hole64-size"));
  EXPECT_FALSE(changes("e1000", "mac"));
}

}  // namespace
}  // namespace e820check
