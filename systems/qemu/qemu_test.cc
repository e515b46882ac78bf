// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/qemu.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "systems/qemu/qemus_to_test.h"

namespace e820check {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Words(absl::string_view line) {
  return absl::StrSplit(line, ' ', absl::SkipEmpty());
}

// An executable script that is taken for QEMU: answers --version, and runs
// `body` for everything else.
class FakeQemu {
 public:
  explicit FakeQemu(absl::string_view body) {
    std::ofstream(path_) << "#!/bin/sh\n"
                            "[ \"$1\" = --version ] && "
                            "echo 'QEMU emulator version 8.2.1' && exit\n"
                         << body << "\n";
    chmod(path_.c_str(), 0755);
  }
  ~FakeQemu() { unlink(path_.c_str()); }

  absl::StatusOr<Answer> Ask(const QemuLimits& limits = {}) const {
    absl::StatusOr<Qemu> qemu = Qemu::Find(path_);
    if (!qemu.ok()) return qemu.status();
    return qemu->Ask({}, limits);
  }
  const std::string& path() const { return path_; }

 private:
  const std::string path_ =
      absl::StrCat(::testing::TempDir(), "/fake-qemu-", getpid());
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

TEST(FindTest, TakesTheNearestDescribedRelease) {
  const FakeQemu fake("exit 0");
  const absl::StatusOr<Qemu> qemu = Qemu::Find(fake.path());
  ASSERT_TRUE(qemu.ok()) << qemu.status();
  EXPECT_EQ(qemu->version_text(), "QEMU emulator version 8.2.1");
  EXPECT_EQ(qemu->version(), QemuVersion::k10_0);
}

TEST(AskTest, EachBadEndHasItsCode) {
  struct Case {
    const char* body;
    absl::StatusCode code;
    const char* text;
  };
  const Case cases[] = {
      {"echo ouch >&2; kill -SEGV $$", absl::StatusCode::kInternal,
       "died on signal 11 (SIGSEGV) (stderr: ouch)"},
      {"read x; echo OK; kill -ABRT $$", absl::StatusCode::kInternal,
       "died on signal 6 (SIGABRT)"},
      {"kill -KILL $$", absl::StatusCode::kAborted, "killed from outside"},
      {"exit 0", absl::StatusCode::kFailedPrecondition, "exit status 0"},
      {"exit 2", absl::StatusCode::kFailedPrecondition, "exit status 2"},
      {"echo \"$0: bad\" >&2; exit 0", absl::StatusCode::kFailedPrecondition,
       "exit status 0"},
      {"exit 1", absl::StatusCode::kFailedPrecondition, "without a verdict"},
      {"echo Supported machines are:; exit 2",
       absl::StatusCode::kFailedPrecondition, "exit status 2"},
      {"printf OK; exit 1", absl::StatusCode::kDataLoss, "a line without end"},
      {"echo 'Bail out! ERROR:a.c:1:f: assertion failed: (x)'",
       absl::StatusCode::kInternal,
       "died on an assertion: Bail out! ERROR:a.c"},
      {"yes", absl::StatusCode::kDataLoss, "text without end"},
      {"yes | tr -d '\\n'", absl::StatusCode::kDataLoss, "a line without end"},
      {"echo \"$0: pc.ram: Cannot allocate memory\" >&2; exit 1",
       absl::StatusCode::kResourceExhausted, "host: "},
  };
  for (const Case& c : cases) {
    const FakeQemu fake(c.body);
    const absl::Status status = fake.Ask().status();
    EXPECT_EQ(status.code(), c.code) << c.body << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.text)) << c.body;
  }
}

TEST(AskTest, AHangAndAFloodEndAtTheDeadline) {
  const QemuLimits limits = {.deadline = absl::Milliseconds(200),
                             .stderr_cap_bytes = 100};
  for (const char* body : {"sleep 1000", "trap '' TERM INT; sleep 1000",
                           "exec >&-; sleep 1000", "yes >&2"}) {
    const FakeQemu fake(body);
    EXPECT_EQ(fake.Ask(limits).status().code(),
              absl::StatusCode::kDeadlineExceeded)
        << body;
  }
  const FakeQemu flood("yes >&2");
  EXPECT_THAT(std::string(flood.Ask(limits).status().message()),
              HasSubstr("bytes more dropped"));
}

TEST(AskTest, AVerdictBehindTheCapIsNoVerdict) {
  const FakeQemu fake("yes | head -1000 >&2; exit 1");
  EXPECT_EQ(fake.Ask({.stderr_cap_bytes = 100}).status().code(),
            absl::StatusCode::kDataLoss);
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
    absl::StatusOr<Answer> answer = qemu_->Ask(Words(line));
    EXPECT_TRUE(answer.ok()) << line << ": " << answer.status();
    return answer.value_or(Answer{});
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
  ASSERT_TRUE(by_port.ok()) << by_port.status();
  ASSERT_TRUE(by_dma.ok()) << by_dma.status();
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
  ASSERT_TRUE(microvm.ok()) << microvm.status();
  EXPECT_THAT(microvm->acpi_tables,
              Contains(Field(&AcpiTableBytes::signature, "APIC")));
  EXPECT_EQ(std::get<GuestLayout>(microvm->answer.outcome).srat, "");
  const auto isapc = qemu_->AskForTables(Words("-M isapc -m 64"));
  ASSERT_TRUE(isapc.ok()) << isapc.status();
  EXPECT_THAT(isapc->acpi_tables, IsEmpty());
}

TEST_P(RealQemuTest, ListsTablesInFileOrder) {
  const auto answer = qemu_->AskForTables(Words("-M pc -m 64"));
  ASSERT_TRUE(answer.ok()) << answer.status();
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
  ASSERT_TRUE(answer.ok()) << answer.status();
  const std::string cedt = absl::HexStringToBytes(
      "43454454940000000100424f434853204258504320202020010000004258"
      "504301000000000020000c00000001000000000000000000004002000000"
      "000001000000000001002800000000000000005002000000000000000100"
      "000000000000000000000f0000000c000000010028000000000000000050"
      "03000000000000400000000000000000000000000f0000000c000000");
  EXPECT_THAT(answer->acpi_tables,
              Contains(AcpiTableBytes{.signature = "CEDT", .bytes = cedt}));
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
    EXPECT_EQ(qemu_->Ask(Words(line)).status().code(),
              absl::StatusCode::kUnimplemented)
        << line;
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
  const auto code = [&](const std::vector<std::string>& args) {
    return qemu_->Ask(args).status().code();
  };
  EXPECT_EQ(code({"-m", "4E"}), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(code({"-machine", "firmware=/no/such/file"}),
            absl::StatusCode::kResourceExhausted);
  // Refused by no check, this fails an assertion of the SMBIOS tables.
  EXPECT_EQ(code({"-machine", "pc,max-ram-below-4g=1"}),
            absl::StatusCode::kInternal);
  EXPECT_EQ(code({std::string("-m\0", 3)}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(qemu_->Ask({}, {.deadline = absl::Milliseconds(1)}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace e820check
