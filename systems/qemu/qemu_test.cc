// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/qemu.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "systems/qemu/qemus_to_test.h"

namespace e820check {
namespace {

using Kind = NoAnswer::Kind;

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Words(absl::string_view line) {
  return absl::StrSplit(line, ' ', absl::SkipEmpty());
}

// An executable script of any name.
class Script {
 public:
  Script(absl::string_view name, absl::string_view body)
      : folder_(absl::StrCat(::testing::TempDir(), "/script-XXXXXX")) {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = absl::StrCat(folder_, "/", name);
    std::ofstream(path_) << "#!/bin/sh\n" << body << "\n";
    chmod(path_.c_str(), 0755);
  }
  ~Script() {
    unlink(path_.c_str());
    rmdir(folder_.c_str());
  }
  const std::string& path() const { return path_; }

 private:
  std::string folder_;
  std::string path_;
};

// What Qemu::Find asks, answered as QEMU of a release does.
std::string IntroductionOf(absl::string_view release) {
  return absl::StrCat(
      "[ \"$1\" = --version ] && echo 'QEMU emulator version ", release,
      "' && exit\n"
      "for word; do [ \"$word\" != no-such-device ] || {\n"
      "  echo \"${0##*/}: -device no-such-device: 'no-such-device' is not a "
      "valid device model name\" >&2\n"
      "  exit 1\n"
      "}; done\n");
}

// A script that is taken for QEMU, and runs `body` as its answer.
class FakeQemu {
 public:
  explicit FakeQemu(absl::string_view body)
      : script_("fake-qemu", absl::StrCat(IntroductionOf("7.2.1"), body)) {}

  Reply Ask(const QemuLimits& limits = {}) const {
    absl::StatusOr<Qemu> qemu = Qemu::Find(script_.path());
    if (!qemu.ok()) {
      return NoAnswer{.kind = Kind::kUnusable,
                      .text = std::string(qemu.status().message())};
    }
    return qemu->Ask({}, limits);
  }

 private:
  Script script_;
};

TEST(FindTest, SaysHowToGetAMissingBinary) {
  EXPECT_EQ(Qemu::Find("/no/such/qemu").status().code(),
            absl::StatusCode::kNotFound);
  const char* set = getenv("PATH");
  const std::string path = set == nullptr ? "" : set;
  setenv("PATH", "/nonexistent", 1);
  const absl::Status missing = Qemu::Find("").status();
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()),
              HasSubstr("apt-get install qemu-system-x86"));
}

TEST(FindTest, RefusesWhatIsNotQemu) {
  EXPECT_EQ(Qemu::Find("/bin/echo").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(FindTest, KnowsItsReleasesWithAllTheirUpdates) {
  struct Case {
    const char* text;
    QemuVersion version;
  };
  for (const Case& c :
       {Case{"7.2.0", QemuVersion::k7_2},
        Case{"7.2.22 (Debian 1:7.2+dfsg-7)", QemuVersion::k7_2},
        Case{"10.0.13", QemuVersion::k10_0}, Case{"11.1.3", QemuVersion::k11_1},
        Case{"11.1", QemuVersion::k11_1}}) {
    const Script script("qemu", IntroductionOf(c.text));
    const absl::StatusOr<Qemu> qemu = Qemu::Find(script.path());
    ASSERT_TRUE(qemu.ok()) << qemu.status();
    EXPECT_EQ(qemu->version(), c.version) << c.text;
    EXPECT_EQ(qemu->nearest_to(), "") << c.text;
    EXPECT_EQ(qemu->version_text(),
              absl::StrCat("QEMU emulator version ", c.text));
  }
}

TEST(FindTest, TakesAnotherReleaseForTheNearestOnlyIfTold) {
  struct Case {
    const char* text;
    const char* own;
    QemuVersion nearest;
  };
  for (const Case& c : {Case{"5.2.0 (Debian 1:5.2)", "5.2", QemuVersion::k7_2},
                        Case{"7.1.0", "7.1", QemuVersion::k7_2},
                        // On the way to the next release.
                        Case{"7.2.50", "7.2.50", QemuVersion::k7_2},
                        Case{"8.2.1", "8.2", QemuVersion::k7_2},
                        Case{"10.1.0", "10.1", QemuVersion::k10_0},
                        Case{"10.0.93", "10.0.93", QemuVersion::k10_0},
                        Case{"11.0.1", "11.0", QemuVersion::k10_0},
                        Case{"12.0.0", "12.0", QemuVersion::k11_1}}) {
    const Script script("qemu", IntroductionOf(c.text));
    const absl::Status refused = Qemu::Find(script.path()).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kUnimplemented) << c.text;
    EXPECT_EQ(refused.message(),
              absl::StrCat(script.path(), ": is QEMU ", c.own,
                           ", of which there are no rules, only of 7.2, 10.0, "
                           "11.1; --nearest takes it for QEMU ",
                           ToString(c.nearest)));
    const absl::StatusOr<Qemu> taken =
        Qemu::Find(script.path(), OtherReleases::kTakenForTheNearest);
    ASSERT_TRUE(taken.ok()) << taken.status();
    EXPECT_EQ(taken->version(), c.nearest) << c.text;
    EXPECT_EQ(taken->nearest_to(), c.own);
  }
}

TEST(FindTest, RefusesAVersionThatIsNone) {
  for (const char* text :
       {"", "7", "7.", "7.x", "x.2", "99999999999.2", "-7.2"}) {
    const Script script("qemu", IntroductionOf(text));
    EXPECT_EQ(Qemu::Find(script.path()).status().code(),
              absl::StatusCode::kFailedPrecondition)
        << text;
  }
}

TEST(FindTest, AHostThatCannotEvenStartIt) {
  const Script script("qemu",
                      "echo \"$0: error while loading shared libraries: "
                      "libgio-2.0.so.0: failed to map segment from shared "
                      "object\" >&2; exit 127");
  EXPECT_EQ(Qemu::Find(script.path()).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(FindTest, RefusesAScriptThatChoosesTheAccelerator) {
  const Script script("kvm",
                      "[ \"$1\" = --version ] && "
                      "echo 'QEMU emulator version 7.2.22' && exit\n"
                      "echo 'qemu-system-x86_64: The -accel and \"-machine "
                      "accel=\" options are incompatible' >&2\nexit 1");
  const absl::Status refused = Qemu::Find(script.path()).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("chooses an accelerator before it is asked to"));
}

// Messages start with the name of the binary, whatever the script's.
TEST(FindTest, LearnsHowMessagesStart) {
  const char refusal[] =
      "echo \"$me: warning: old\" >&2; echo \"$me: bad\" >&2; exit 1";
  for (const char* name : {"qemu-kvm", "run qemu.sh", "qemu-system-x86_64"}) {
    const Script script(
        name, absl::StrCat("me=other-name\n",
                           absl::StrReplaceAll(IntroductionOf("7.2.22"),
                                               {{"${0##*/}", "$me"}}),
                           refusal));
    const absl::StatusOr<Qemu> qemu = Qemu::Find(script.path());
    ASSERT_TRUE(qemu.ok()) << qemu.status();
    const Reply answer = qemu->Ask({});
    ASSERT_TRUE(answer.ok()) << Describe(answer.none());
    EXPECT_EQ(*answer, (Answer{.warnings = {"warning: old"},
                               .outcome = Rejection{.text = "bad"}}));
  }
}

TEST(AskTest, EachBadEndHasItsKind) {
  struct Case {
    const char* body;
    Kind kind;
    const char* text;
  };
  const Case cases[] = {
      {"echo ouch >&2; kill -SEGV $$", Kind::kCrash,
       "died on signal 11 (SIGSEGV) (stderr: ouch)"},
      {"read x; echo OK; kill -ABRT $$", Kind::kCrash,
       "died on signal 6 (SIGABRT)"},
      {"kill -KILL $$", Kind::kHost, "killed from outside"},
      {"exit 0", Kind::kExit, "exit status 0"},
      {"exit 2", Kind::kExit, "exit status 2"},
      {"echo \"$0: bad\" >&2; exit 0", Kind::kExit, "exit status 0"},
      {"exit 1", Kind::kExit, "without a verdict"},
      {"echo Supported machines are:; exit 2", Kind::kExit, "exit status 2"},
      {"printf OK; exit 1", Kind::kGarbage, "a line without end"},
      {"echo 'Bail out! ERROR:a.c:1:f: assertion failed: (x)'", Kind::kCrash,
       "died on an assertion: Bail out! ERROR:a.c"},
      {"yes", Kind::kGarbage, "text without end"},
      {"yes | tr -d '\\n'", Kind::kGarbage, "a line without end"},
      {"echo \"$0: pc.ram: Cannot allocate memory\" >&2; exit 1", Kind::kHost,
       "host: "},
      {"echo \"$0: failed to create signalfd: Too many open files\" >&2; exit "
       "1",
       Kind::kHost, "host: "},
      {"echo 'qemu: qemu_thread_create: Resource temporarily unavailable' >&2; "
       "kill -ABRT $$",
       Kind::kHost, "host: lack of "},
  };
  for (const Case& c : cases) {
    const FakeQemu fake(c.body);
    const Reply reply = fake.Ask();
    ASSERT_FALSE(reply.ok()) << c.body;
    EXPECT_EQ(ToString(reply.none().kind), ToString(c.kind)) << c.body;
    EXPECT_THAT(Describe(reply.none()), HasSubstr(c.text)) << c.body;
  }
}

TEST(AskTest, AHangAndAFloodEndAtTheDeadline) {
  const QemuLimits limits = {.deadline = absl::Milliseconds(200),
                             .stderr_cap_bytes = 100};
  for (const char* body : {"sleep 1000", "trap '' TERM INT; sleep 1000",
                           "exec >&-; sleep 1000", "yes >&2"}) {
    const FakeQemu fake(body);
    EXPECT_EQ(fake.Ask(limits).none().kind, Kind::kHang) << body;
  }
  const FakeQemu flood("yes >&2");
  EXPECT_THAT(Describe(flood.Ask(limits).none()),
              HasSubstr("bytes more dropped"));
}

TEST(AskTest, AVerdictBehindTheCapIsNoVerdict) {
  const FakeQemu fake("yes | head -1000 >&2; exit 1");
  EXPECT_EQ(fake.Ask({.stderr_cap_bytes = 100}).none().kind, Kind::kLimit);
}

// A binary of each release. Skips those that are not there, with the reason:
// QEMU is optional.
class RealQemuTest : public ::testing::TestWithParam<QemuVersion> {
 protected:
  void SetUp() override {
    std::map<QemuVersion, Qemu> qemus = QemusToTest();
    const auto found = qemus.find(GetParam());
    if (found == qemus.end()) GTEST_SKIP() << NoQemuToTest(GetParam());
    qemu_ = std::move(found->second);
  }

  Answer Ask(absl::string_view line) {
    Reply reply = qemu_->Ask(Words(line));
    EXPECT_TRUE(reply.ok()) << line << ": " << Describe(reply.none());
    return reply.ok() ? *std::move(reply) : Answer{};
  }

  std::optional<Qemu> qemu_;
};

INSTANTIATE_TEST_SUITE_P(Releases, RealQemuTest,
                         ::testing::Values(QemuVersion::k7_2,
                                           QemuVersion::k10_0,
                                           QemuVersion::k11_1));

// The text of a refusal; empty for an accepted machine.
std::string Refusal(const Answer& answer) {
  return answer.accepted() ? "" : std::get<Rejection>(answer.outcome).text;
}

TEST_P(RealQemuTest, ReadsWithoutDmaAndWithoutRam) {
  if (GetParam() == QemuVersion::k11_1) {
    GTEST_SKIP() << "11.1 has no machine type as old as 2.4";
  }
  // No DMA interface before 2.5; no RAM; 8 KiB, the least there is.
  const Answer old = Ask("-M pc-i440fx-2.4 -m 64");
  ASSERT_TRUE(old.accepted());
  EXPECT_EQ(std::get<GuestLayout>(old.outcome).e820,
            (E820Table{{.address = 0, .length_bytes = 64 << 20}}));
  for (const uint64_t size : {0, 8192, 16384}) {
    const Answer tiny = Ask(absl::StrCat("-M microvm,memory.size=", size));
    ASSERT_TRUE(tiny.accepted());
    EXPECT_EQ(std::get<GuestLayout>(tiny.outcome).e820,
              (E820Table{{.address = 0, .length_bytes = size}}));
  }
}

TEST_P(RealQemuTest, DmaAndPortsReadTheSameTables) {
  if (GetParam() == QemuVersion::k11_1) {
    GTEST_SKIP() << "11.1 has no machine type as old as 2.4";
  }
  // The same board but for the DMA interface.
  const std::string rest =
      " -m 128M,slots=2,maxmem=1G -smp 2 -numa node,mem=64M -numa node,mem=64M"
      " -numa dist,src=0,dst=1,val=30";
  const auto by_port = qemu_->AskForTables(Words("-M pc-i440fx-2.4" + rest));
  const auto by_dma = qemu_->AskForTables(Words("-M pc-i440fx-2.5" + rest));
  ASSERT_TRUE(by_port.ok()) << Describe(by_port.none());
  ASSERT_TRUE(by_dma.ok()) << Describe(by_dma.none());
  ASSERT_EQ(by_port->acpi_tables.size(), by_dma->acpi_tables.size());
  for (size_t i = 0; i < by_dma->acpi_tables.size(); ++i) {
    EXPECT_EQ(by_port->acpi_tables[i].signature,
              by_dma->acpi_tables[i].signature);
  }
  EXPECT_EQ(by_port->answer.outcome, by_dma->answer.outcome);
}

TEST_P(RealQemuTest, MachinesWithLittleToPublish) {
  EXPECT_EQ(Ask("-M none"), Answer{.outcome = GuestLayout()});
  const auto microvm =
      qemu_->AskForTables(Words("-M microvm,acpi=on -m 64 -accel tcg"));
  ASSERT_TRUE(microvm.ok()) << Describe(microvm.none());
  EXPECT_THAT(microvm->acpi_tables,
              Contains(Field(&AcpiTableBytes::signature, "APIC")));
  EXPECT_EQ(std::get<GuestLayout>(microvm->answer.outcome).srat, "");
  const auto isapc = qemu_->AskForTables(Words("-M isapc -m 64"));
  ASSERT_TRUE(isapc.ok()) << Describe(isapc.none());
  EXPECT_THAT(isapc->acpi_tables, IsEmpty());
}

TEST_P(RealQemuTest, ListsTablesInFileOrder) {
  const auto answer = qemu_->AskForTables(Words("-M pc -m 64"));
  ASSERT_TRUE(answer.ok()) << Describe(answer.none());
  std::vector<std::string> signatures;
  for (const AcpiTableBytes& table : answer->acpi_tables) {
    signatures.push_back(table.signature);
  }
  EXPECT_THAT(signatures, ElementsAre("FACS", "DSDT", "FACP", "APIC", "HPET",
                                      "WAET", "RSDT"));
}

TEST_P(RealQemuTest, ReadsTablesBeyondThoseOfMemory) {
  const auto answer = qemu_->AskForTables(Words(
      "-M q35,cxl=on,cxl-fmw.0.targets.0=cxl.1,cxl-fmw.0.size=4G,"
      "cxl-fmw.1.targets.0=cxl.1,cxl-fmw.1.size=1G "
      "-m 5G,slots=1,maxmem=6G -device pxb-cxl,bus_nr=12,bus=pcie.0,id=cxl.1"));
  ASSERT_TRUE(answer.ok()) << Describe(answer.none());
  const auto cedt = std::find_if(
      answer->acpi_tables.begin(), answer->acpi_tables.end(),
      [](const AcpiTableBytes& table) { return table.signature == "CEDT"; });
  ASSERT_NE(cedt, answer->acpi_tables.end());
  // 11.1 says besides that a window may hold memory with back-invalidation.
  const std::string restrictions =
      AtLeast(GetParam(), QemuVersion::k11_1) ? "2f" : "0f";
  EXPECT_EQ(absl::BytesToHexString(cedt->bytes),
            absl::StrCat(
                "43454454940000000100424f434853204258504320202020010000004258"
                "504301000000000020000c00000001000000000000000000004002000000"
                "000001000000000001002800000000000000005002000000000000000100"
                "00000000000000000000",
                restrictions,
                "0000000c0000000100280000000000000000500300000000000040000000"
                "000000000000000000",
                restrictions, "0000000c000000"));
}

TEST_P(RealQemuTest, WarningsAndVerdictInQemusWords) {
  const std::string hex =
      "warning: Using a multiplier suffix on hex numbers is deprecated: ";
  struct Case {
    const char* line;
    std::vector<std::string> warnings;
    std::string refusal;
    bool in_7_2_only = false;
  };
  const Case cases[] = {
      {"-m 64", {}, ""},
      {"-m 0x40M", {"-m 0x40M: " + hex + "0x40M", hex + "0x40M"}, "", true},
      {"-m 0x40k,slots=1",
       {"-m 0x40k,slots=1: " + hex + "0x40k", hex + "0x40k"},
       "slots specified but no max-size",
       true},
      {"-numa node,nodeid",
       {"-numa node,nodeid: warning: short-form boolean option 'nodeid' "
        "deprecated\nPlease use deid=off instead"},
       "-numa node,nodeid: Invalid parameter 'deid'"},
      {"-m 1Z",
       {},
       "-m 1Z: Parameter 'size' expects a non-negative number below 2^64\n"
       "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, "
       "peta-\nand exabytes, respectively."},
      // An error line after which QEMU goes on.
      {"-M q35,hmat=on -m 64 -object memory-backend-ram,id=a,size=64M "
       "-numa node,memdev=a -numa node,initiator=200",
       {"-numa node,initiator=200: The initiator id 200 expects an integer "
        "between 0 and 127"},
       ""},
      // What the CPU model lacks under TCG is left out, for each of four CPUs;
      // what it lacks for -smp is not.
      {"-m 64 -cpu EPYC -smp 4,threads=2",
       {"warning: This family of AMD CPU doesn't support hyperthreading(2)\n"
        "Please configure -smp options properly or try enabling topoext "
        "feature."},
       "",
       true},
      // Words that lack their argument do not take one of ours.
      {"-m", {}, "-m: requires an argument"},
      {"-numa", {}, "-numa: requires an argument"},
  };
  for (const Case& c : cases) {
    if (c.in_7_2_only && GetParam() != QemuVersion::k7_2) continue;
    const Answer answer = Ask(c.line);
    EXPECT_EQ(answer.warnings, c.warnings) << c.line;
    EXPECT_EQ(Refusal(answer), c.refusal) << c.line;
  }
}

TEST_P(RealQemuTest, IsTheSameThroughAScriptOrUnderAnotherName) {
  const std::string& binary = qemu_->path();
  const Script wrapper("qemu-kvm", absl::StrCat("exec '", binary, "' \"$@\""));
  const Script renamed("kvm", "");
  unlink(renamed.path().c_str());
  ASSERT_EQ(symlink(binary.c_str(), renamed.path().c_str()), 0);
  for (const Script* script : {&wrapper, &renamed}) {
    const absl::StatusOr<Qemu> other = Qemu::Find(script->path());
    ASSERT_TRUE(other.ok()) << other.status();
    for (const char* line : {"-m 1Z", "-m 0x40M,slots=1", "-foo", "-m 64"}) {
      const Reply answer = other->Ask(Words(line));
      ASSERT_TRUE(answer.ok()) << line << ": " << Describe(answer.none());
      EXPECT_EQ(*answer, Ask(line)) << line;
    }
  }
  const Script kvm("kvm",
                   absl::StrCat("exec '", binary, "' -enable-kvm \"$@\""));
  EXPECT_EQ(Qemu::Find(kvm.path()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_P(RealQemuTest, WhatItDoesToTablesIsNoDamage) {
  // Up to 2.0 the file has room for no more than so much.
  if (GetParam() == QemuVersion::k7_2) {
    std::string bridges = "-M pc-i440fx-2.0 -m 64";
    for (int i = 1; i <= 20; ++i) {
      absl::StrAppend(&bridges, " -device pci-bridge,chassis_nr=", i);
    }
    const auto cut = qemu_->AskForTables(Words(bridges));
    ASSERT_TRUE(cut.ok()) << Describe(cut.none());
    EXPECT_THAT(cut->acpi_tables,
                ElementsAre(Field(&AcpiTableBytes::signature, "FACS")));
  }
  const Script data("data", "");
  const auto added = qemu_->AskForTables(Words(absl::StrCat(
      "-m 64 -object memory-backend-ram,id=m,size=64M -numa node,memdev=m "
      "-acpitable sig=SRAT,data=",
      data.path())));
  ASSERT_TRUE(added.ok()) << Describe(added.none());
  EXPECT_GT(std::get<GuestLayout>(added->answer.outcome).srat.size(), 100u);
}

TEST_P(RealQemuTest, WordsThatWeAddOurselves) {
  for (const char* line :
       {"-display none -nodefaults -accel tcg -S -qtest stdio -qtest-log none",
        "-accel tcg,thread=single", "--accel tcg", "-machine accel=tcg",
        "-M q35,accel=tcg -no-user-config", "-nographic"}) {
    EXPECT_TRUE(Ask(absl::StrCat(line, " -m 64")).accepted()) << line;
  }
}

TEST_P(RealQemuTest, PrintsHelp) {
  const auto exit_status = [&](absl::string_view line) {
    const Answer answer = Ask(line);
    const auto* rejection = std::get_if<Rejection>(&answer.outcome);
    return rejection == nullptr ? std::nullopt : rejection->help_exit_status;
  };
  EXPECT_EQ(exit_status("-machine help"), 0);
  EXPECT_EQ(exit_status("-version"), 0);
  EXPECT_EQ(exit_status("-m 64,help"), 1);
  EXPECT_EQ(exit_status("-global driver,help"), 1);  // with a warning
  EXPECT_EQ(exit_status("-m 1Z"), std::nullopt);
}

TEST_P(RealQemuTest, SaysThatThereIsNoHelp) {
  EXPECT_EQ(Ask("-device foo,help"),
            (Answer{.warnings = {"-device foo,help: Device 'foo' not found"},
                    .outcome = Rejection{.help_exit_status = 0}}));
  EXPECT_EQ(Ask("-device pci-device,help"),
            (Answer{.warnings = {"-device pci-device,help: Parameter "
                                 "'typename' expects a non-abstract device "
                                 "type"},
                    .outcome = Rejection{.help_exit_status = 0}}));
}

TEST_P(RealQemuTest, WordsThatWantOurStreams) {
  for (const char* line :
       {"-monitor stdio", "-serial mon:stdio", "-chardev stdio,id=c",
        "-daemonize", "-qtest null", "-monitor stdio -qtest stdio"}) {
    const Reply reply = qemu_->Ask(Words(line));
    ASSERT_FALSE(reply.ok()) << line;
    EXPECT_EQ(reply.none().kind, Kind::kLimit) << line;
  }
  // What QEMU refuses before it opens them is an answer.
  EXPECT_EQ(Refusal(Ask("-monitor stdio -numa foo -foo")),
            "-foo: invalid option");
}

TEST_P(RealQemuTest, DoesNotTellThatItFallsBack) {
  const Answer answer = Ask("-accel foo -accel tcg");
  EXPECT_TRUE(answer.accepted());
  EXPECT_THAT(answer.warnings,
              ElementsAre("-accel foo: invalid accelerator foo"));
}

TEST_P(RealQemuTest, EndsThatAreNoVerdict) {
  const auto kind = [&](const std::vector<std::string>& args) {
    return qemu_->Ask(args).none().kind;
  };
  EXPECT_EQ(kind({"-m", "4E"}), Kind::kHost);
  EXPECT_EQ(kind({"-machine", "firmware=/no/such/file"}), Kind::kHost);
  // Refused by no check, this fails an assertion of the SMBIOS tables.
  EXPECT_EQ(kind({"-machine", "pc,max-ram-below-4g=1"}), Kind::kCrash);
  EXPECT_EQ(kind({std::string("-m\0", 3)}), Kind::kLimit);
  EXPECT_EQ(qemu_->Ask({}, {.deadline = absl::Milliseconds(1)}).none().kind,
            Kind::kHang);
}

}  // namespace
}  // namespace e820check
