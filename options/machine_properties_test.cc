// SPDX-License-Identifier: Apache-2.0

#include "options/machine_properties.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "options/keyval.h"

namespace e820check {
namespace {

struct Applied {
  MachineOptions options;
  std::vector<std::string> warnings;
  LegacyKeys legacy;
  std::string refusal;  // "" if there is none
};

Applied Apply(absl::string_view text, QemuVersion qemu = QemuVersion::k7_2) {
  Applied applied;
  applied.options.qemu_version = qemu;
  ValueTree tree;
  EXPECT_TRUE(ParseKeyval(text, "type", tree).ok());
  const auto steps = [&]() -> absl::Status {
    const auto type = ChooseMachine(tree, qemu);
    if (!type.ok()) return type.status();
    applied.options.type = *type;
    absl::Status dashed = Dashify(tree);
    if (!dashed.ok()) return dashed;
    applied.legacy = TakeLegacyKeys(tree);
    return ApplyProperties(tree, applied.options, applied.warnings);
  };
  applied.refusal = std::string(steps().message());
  return applied;
}

TEST(MachinePropertiesTest, SetsWhatChangesTables) {
  const Applied a = Apply(
      "q35,hmat=on,acpi=off,max_ram_below_4g=2G,x-oem-id=ABC,smp.cpus=4,"
      "memory.size=64M,memory-backend=m0,accel=tcg,kernel-irqchip=whatever");
  EXPECT_EQ(a.refusal, "");
  EXPECT_EQ(a.options.type.family, MachineFamily::kQ35);
  EXPECT_TRUE(a.options.hmat);
  EXPECT_FALSE(a.options.acpi);
  EXPECT_EQ(a.options.max_ram_below_4g_bytes, 2 * kGiB);
  EXPECT_EQ(a.options.oem.id,
            (std::array<char, 6>{'A', 'B', 'C', '\0', '\0', '\0'}));
  EXPECT_EQ(a.options.smp.cpus, 4u);
  EXPECT_EQ(a.options.memory.ram_size_bytes, 64 * kMiB);
  EXPECT_EQ(a.legacy.memory_backend, "m0");
  EXPECT_EQ(a.legacy.accel, "tcg");
}

TEST(MachinePropertiesTest, RefusesInQemusWords) {
  const struct {
    const char* text;
    const char* refusal;
  } kCases[] = {
      {"Q35",
       "unsupported machine type\n"
       "Use -machine help to list supported machines"},
      {"foo=1,bar=2", "Property 'pc-i440fx-7.2-machine.bar' not found"},
      {"q35,foo_bar=1", "Property 'pc-q35-7.2-machine.foo-bar' not found"},
      {"none,hmat=on", "Property 'none-machine.hmat' not found"},
      {"microvm,nvdimm=on", "Property 'microvm-machine.nvdimm' not found"},
      {"type.x=1", "Property 'pc-i440fx-7.2-machine.type' is not writable"},
      {"foo_bar=1,foo-bar=1,c_d=1,c-d=1", "Conflict between 'c_d' and 'c-d'"},
      {"hmat=x,smp.cpus=x", "Parameter 'hmat' expects 'on' or 'off'"},
      {"memory.size=x,max-ram-below-4g=x",
       "Parameter 'memory.size' expects size"},
      {"hmat.x=1", "Parameters 'hmat.*' are unexpected"},
      {"memory-backend.x=1", "Parameters 'memory-backend.*' are unexpected"},
      {"acpi=x", "Parameter 'acpi' does not accept value 'x'"},
      {"nvdimm-persistence=foo",
       "-machine nvdimm-persistence=foo: unsupported option"},
      {"x-oem-id=1234567",
       "User specified x-oem-id value is bigger than 6 bytes in size"},
      {"x-oem-table-id=123456789",
       "User specified x-oem-table-id value is bigger than 8 bytes in size"},
      {"max-ram-below-4g=4294967297",
       "Machine option 'max-ram-below-4g=4294967297' expects size less than or "
       "equal to 4G"},
      {"smp=2", "Invalid parameter type for 'smp', expected: object"},
      {"smp.books=2", "Parameter 'smp.books' is unexpected"},
      {"smp.cpus.x=2", "Parameters 'smp.cpus.*' are unexpected"},
      {"boot=x", "Invalid parameter type for 'boot', expected: object"},
      {"sgx-epc=x", "Invalid parameter type for 'sgx-epc', expected: array"},
      {"sgx-epc.0=x",
       "Invalid parameter type for 'sgx-epc.0', expected: object"},
      {"sgx-epc.0.node=1", "Parameter 'sgx-epc.0.memdev' is missing"},
      {"sgx-epc.0.memdev=x,sgx-epc.0.node=y",
       "Parameter 'sgx-epc.0.node' expects integer"},
      {"smbios-entry-point-type=auto",
       "Parameter 'smbios-entry-point-type' does not accept value 'auto'"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Apply(c.text).refusal, c.refusal);
  EXPECT_EQ(Apply("Q35", QemuVersion::k11_1).refusal,
            "unsupported machine type: \"Q35\"\n"
            "Use -machine help to list supported machines");
}

TEST(MachinePropertiesTest, SaysWhatIsNotCovered) {
  EXPECT_EQ(Apply("cxl=on").refusal,
            "-machine cxl: this property is not covered");
  EXPECT_EQ(Apply("cxl=off").refusal, "");
  EXPECT_EQ(Apply("sgx-epc.0.memdev=x,sgx-epc.0.node=1").refusal,
            "-machine sgx-epc: this property is not covered");
}

TEST(MachinePropertiesTest, WarnsOfLittleRamBelow4G) {
  EXPECT_THAT(Apply("max-ram-below-4g=0").warnings,
              testing::ElementsAre(
                  "warning: Only 0 bytes of RAM below the 4GiB boundary,BIOS "
                  "may not work with less than 1MiB"));
  EXPECT_THAT(Apply("max-ram-below-4g=1M").warnings, testing::IsEmpty());
}

}  // namespace
}  // namespace e820check
