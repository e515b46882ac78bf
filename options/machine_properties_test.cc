// SPDX-License-Identifier: Apache-2.0

#include "options/machine_properties.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "options/keyval.h"
#include "options/layout_words.h"

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
      {"nvdimm-persistence.x=1",
       "Parameters 'nvdimm-persistence.*' are unexpected"},
      {"smbios-entry-point-type.x=1",
       "Parameters 'smbios-entry-point-type.*' are unexpected"},
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

TEST(MachinePropertiesTest, NvdimmAndCxl) {
  const Applied a = Apply(
      "q35,nvdimm=on,cxl=on,cxl-fmw.0.size=1G,cxl-fmw.0.targets.0=a,"
      "cxl-fmw.0.targets.1=b,cxl-fmw.0.interleave-granularity=16k,"
      "cxl-fmw.1.size=0,cxl-fmw.1.targets.0=a");
  EXPECT_EQ(a.refusal, "");
  EXPECT_TRUE(a.options.nvdimm);
  EXPECT_TRUE(a.options.cxl);
  EXPECT_EQ(a.options.cxl_windows,
            (std::vector<CxlWindow>{{.size_bytes = kGiB, .targets = {"a", "b"}},
                                    {.size_bytes = 0, .targets = {"a"}}}));
  EXPECT_FALSE(Apply("cxl=off,nvdimm=off").options.cxl);
}

// Seen with 7.2, 10.0 and 11.1, except where a release is named.
TEST(MachinePropertiesTest, RefusesCxlInQemusWords) {
  const struct {
    const char* text;
    const char* refusal;
  } kCases[] = {
      {"nvdimm=x", "Parameter 'nvdimm' expects 'on' or 'off'"},
      {"cxl=x", "Parameter 'cxl' expects 'on' or 'off'"},
      {"cxl.x=on", "Parameters 'cxl.*' are unexpected"},
      {"microvm,cxl=on", "Property 'microvm-machine.cxl' not found"},
      {"none,cxl-fmw.0.size=x", "Property 'none-machine.cxl-fmw' not found"},
      {"cxl-fmw=c", "Invalid parameter type for 'cxl-fmw', expected: array"},
      {"cxl-fmw.0=c",
       "Invalid parameter type for 'cxl-fmw.0', expected: object"},
      {"cxl-fmw.0.size=256M", "Parameter 'cxl-fmw.0.targets' is missing"},
      {"cxl-fmw.0.targets.0=c", "Parameter 'cxl-fmw.0.size' is missing"},
      {"cxl-fmw.0.size=x,cxl-fmw.0.targets.0=c",
       "Parameter 'cxl-fmw.0.size' expects size"},
      {"cxl-fmw.0.size=1G,cxl-fmw.0.targets=c",
       "Invalid parameter type for 'cxl-fmw.0.targets', expected: array"},
      {"cxl-fmw.0.interleave-granularity=x,cxl-fmw.0.targets=x,"
       "cxl-fmw.0.size=1G",
       "Parameter 'cxl-fmw.0.interleave-granularity' expects size"},
      {"cxl-fmw.0.interleave-granularity=256,cxl-fmw.0.foo=x,"
       "cxl-fmw.0.size=1G,cxl-fmw.0.targets.0.0=x",
       "Parameters 'cxl-fmw.0.targets.0.*' are unexpected"},
      {"cxl-fmw.0.size=1G,cxl-fmw.0.targets.0=c,cxl-fmw.0.foo=c",
       "Parameter 'cxl-fmw.0.foo' is unexpected"},
      // Ways, size, granularity; 7.2 has "my".
      {"cxl-fmw.0.size=1M,cxl-fmw.0.interleave-granularity=100,"
       "cxl-fmw.0.targets.0=a,cxl-fmw.0.targets.1=b,cxl-fmw.0.targets.2=b,"
       "cxl-fmw.0.targets.3=b,cxl-fmw.0.targets.4=b",
       "Interleave ways: 5 not supported"},
      {"cxl-fmw.0.size=1M,cxl-fmw.0.targets.0=a,"
       "cxl-fmw.0.interleave-granularity=100",
       "Size of a CXL fixed memory window must my a multiple of 256MiB"},
      {"cxl-fmw.0.size=1G,cxl-fmw.0.targets.0=a,"
       "cxl-fmw.0.interleave-granularity=32768",
       "Interleave granularity: 32768 invalid"},
      // All windows have their types checked before any has its values.
      {"cxl-fmw.0.size=1M,cxl-fmw.0.targets.0=a,cxl-fmw.1.size=x,"
       "cxl-fmw.1.targets.0=a",
       "Parameter 'cxl-fmw.1.size' expects size"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Apply(c.text).refusal, c.refusal) << c.text;
  }
  EXPECT_EQ(Apply("cxl-fmw.0.size=1M,cxl-fmw.0.targets.0=a", QemuVersion::k10_0)
                .refusal,
            "Size of a CXL fixed memory window must be a multiple of 256MiB");
  EXPECT_EQ(Apply("isapc,cxl=on").refusal, "");
  EXPECT_EQ(Apply("isapc,cxl=on", QemuVersion::k10_0).refusal,
            "Property 'isapc-machine.cxl' not found");
}

TEST(MachinePropertiesTest, SgxSectionsFindNoBackend) {
  const auto refusal = [](absl::string_view text, QemuVersion qemu) {
    ValueTree tree;
    EXPECT_TRUE(ParseKeyval(text, "type", tree).ok());
    MachineOptions options;
    options.qemu_version = qemu;
    options.type = *ChooseMachine(tree, qemu);
    options.backends = {{.id = "m", .size_bytes = kMiB}};
    EXPECT_TRUE(Dashify(tree).ok());
    std::vector<std::string> warnings;
    EXPECT_EQ(ApplyProperties(tree, options, warnings), absl::OkStatus());
    const auto refused = CheckSgxSections(tree, options);
    if (!refused.ok()) return std::string(refused.status().message());
    return LayoutWords(*refused, qemu);
  };
  constexpr QemuVersion k72 = QemuVersion::k7_2;
  EXPECT_EQ(refusal("q35,sgx-epc.0.memdev=x,sgx-epc.0.node=0", k72),
            "Device 'x' not found");
  EXPECT_EQ(refusal("pc,sgx-epc.0.memdev=m,sgx-epc.0.node=0", k72),
            "Invalid parameter type for 'memdev', expected: "
            "memory-backend-epc");
  EXPECT_EQ(refusal("sgx-epc.0.memdev=,sgx-epc.0.node=0", k72),
            "'memdev' property is not set");
  EXPECT_EQ(refusal("microvm,sgx-epc.0.memdev=x,sgx-epc.0.node=0", k72), "");
  EXPECT_EQ(refusal("isapc,sgx-epc.0.memdev=x,sgx-epc.0.node=0", k72),
            "Device 'x' not found");
  EXPECT_EQ(
      refusal("isapc,sgx-epc.0.memdev=x,sgx-epc.0.node=0", QemuVersion::k11_1),
      "");
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
