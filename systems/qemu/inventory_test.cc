// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/inventory.h"

#include "gtest/gtest.h"

namespace e820check {
namespace {

// Lines as QEMU 7.2 and 11.1 print them.
const Inventory kSmall({.machines = "Supported machines are:\n"
                                    "pc-q35-7.2           Standard PC (Q35)\n",
                        .cpus = "Available CPUs:\n"
                                "x86 486                   (alias configured "
                                "by machine type)\n"
                                "  Broadwell-v1\n",
                        .devices = "Misc devices:\n"
                                   "name \"pc-dimm\", desc \"DIMM memory\"\n",
                        .objects = "List of user creatable objects:\n"
                                   "  memory-backend-ram\n"});

MachineOptions Machine() {
  MachineOptions options;
  options.type = {.family = MachineFamily::kQ35, .version = {7, 2}};
  options.cpu.model = "486";
  options.backends = {{.id = "m", .size_bytes = 1}};
  options.devices = {{.kind = Device::Kind::kPcDimm, .driver = "pc-dimm"}};
  return options;
}

TEST(InventoryTest, HasWhatTheHelpTextsList) {
  EXPECT_EQ(kSmall.Missing(Machine()), "");
  MachineOptions other = Machine();
  other.cpu.model = "Broadwell-v1-x86_64-cpu";
  EXPECT_EQ(kSmall.Missing(other), "");
}

TEST(InventoryTest, NamesWhatIsMissing) {
  MachineOptions options = Machine();
  options.devices.push_back({.kind = Device::Kind::kSpMem, .driver = "sp-mem"});
  EXPECT_EQ(kSmall.Missing(options), "device sp-mem");
  options.generic_affinities = {{.kind = GenericAffinity::Kind::kPort}};
  EXPECT_EQ(kSmall.Missing(options), "object acpi-generic-port");
  options.backends[0].kind = MemoryBackend::Kind::kMemfd;
  EXPECT_EQ(kSmall.Missing(options), "object memory-backend-memfd");
  options.cpu.model = "Denverton";
  EXPECT_EQ(kSmall.Missing(options), "CPU Denverton");
  options.type.version = {7, 1};
  EXPECT_EQ(kSmall.Missing(options), "machine pc-q35-7.1");
}

TEST(InventoryTest, NoHelpIsNoNews) {
  EXPECT_EQ(Inventory().Missing(Machine()), "");
}

TEST(InventoryTest, ADriverThatNobodyHasIsNotMissing) {
  MachineOptions options = Machine();
  options.devices[0].driver = "nonsense";
  options.devices[0].refusal = UnknownDriver{.driver = "nonsense"};
  EXPECT_EQ(kSmall.Missing(options), "");
}

}  // namespace
}  // namespace e820check
