// SPDX-License-Identifier: Apache-2.0

#include "search/harmless.h"

#include <string>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "search/hostile_lines.h"

namespace e820check {
namespace {

constexpr QemuVersion kReleases[] = {QemuVersion::k7_2, QemuVersion::k10_0,
                                     QemuVersion::k11_1};

absl::StatusOr<QemuFence> Check(const CommandLineArgs& args,
                                QemuVersion qemu = QemuVersion::k7_2) {
  const PreparedCase prepared = PrepareFiles(args);
  return CheckHarmless(
      prepared,
      ParseCommandLine(prepared.args,
                       {.qemu_version = qemu, .read_file = ReaderOf(prepared)}),
      qemu);
}

// By their text alone, whatever the option parser makes of them.
bool MayRunByText(const CommandLineArgs& args, QemuVersion qemu) {
  return CheckHarmless(PrepareFiles(args), ParsedCommandLine(), qemu).ok();
}

bool MayRun(const CommandLineArgs& args) { return Check(args).ok(); }

TEST(HarmlessTest, MachinesAndMistakesMayRun) {
  EXPECT_TRUE(MayRun({}));
  EXPECT_TRUE(MayRun({"-m", "1G", "-numa", "node", "-S"}));
  EXPECT_TRUE(MayRun({"-m", "x", "-no-such-option"}));
  EXPECT_TRUE(MayRun({"-no-such-option", "/etc/passwd"}));
  EXPECT_TRUE(MayRun({"-numa"}));
  EXPECT_TRUE(MayRun({"-M", "help"}));
  EXPECT_TRUE(MayRun({"-device", "pc-dimm,help"}));
  EXPECT_TRUE(MayRun({"-object", "memory-backend-ram,id=m,size=1T"}));
  EXPECT_TRUE(
      MayRun({"-object", "memory-backend-ram,id=m,size=512M,prealloc=x"}));
  EXPECT_TRUE(MayRun({"-object",
                      R"({"qom-type":"memory-backend-ram",)"
                      R"("id":"m","size":1048576})",
                      "-machine", "memory-backend=/objects/m"}));
  EXPECT_TRUE(MayRun({"-machine", "max_ram_below_4g=1G"}));
  EXPECT_TRUE(MayRun({"-global", "i440FX-pcihost.pci-hole64-size=4G"}));
  EXPECT_TRUE(MayRun({"-object", "iothread,id=t"}));
}

TEST(HarmlessTest, FilesOfTheWorkingDirectoryMay) {
  EXPECT_TRUE(
      MayRun({"-object", "memory-backend-file,id=m,size=1M,mem-path=x"}));
  EXPECT_TRUE(MayRun({"-mem-path", "x"}));
  EXPECT_TRUE(MayRun({"-readconfig", "x"}));
  EXPECT_TRUE(MayRun({"-readconfig", "data:[memory]\nsize = \"1G\"\n"}));
}

TEST(HarmlessTest, WhatOpensFilesMayNotInAnyRelease) {
  for (const CommandLineArgs& line : LinesThatOpen("/tmp/file", "/tmp")) {
    for (const QemuVersion qemu : kReleases) {
      EXPECT_FALSE(MayRunByText(line, qemu))
          << ToString(qemu) << ": " << absl::StrJoin(line, " ");
    }
  }
}

TEST(HarmlessTest, WhatTakesMuchMayNotInAnyRelease) {
  for (const CommandLineArgs& line : LinesThatTakeMuch()) {
    for (const QemuVersion qemu : kReleases) {
      EXPECT_FALSE(MayRunByText(line, qemu))
          << ToString(qemu) << ": " << absl::StrJoin(line, " ");
    }
  }
  EXPECT_TRUE(MayRun({"-m", "64M", "-object",
                      "memory-backend-ram,id=m,size=64M,prealloc=on"}));
  EXPECT_TRUE(MayRun({"-m", "8T"}));
}

TEST(HarmlessTest, OfWhatIsNotCoveredOnlyAccidents) {
  EXPECT_FALSE(MayRun({"-device", "usb-kbd"}));
  EXPECT_FALSE(MayRun({"-preconfig"}));
  EXPECT_TRUE(MayRun({"-numa", "node", "-numa", "cpu,node-id=65535"}));
}

TEST(HarmlessTest, TheReasonSaysWhatStandsAgainstIt) {
  const auto reason = [](const CommandLineArgs& args) {
    return std::string(Check(args).status().message());
  };
  EXPECT_EQ(reason({"-M", "pc,kernel=x"}), "-machine kernel=");
  EXPECT_EQ(reason({"-D", "x"}), "-D: this option");
  EXPECT_EQ(reason({"-mem-path", "/x"}), "-mem-path /x: a file elsewhere");
  EXPECT_EQ(reason({"-m", "16T"}), "it may touch 1536 MiB of memory");
}

TEST(HarmlessTest, ProcessorsTakeMemoryToo) {
  EXPECT_TRUE(MayRun({"-M", "q35", "-smp", "288"}));
  EXPECT_EQ(Check({"-M", "q35", "-smp", "400"}, QemuVersion::k11_1)
                .status()
                .message(),
            "with its processors QEMU may take 2400 MiB of memory");
  EXPECT_EQ(Check({"-M", "q35", "-smp", "288", "-m", "8T"}).status().message(),
            "with its processors QEMU may take 2496 MiB of memory");
}

TEST(HarmlessTest, FilesWithoutNamesMayBeAsLargeAsTheirRam) {
  EXPECT_EQ(Check({"-m", "1T"})->file_size_bytes, kGiB);
  EXPECT_EQ(
      Check({"-object", "memory-backend-memfd,id=m,size=1T"})->file_size_bytes,
      kGiB << 10);
  EXPECT_EQ(Check({"-object", "memory-backend-ram,id=m,size=2T,share=on"})
                ->file_size_bytes,
            kGiB << 11);
}

}  // namespace
}  // namespace e820check
