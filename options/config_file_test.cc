// SPDX-License-Identifier: Apache-2.0

// Files whose answers were seen alike with QEMU 7.2, 10.0 and 11.1, but for
// where a refusal stands.

#include "options/config_file.h"

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "options/command_line.h"

namespace e820check {
namespace {

// The verdict on `-readconfig c` and more words; "" where it is accepted.
std::string Verdict(const std::string& text, QemuVersion qemu,
                    std::vector<std::string> more = {}) {
  std::vector<std::string> args = {"-readconfig", "c"};
  args.insert(args.end(), more.begin(), more.end());
  CommandLineContext context{.qemu_version = qemu};
  context.read_file = [&](const std::string&) { return text; };
  const auto parsed = ParseCommandLine(args, context);
  if (!parsed.ok()) return parsed.status().ToString();
  const auto* rejection = std::get_if<Rejection>(&parsed->outcome);
  return rejection == nullptr ? "" : rejection->text;
}

constexpr char kObject[] =
    "[object \"m0\"]\nqom-type = \"memory-backend-ram\"\nsize = \"1M\"\n";

constexpr char kGlobal[] =
    "[global]\ndriver = \"ICH9-LPC\"\nproperty = \"disable_s3\"\n"
    "value = \"1\"\n";

TEST(ConfigFileTest, IsReadLikeOptions) {
  CommandLineContext context;
  context.read_file = [](const std::string&) {
    return "# comment\n\n"
           "[machine]\n  type = \"q35\"\n  smp.sockets = \"2\"\n"
           "[smp-opts]\ncpus = \"4\"\n"
           "[memory]\n size = \"64\"\n size = \"2\" rest\n"
           "[memory] rest\nsize =\"1024\"\nmaxmem = \"2G\"\nslots = \"1\"\n"
           "[object \"m0\"]\n qom-type = \"memory-backend-ram\"\n"
           " size = \"1G\"\n host-nodes.0 = \"0\"\n policy = \"bind\"\n"
           "[numa]\n type = \"node\"\n memdev = \"m0\"\n"
           "[object]\nid = \"m1\"\nqom-type = \"memory-backend-ram\"\n"
           "size = \"1G\"\n"
           "[device \"d0\"]\ndriver = \"pc-dimm\"";
  };
  const std::vector<std::string> args = {"-readconfig", "c", "-set",
                                         "device.d0.memdev=m1"};
  const auto parsed = ParseCommandLine(args, context);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_TRUE(parsed->accepted());
  const auto& machine = std::get<MachineOptions>(parsed->outcome);
  EXPECT_EQ(machine.type.family, MachineFamily::kQ35);
  EXPECT_EQ(machine.smp.cpus, 4U);
  EXPECT_EQ(machine.smp.sockets, 2U);
  EXPECT_EQ(machine.memory.ram_size_bytes, uint64_t{1} << 30);
  EXPECT_EQ(machine.memory.slots, 1U);
  ASSERT_EQ(machine.numa_nodes.size(), 1U);
  EXPECT_EQ(machine.numa_nodes[0].memdev, "m0");
  ASSERT_EQ(machine.devices.size(), 1U);
  EXPECT_EQ(machine.devices[0].id, "d0");
  EXPECT_EQ(machine.devices[0].memdev, "m1");
  EXPECT_EQ(parsed->device_locations[0], "c:28");
}

// 7.2 has the line, others the option.
TEST(ConfigFileTest, RefusesAtTheLineOrAtTheOption) {
  const std::string kOptional =
      "\nOptional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, "
      "peta-\nand exabytes, respectively.";
  const std::string kSize =
      "Parameter 'size' expects a non-negative number below 2^64";
  const struct {
    std::string text;
    std::string place;
    std::string refusal;
    std::string hint;
  } kCases[] = {
      {"[memory]\nsize = 64M\n", "c:2: ", kSize, kOptional},
      {"[memory]\nsize = \"64\n", "c:2: ", kSize, kOptional},
      {"[memory]\nfoo = \"1\"\nsize = \"x\"\n", "c:3: ", kSize, kOptional},
      {"[memory]\nslots = \"x\"\nsize = \"x\"\nmaxmem = \"x\"\n",
       "c:4: ", "Parameter 'maxmem' expects a non-negative number below 2^64",
       kOptional},
      {"[memory \"x\"]\nsize = \"64\"\n", "c:2: ", "Invalid parameter 'id'",
       ""},
      {"size = \"64\"\n", "c:1: ", "no group defined", ""},
      {"[foo]\na = \"b\"\n", "c:2: ", "There is no option group 'foo'", ""},
      {"[foo \"x\"]\n", "", "There is no option group 'foo'", ""},
      {"[]\n", "c:1: ", "no group defined", ""},
      {"[memory]\n   \nsize = \"64\"\n", "c:2: ", "parse error", ""},
      {std::string("[memory]\n\0\n", 11), "c:2: ", "parse error", ""},
      {"[memory]\n #not\n", "c:2: ", "Invalid parameter '#not'", ""},
      {"[memory]\nfoo = \"1\"\nsize=\"2\"\n",
       "c:3: ", "Invalid parameter 'size=\"2\"'", ""},
      {"[memory]\nhelp = \"on\"\n", "c:2: ", "Invalid parameter 'help'", ""},
      {"[numa \"1x\"]\ntype = \"node\"\n",
       "c:2: ", "Parameter 'id' expects an identifier",
       "\nIdentifiers consist of letters, digits, '-', '.', '_', starting with "
       "a letter."},
      {"[numa \"x\"]\ntype = \"node\"\n[numa \"x\"]\ntype = \"node\"\n",
       "c:4: ", "Duplicate ID 'x' for numa", ""},
      {absl::StrCat(kObject, "host-nodes.1 = \"0\"\n"), "c:4: ",
       "List indices are not contiguous, saw 1 elements but 1 largest index",
       ""},
      {absl::StrCat(kObject, "host-nodes.0 = \"0\"\nhost-nodes.x = \"1\"\n"),
       "c:5: ", "Cannot mix list and non-list keys", ""},
      {absl::StrCat(kObject, "host-nodes.00 = \"0\"\n"),
       "c:4: ", "Missing list index 0", ""},
      {absl::StrCat(kObject, "+0 = \"0\"\n"),
       "c:4: ", "Cannot mix list and non-list keys", ""},
      {absl::StrCat(kObject, "size.a = \"0\"\n"),
       "c:4: ", "Cannot mix scalar and non-scalar keys", ""},
      {"[machine]\nsgx-epc.+0.memdev = \"x\"\n",
       "c:2: ", "Missing list index 0", ""},
      {"[machine]\nsgx-epc.-1.memdev = \"x\"\n", "c:2: ",
       "List indices are not contiguous, saw 1 elements but -1 largest index",
       ""},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Verdict(c.text, QemuVersion::k7_2),
              absl::StrCat(c.place, c.refusal))
        << c.text;
    EXPECT_EQ(Verdict(c.text, QemuVersion::k10_0),
              absl::StrCat("-readconfig c: ", c.refusal, c.hint))
        << c.text;
  }
}

TEST(ConfigFileTest, KeepsTheHintOfAGroupBeforeOthers) {
  const std::string text = "[numa \"1x\"]\ntype = \"node\"\n[numa]\n";
  const std::string refusal =
      "Parameter 'id' expects an identifier\nIdentifiers consist of letters, "
      "digits, '-', '.', '_', starting with a letter.";
  EXPECT_EQ(Verdict(text, QemuVersion::k7_2), absl::StrCat("c:2: ", refusal));
  EXPECT_EQ(Verdict(text, QemuVersion::k10_0),
            absl::StrCat("-readconfig c: ", refusal));
}

TEST(ConfigFileTest, RefusesInQemusWords) {
  const struct {
    std::string text;
    std::string refusal;
  } kCases[] = {
      {"[numa]\n", "Parameter 'type' is missing"},
      {"[numa]\ntype = \"foo\"\n",
       "c:2: Parameter 'type' does not accept value 'foo'"},
      {"[numa]\ntype=\"x", "c:2: Parameter 'type' is missing"},
      {"[numa]\nid = \"x\"\ntype=\"node\"\n",
       "c:3: Parameter 'type' is missing"},
      {"[numa \"x\"]\ntype = \"node\"\n", "c:2: Invalid parameter 'id'"},
      {"[numa]\ntype = \"node\"\n[numa]\ntype = \"node\"\nnodeid = \"0\"\n",
       "c:5: Duplicate NUMA nodeid: 0"},
      {"[object]\nqom-type = \"memory-backend-ram\"\nsize = \"1M\"\n",
       "c:3: Parameter 'id' is missing"},
      {"[object \"m0\"]\nqom-type = \"help\"\n",
       "c:2: Parameter 'qom-type' does not accept value 'help'"},
      {"[object \"1m\"]\nqom-type = \"memory-backend-ram\"\nsize = \"1M\"\n",
       "Parameter 'id' expects an identifier\nIdentifiers consist of letters, "
       "digits, '-', '.', '_', starting with a letter."},
      {absl::StrCat(kObject, "size = \"-1\"\n"),
       "c:4: Parameter 'size' expects size"},
      {absl::StrCat(kObject, "host-nodes = \"0\"\n"),
       "c:4: Invalid parameter type for 'host-nodes', expected: array"},
      {absl::StrCat(kObject, "host-nodes.0 = \"x\"\n"),
       "c:4: Parameter 'host-nodes.0' expects integer"},
      {absl::StrCat(kObject, "host-nodes.0 = \"-1\"\n"),
       "c:4: Parameter 'null' expects uint16_t"},
      {absl::StrCat(kObject, "host-nodes.0.a = \"1\"\n"),
       "c:4: Parameters 'host-nodes.0.*' are unexpected"},
      {absl::StrCat(kObject, "foo. = \"1\"\n"),
       "c:4: Parameter 'foo' is unexpected"},
      {absl::StrCat(kObject, ".foo = \"1\"\n"),
       "c:4: Parameter '' is unexpected"},
      {absl::StrCat(kObject, "a..b = \"1\"\n"),
       "c:4: Parameter 'a.b' is unexpected"},
      {"[machine]\n... = \"1\"\n",
       "Property 'pc-i440fx-7.2-machine..' not found"},
      {"[machine]\na...b = \"1\"\n",
       "Property 'pc-i440fx-7.2-machine.a.' not found"},
      {"[machine \"x\"]\n", "Property 'pc-i440fx-7.2-machine.id' not found"},
      {"[machine]\nsmp = \"2\"\n[smp-opts]\ncpus = \"2\"\n",
       "c:4: Parameter 'smp' used inconsistently"},
      {"[machine]\nsgx-epc.0 = \"x\"\n",
       "Invalid parameter type for 'sgx-epc.0', expected: object"},
      {"[machine]\nsgx-epc.0x0.memdev = \"x\"\n",
       "Invalid parameter type for 'sgx-epc', expected: array"},
      {"[smp-opts \"x\"]\n", "Parameter 'smp.id' is unexpected"},
      {"[device]\n", "Parameter 'driver' is missing"},
      {"[global]\ndriver = \"d\"\nfoo = \"1\"\n",
       "c:3: Invalid parameter 'foo'"},
      {absl::StrCat(kGlobal, "id = \"g\"\n", kGlobal, "id = \"g\"\n"),
       "c:10: Duplicate ID 'g' for global"},
      {absl::StrCat(kGlobal, "id = \"1\"\n"),
       "c:5: Parameter 'id' expects an identifier"},
      {absl::StrCat(kGlobal, "[chardev \"c\"]\nbackend = \"null\"\n",
                    "[boot-opts]\nstrict = \"on\"\n"),
       ""},
      {"[memory]\r\nsize = \"64\"\r\n", ""},
      {std::string("[memory]\nsize = \"1\0\"\n", 21), ""},
  };
  for (const auto& c : kCases) {
    const std::string verdict = Verdict(c.text, QemuVersion::k7_2);
    // Those of devices stand in the machine.
    EXPECT_EQ(verdict,
              c.refusal == "Parameter 'driver' is missing" ? "" : c.refusal)
        << c.text;
  }
  EXPECT_EQ(Verdict("[memory]\nsize = \"64M\"\n", QemuVersion::k7_2,
                    {"-M", "memory=1"}),
            "c:2: Parameter 'memory' used inconsistently");
}

TEST(ConfigFileTest, GlobalPropertiesAreThoseOfOptions) {
  CommandLineContext context;
  context.read_file = [](const std::string&) {
    return "[global]\ndriver = \"i440FX-pcihost\"\n"
           "property = \"pci-hole64-size\"\nvalue = \"4G\"\n";
  };
  const std::vector<std::string> args = {"-readconfig", "c"};
  const auto parsed = ParseCommandLine(args, context);
  ASSERT_TRUE(parsed.ok() && parsed->accepted());
  EXPECT_EQ(std::get<MachineOptions>(parsed->outcome).pci_hole64_size_bytes,
            uint64_t{4} << 30);
  // QEMU dies of these.
  EXPECT_THAT(Verdict("[global]\ndriver = \"d\"\n", QemuVersion::k7_2),
              testing::StartsWith("UNKNOWN"));
  // Whether such a record exists is not kept.
  EXPECT_THAT(Verdict("[tpmdev \"t\"]\ntype = \"emulator\"\n",
                      QemuVersion::k7_2, {"-set", "tpmdev.t.a=b"}),
              testing::StartsWith("UNIMPLEMENTED"));
}

TEST(ConfigFileTest, LongWordsAndLinesAreCut) {
  const std::string key(70, 'k');
  EXPECT_EQ(
      Verdict(absl::StrCat("[memory]\n", key, " = \"1\"\n"), QemuVersion::k7_2),
      absl::StrCat("c:2: Invalid parameter '", key.substr(0, 63), "'"));
  // The rest of a line is a line of its own.
  const std::string line =
      absl::StrCat("size = \"1\"", std::string(1023 - 10, ' '), "foo");
  EXPECT_EQ(Verdict(absl::StrCat("[memory]\n", line, "\n"), QemuVersion::k7_2),
            "c:3: Invalid parameter 'foo'");
}

TEST(ConfigFileTest, FilesThatCannotBeRead) {
  const std::vector<std::string> args = {"-readconfig", "f"};
  CommandLineContext context;
  const auto verdict = [&](const absl::Status& status) {
    context.read_file = [&](const std::string&) { return status; };
    const auto parsed = ParseCommandLine(args, context);
    return parsed.ok() ? std::get<Rejection>(parsed->outcome).text
                       : parsed.status().ToString();
  };
  EXPECT_EQ(verdict(absl::NotFoundError("No such file or directory")),
            "-readconfig f: Could not open 'f': No such file or directory");
  EXPECT_EQ(verdict(absl::DataLossError("Is a directory")),
            "-readconfig f: Cannot read config file: Is a directory");
  EXPECT_EQ(verdict(absl::ResourceExhaustedError("too large")),
            "UNIMPLEMENTED: -readconfig f: too large");
}

}  // namespace
}  // namespace e820check
