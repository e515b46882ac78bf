// SPDX-License-Identifier: Apache-2.0

#include "options/command_line.h"

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "options/layout_words.h"

namespace e820check {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Words(absl::string_view line) {
  return absl::StrSplit(line, ' ', absl::SkipEmpty());
}

// "" where the line is accepted.
std::string Verdict(absl::string_view line) {
  const auto parsed = ParseCommandLine(Words(line), {});
  if (!parsed.ok()) return parsed.status().ToString();
  const auto* rejection = std::get_if<Rejection>(&parsed->outcome);
  return rejection == nullptr ? "" : rejection->text;
}

MachineOptions Accept(absl::string_view line) {
  const auto parsed = ParseCommandLine(Words(line), {});
  EXPECT_TRUE(parsed.ok() && parsed->accepted()) << line;
  return std::get<MachineOptions>(parsed->outcome);
}

TEST(CommandLineTest, ReadsAWholeMachine) {
  const MachineOptions options = Accept(
      "-machine q35,hmat=on -cpu EPYC,phys-bits=48 -m 4G,slots=2,maxmem=8G "
      "-smp 4,sockets=2 -object memory-backend-ram,id=m0,size=2G "
      "-object memory-backend-ram,id=m1,size=2G -numa node,memdev=m0,cpus=0-1 "
      "-numa node,memdev=m1,cpus=2-3 -numa dist,src=0,dst=1,val=20");
  EXPECT_EQ(Validate(options), absl::OkStatus());
  EXPECT_EQ(ToString(options.type), "pc-q35-7.2");
  EXPECT_EQ(options.cpu.phys_bits, 48u);
  EXPECT_EQ(options.memory.ram_size_bytes, 4 * kGiB);
  EXPECT_EQ(options.memory.maxram_size_bytes, 8 * kGiB);
  EXPECT_EQ(options.smp.sockets, 2u);
  EXPECT_EQ(options.numa_nodes.size(), 2u);
  EXPECT_EQ(options.numa_distances.size(), 1u);
}

TEST(CommandLineTest, NothingIsTheDefaultMachine) {
  const MachineOptions options = Accept("");
  EXPECT_EQ(ToString(options.type), "pc-i440fx-7.2");
  EXPECT_EQ(options.memory, MemoryOptions());
  EXPECT_EQ(options.smp, SmpTopology());
}

// doc/spec/qemu-options.md 4: each line breaks two rules of different steps.
TEST(CommandLineTest, TheEarlierStepWins) {
  const struct {
    const char* line;
    const char* verdict;
  } kCases[] = {
      {"-numa foo -badopt", "-badopt: invalid option"},
      {"-numa foo -object", "-object: requires an argument"},
      {"-g 1 -m x", "-g 1: Option not supported for this target"},
      {"-object memory-backend-ram,id=m -numa foo,id=1",
       "-object memory-backend-ram,id=m: Parameter 'size' is missing"},
      {"-M memory.0=1 -M nosuch", "Parameter 'memory' used inconsistently"},
      {"-M memory.size.x=1 -m 64 -m 32",
       "-m 64: Parameter 'memory.size' used inconsistently"},
      {"-M smp=1 -smp 2 -M hmat=x",
       "-smp 2: Parameter 'smp' used inconsistently"},
      {"-M nosuch,a_b=1,a-b=1",
       "unsupported machine type\n"
       "Use -machine help to list supported machines"},
      {"-M a_b=1,a-b=1,memory-backend=m -mem-path x",
       "Conflict between 'a_b' and 'a-b'"},
      {"-M memory-backend=m,hmat=x -mem-path x",
       "'-mem-path' can't be used together with'-machine memory-backend'"},
      {"-M hmat=x -accel foo", "Parameter 'hmat' expects 'on' or 'off'"},
      {"-accel foo -object memory-backend-ram,id=m,size=0",
       "-accel foo: invalid accelerator foo"},
      {"-cpu nosuch -object memory-backend-ram,id=m,size=0",
       "property 'size' of memory-backend-ram doesn't take value '0'"},
      {"-M memory-backend=x -cpu nosuch", "unable to find CPU model 'nosuch'"},
      {"-numa foo -M memory-backend=x", "Memory backend 'x' not found"},
      {"--numa node,foo=1 -device pc-dimm",
       "--numa node,foo=1: Invalid parameter 'foo'"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Verdict(c.line), c.verdict) << c.line;
}

TEST(CommandLineTest, AcceleratorsFallBack) {
  const auto parsed =
      ParseCommandLine(Words("-accel foo -accel bar -accel tcg -numa foo"), {});
  ASSERT_TRUE(parsed.ok());
  EXPECT_THAT(parsed->warnings,
              ElementsAre("-accel foo: invalid accelerator foo",
                          "-accel bar: invalid accelerator bar",
                          "falling back to tcg"));
  EXPECT_EQ(Verdict("-accel tcg,accel=x,,y"),
            "-accel tcg,accel=x,,y: invalid accelerator x,y");
  EXPECT_EQ(Verdict("-accel x,noaccel"),
            "-accel x,noaccel: invalid accelerator off");
  EXPECT_EQ(Verdict("-accel ,accel=tcg,id=a"), "");
  EXPECT_EQ(Verdict("-accel tcg,help -M hmat=on"),
            "-accel tcg,help: Property 'tcg-accel.help' not found");
  EXPECT_EQ(Verdict("-accel x,id=a -set accel.a.accel=tcg"), "");
  EXPECT_EQ(Verdict("-accel tcg,id=a -set accel.a.id=b"),
            "-accel tcg,id=a: Property 'tcg-accel.id' not found");
  EXPECT_EQ(Verdict("-set accel.a.accel=tcg"),
            "-set accel.a.accel=tcg: there is no accel \"a\" defined");
  EXPECT_EQ(Verdict("-M accel=foo:tcg"), "");
  EXPECT_EQ(Verdict("-M accel=foo"), "invalid accelerator foo");
  EXPECT_EQ(Verdict("-M accel="), "no accelerator found");
  EXPECT_EQ(Verdict("-M accel=:"), "invalid accelerator ");
  const auto tried = ParseCommandLine(Words("-M accel=a:tcg::b"), {});
  ASSERT_TRUE(tried.ok() && tried->accepted());
  EXPECT_THAT(tried->warnings,
              ElementsAre("invalid accelerator a", "invalid accelerator ",
                          "invalid accelerator b", "falling back to tcg"));
  // 7.2 says so only without -qtest, wherever that stands.
  const auto under_qtest =
      ParseCommandLine(Words("-accel foo -accel tcg --qtest null"), {});
  ASSERT_TRUE(under_qtest.ok() && under_qtest->accepted());
  EXPECT_THAT(under_qtest->warnings,
              ElementsAre("-accel foo: invalid accelerator foo"));
  EXPECT_EQ(Verdict("-M accel=tcg -accel tcg"),
            "The -accel and \"-machine accel=\" options are incompatible");
}

TEST(CommandLineTest, WarningsStandWhereQemuPrintsThem) {
  const auto parsed =
      ParseCommandLine(Words("-m 0x40k -M max-ram-below-4g=0"), {});
  ASSERT_TRUE(parsed.ok());
  EXPECT_THAT(
      parsed->warnings,
      ElementsAre("-m 0x40k: warning: Using a multiplier suffix on hex numbers "
                  "is deprecated: 0x40k",
                  "warning: Using a multiplier suffix on hex numbers is "
                  "deprecated: 0x40k",
                  HasSubstr("warning: Only 0 bytes of RAM")));
}

TEST(CommandLineTest, NotesAreForIgnoredOptionsOnly) {
  const auto parsed = ParseCommandLine(
      Words("-display none -nodefaults -S -accel tcg -monitor stdio -qtest "
            "stdio -m 64 -no-acpi -vga none -device e1000 -object "
            "iothread,id=t"),
      {});
  ASSERT_TRUE(parsed.ok());
  EXPECT_THAT(parsed->notes, ElementsAre(HasSubstr("-vga none"),
                                         HasSubstr("-object iothread,id=t"),
                                         HasSubstr("-device e1000")));
  EXPECT_THAT(parsed->warnings, IsEmpty());
  EXPECT_FALSE(std::get<MachineOptions>(parsed->outcome).acpi);
}

TEST(CommandLineTest, LastSpellingOfAcpiWins) {
  EXPECT_TRUE(Accept("-no-acpi -M acpi=on").acpi);
  EXPECT_FALSE(Accept("-M acpi=x -no-acpi").acpi);
  EXPECT_EQ(Verdict("-M none -no-acpi"),
            "Property 'none-machine.acpi' not found");
}

TEST(CommandLineTest, MemoryBackendGivesTheSizeIfNoneIsTyped) {
  const std::string object =
      "-object memory-backend-ram,id=m0,size=4097 -M memory-backend=";
  MachineOptions options = Accept(object + "m0");
  EXPECT_EQ(options.memory.ram_size_bytes, 4097u);
  EXPECT_TRUE(options.memory.ram_size_from_backend);
  EXPECT_EQ(options.memory.maxram_size_bytes, 128 * kMiB);
  options = Accept(object + "/objects/m0 -m 1");
  EXPECT_EQ(options.memory_backend, "m0");
  EXPECT_EQ(options.memory.ram_size_bytes, kMiB);
  EXPECT_FALSE(options.memory.ram_size_from_backend);
}

// Another board check than the CPU's stands in CpuOptions::refusal, too.
MachineOptions Accepted(absl::string_view line, QemuVersion qemu) {
  const auto parsed = ParseCommandLine(Words(line), {.qemu_version = qemu});
  EXPECT_TRUE(parsed.ok() && parsed->accepted()) << line;
  return std::get<MachineOptions>(parsed->outcome);
}

TEST(CommandLineTest, BoardRefusals) {
  constexpr absl::string_view kHole =
      "-M q35 -cpu qemu64,phys-bits=31 -global q35-pcihost.pci-hole64-size=x";
  MachineOptions options = Accepted(kHole, QemuVersion::k7_2);
  EXPECT_EQ(LayoutWords(options.cpu.refusal),
            "phys-bits should be between 32 and 52  (but is 31)");
  EXPECT_FALSE(options.cpu.refused_after_threads);
  EXPECT_THAT(LayoutWords(options.pci_hole64_refusal),
              HasSubstr("can't apply global q35-pcihost.pci-hole64-size=x: "));
  EXPECT_TRUE(Accepted(kHole, QemuVersion::k10_0).cpu.refused_after_threads);

  options = Accepted(
      "-M q35,sgx-epc.0.memdev=x,sgx-epc.0.node=0 -cpu qemu64,phys-bits=31",
      QemuVersion::k10_0);
  EXPECT_EQ(LayoutWords(options.cpu.refusal, QemuVersion::k10_0),
            "Device 'x' not found");
  EXPECT_FALSE(options.cpu.refused_after_threads);
}

TEST(CommandLineTest, ObjectsByKind) {
  const auto parsed = ParseCommandLine(
      Words("-object memory-backend-ram,id=m,size=2M "
            "-object acpi-generic-initiator,id=g,pci-dev=d,node=1 "
            "-object iothread,id=t -object acpi-generic-port,id=p,pci-bus=c,"
            "node=0"),
      {.qemu_version = QemuVersion::k10_0});
  ASSERT_TRUE(parsed.ok());
  const auto& options = std::get<MachineOptions>(parsed->outcome);
  EXPECT_THAT(options.other_object_ids, ElementsAre("g", "t", "p"));
  EXPECT_THAT(options.generic_affinities,
              ElementsAre(GenericAffinity{.id = "g", .device = "d", .node = 1},
                          GenericAffinity{.kind = GenericAffinity::Kind::kPort,
                                          .id = "p",
                                          .device = "c",
                                          .node = 0}));
  EXPECT_THAT(parsed->notes, ElementsAre(HasSubstr("-object iothread,id=t")));
}

// The node of a generic initiator is looked at before the machine's properties.
TEST(CommandLineTest, GenericAffinitiesAreMadeEarly) {
  const auto parsed = ParseCommandLine(
      Words("-M q35,foo=1 -object acpi-generic-port,id=g,pci-bus=d,node=200"),
      {.qemu_version = QemuVersion::k11_1});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(std::get<Rejection>(parsed->outcome).text,
            "acpi-generic-initiator: Invalid NUMA node specified");
  EXPECT_EQ(Verdict("-object acpi-generic-initiator,id=g"),
            "-object acpi-generic-initiator,id=g: Parameter 'qom-type' does "
            "not accept value 'acpi-generic-initiator'");
}

// Not observed: there was no KVM at hand.
TEST(CommandLineTest, KvmWithAVendor) {
  const std::string cpu = " -cpu EPYC,vendor=GenuineIntel";
  EXPECT_EQ(Accept("-accel kvm" + cpu).accelerator, Accelerator::kKvm);
  EXPECT_EQ(Accept("-M accel=kvm" + cpu).accelerator, Accelerator::kKvm);
  EXPECT_EQ(Accept("-enable-kvm" + cpu).cpu.vendor, "GenuineIntel");
  EXPECT_EQ(Accept("-accel kvm -M none").accelerator, Accelerator::kKvm);
  EXPECT_EQ(Accept("-accel tcg" + cpu).accelerator, Accelerator::kTcg);
}

// Before the machine's type and all help but that of the options read so far.
TEST(CommandLineTest, OnlyAKernelHasArguments) {
  for (const char* line :
       {"-append x", "-machine q35,append=", "-append x -initrd y",
        "-machine bogus,append=x", "-append x -m 64,maxmem=1",
        "-append x -device help", "-append a=b,c"}) {
    EXPECT_EQ(Verdict(line), "-append only allowed with -kernel option")
        << line;
  }
  EXPECT_EQ(Verdict("-M none,initrd=x"),
            "-initrd only allowed with -kernel option");
  EXPECT_EQ(Verdict("-M q35,shim=x"),
            "Property 'pc-q35-7.2-machine.shim' not found");
  const auto of_10_0 = ParseCommandLine(Words("-initrd x -shim y"),
                                        {.qemu_version = QemuVersion::k10_0});
  ASSERT_TRUE(of_10_0.ok());
  EXPECT_EQ(std::get<Rejection>(of_10_0->outcome).text,
            "-shim only allowed with -kernel option");
  Accept("-kernel k -append a=b,c -initrd i -dtb d");
  Accept("-machine q35,kernel=k,append=x");
}

TEST(CommandLineTest, SaysWhatIsNotCovered) {
  for (const char* line :
       {"-readconfig x",
        "-preconfig",
        "-chardev null,id=c -set chardev.c.d=e",
        "-rtc utc -set rtc.a.b=c",
        "-accel kvm",
        "-M accel=kvm:tcg",
        "-enable-kvm",
        "-accel kvm -cpu EPYC",
        "-accel kvm -cpu max,vendor=GenuineIntel",
        "-accel kvm -cpu EPYC,vendor=AuthenticAMD,host-phys-bits=on",
        "-object memory-backend-epc,id=m",
        "disk.img",
        "-device usb-kbd",
        "-device vfio-pci",
        "-device qemu64-x86_64-cpu",
        "-device pc-dimm,realized=on",
        ("-object memory-backend-ram,id=m,size=2M -device "
         "cxl-type3,volatile-memdev=m"),
        "-M microvm,pcie=on -device virtio-rng-pci",
        "-global memory-backend-ram.merge=off",
        "-global pc-dimm.node=1",
        "-global pci-host-bridge.pci-hole64-size=1G",
        "-global i440FX-pcihost.foo=1",
        "-global driver=qemu64-x86_64-cpu,property=phys-bits,value=48"}) {
    const auto parsed = ParseCommandLine(Words(line), {});
    EXPECT_TRUE(absl::IsUnimplemented(parsed.status()))
        << line << ": " << parsed.status();
  }
  EXPECT_THAT(Verdict("-readconfig x"), HasSubstr("-readconfig x: "));
}

// What QEMU prints before help, and the status with which it ends.
struct HelpCase {
  const char* line;
  int exit_status;
  const char* warning;
};

TEST(CommandLineTest, Help) {
  const HelpCase kCases[] = {
      {"-h -m 1Z", 0, ""},
      {"-M foo -version", 0, ""},
      {"-m 64,slots=1,help", 1, ""},
      {"-global driver=a,id=g,?", 1, ""},
      {"-smp 2,help -m 1Z", 0, ""},
      {"-M foo,?", 0, ""},
      {"-accel help -m 1Z", 0, ""},
      {"-accel accel=?,x=1", 0, ""},
      {"-accel x=1 -m 1Z", 0, ""},
      {"-accel x,accel=help", 0, ""},
      {"-accel tcg,id=a -accel x,id=a", 0,
       "-accel x,id=a: Duplicate ID 'a' for accel"},
      {"-object help,x=1", 0, ""},
      {"-object memory-backend,help=off", 0, ""},
      {"-object memory-backend-ram,?,size=x", 0, ""},
      {"-cpu ? -M foo=1 -numa foo", 0, ""},
      {"-device driver=help -M foo=1", 0, ""},
      {"-device pc-dimm,?=x -numa foo", 0, ""},
      {"-device pc-dimm,id=d -set device.d.help=off", 0, ""},
      {"-device foo,help", 0, "-device foo,help: Device 'foo' not found"},
      {"-device pci-device,help", 0,
       "-device pci-device,help: Parameter 'typename' expects a non-abstract "
       "device type"},
  };
  for (const HelpCase& c : kCases) {
    const auto parsed = ParseCommandLine(Words(c.line), {});
    ASSERT_TRUE(parsed.ok()) << c.line << ": " << parsed.status();
    const auto* rejection = std::get_if<Rejection>(&parsed->outcome);
    ASSERT_NE(rejection, nullptr) << c.line;
    EXPECT_EQ(rejection->help_exit_status, c.exit_status) << c.line;
    EXPECT_EQ(absl::StrJoin(parsed->warnings, "|"), c.warning);
  }
  // Mistakes that come first.
  EXPECT_EQ(Verdict("-cpu help -M ,"), "-M ,: Invalid parameter ''");
  EXPECT_EQ(Verdict("-object foo,help"),
            "-object foo,help: Parameter 'qom-type' does not accept value "
            "'foo'");
  EXPECT_EQ(Verdict("-cpu help,x"), "unable to find CPU model 'help'");
}

TEST(CommandLineTest, SetAddsToARecord) {
  const MachineOptions options = Accept(
      "-m 1G,slots=1,maxmem=2G -object memory-backend-ram,id=m,size=1G "
      "-device pc-dimm,id=d,memdev=x -set device.d.memdev=m "
      "-set device.d.id=e");
  ASSERT_EQ(options.devices.size(), 1U);
  EXPECT_EQ(options.devices[0].memdev, "m");
  EXPECT_EQ(options.devices[0].id, "d");
  EXPECT_EQ(Verdict("-numa dist,id=n -set numa.n.type=node"),
            "-numa dist,id=n: Invalid parameter 'id'");
  EXPECT_EQ(Verdict("-set numa.n.nodeid=1 -numa node,id=n"),
            "-set numa.n.nodeid=1: there is no numa \"n\" defined");
  EXPECT_EQ(Verdict("-set rtc.x.y=z"),
            "-set rtc.x.y=z: there is no rtc \"x\" defined");
  // 7.2 to 11.1 fail an assertion.
  EXPECT_TRUE(absl::IsUnknown(
      ParseCommandLine(Words("-numa node,id=n -set numa.n.id=x"), {})
          .status()));
}

TEST(CommandLineTest, AnyBytesButNulAreText) {
  const std::vector<std::string> nul = {std::string("-m\0", 3)};
  EXPECT_TRUE(absl::IsInvalidArgument(ParseCommandLine(nul, {}).status()));
  const std::vector<std::string> newline = {"-numa", "node,foo\n=1\xff "};
  const auto parsed = ParseCommandLine(newline, {});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(std::get<Rejection>(parsed->outcome).text,
            "-numa node,foo\n=1\xff : Invalid parameter 'foo\n'");
}

TEST(ImpliedVersionTest, IsTheOldestThatHasTheMachineType) {
  const auto implied = [](const char* type) {
    return ImpliedVersion({{"-machine", type, "-m", "1K"}}, {});
  };
  EXPECT_EQ(implied("pc"), QemuVersion::k7_2);
  EXPECT_EQ(implied("pc-q35-7.2,hmat=on"), QemuVersion::k7_2);
  EXPECT_EQ(implied("pc-q35-8.0"), QemuVersion::k10_0);
  EXPECT_EQ(implied("type=pc-i440fx-10.0"), QemuVersion::k10_0);
  EXPECT_EQ(implied("pc-q35-11.1"), QemuVersion::k11_1);
  EXPECT_EQ(implied("pc-q35-99.0"), QemuVersion::k7_2);
}

}  // namespace
}  // namespace e820check
