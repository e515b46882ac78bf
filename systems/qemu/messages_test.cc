// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/messages.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MessagesTest, HintLinesBelongToTheirMessage) {
  EXPECT_THAT(
      SplitMessages("qemu",
                    "qemu: -numa node,x: warning: short-form boolean option "
                    "'x' deprecated\n"
                    "Please use x=on instead\n"
                    "qemu: -m 1Z: Parameter 'size' expects a number\n"
                    "Optional suffix k, M, G, T, P or E means\n"
                    "and exabytes, respectively.\n"),
      ElementsAre("-numa node,x: warning: short-form boolean option 'x' "
                  "deprecated\nPlease use x=on instead",
                  "-m 1Z: Parameter 'size' expects a number\n"
                  "Optional suffix k, M, G, T, P or E means\n"
                  "and exabytes, respectively."));
}

TEST(MessagesTest, ConfigFileFormHasNoBlank) {
  EXPECT_THAT(
      SplitMessages("qemu", "qemu:a.cfg:5: Parameter 'type' is missing\n"),
      ElementsAre("a.cfg:5: Parameter 'type' is missing"));
}

TEST(MessagesTest, LinesWithoutProgramNameComeFirstOrBelong) {
  EXPECT_THAT(SplitMessages("qemu", "Could not access KVM\nqemu: fails\n"),
              ElementsAre("Could not access KVM", "fails"));
  EXPECT_THAT(SplitMessages("qemu", "qemu2: x"), ElementsAre("qemu2: x"));
  EXPECT_THAT(SplitMessages("qemu", ""), IsEmpty());
  EXPECT_THAT(SplitMessages("qemu", "\n"), IsEmpty());
}

TEST(MessagesTest, ArgumentsAreEchoedVerbatim) {
  // -m "64\n" and a trailing blank
  EXPECT_THAT(SplitMessages("qemu", "qemu: -m 64\n: bad \n"),
              ElementsAre("-m 64\n: bad "));
  // Only the stream's last line end is no part of the text.
  EXPECT_THAT(SplitMessages("qemu", "qemu: a\n\n"), ElementsAre("a\n"));
}

TEST(MessagesTest, WarningsBeyondMemoryTables) {
  EXPECT_TRUE(
      IsBeyondMemoryTables("warning: TCG doesn't support requested feature: "
                           "CPUID.07H:EBX.hle [bit 4]"));
  EXPECT_TRUE(IsBeyondMemoryTables(
      "warning: ACPI table size 65645 exceeds 65536 bytes, migration may not "
      "work\nTry removing CPUs, NUMA nodes, memory slots or PCI bridges."));
  EXPECT_TRUE(IsBeyondMemoryTables(
      "-device virtio-mem-pci,memdev=m: warning: Could not detect THP size, "
      "falling back to 2  MiB."));
  EXPECT_FALSE(IsBeyondMemoryTables(
      "warning: This family of AMD CPU doesn't support hyperthreading(2)\n"
      "Please configure -smp options properly or try enabling topoext "
      "feature."));
  EXPECT_FALSE(IsBeyondMemoryTables(
      "warning: CPU(s) not present in any NUMA nodes: CPU 1 [core-id: 1]"));
  EXPECT_FALSE(IsBeyondMemoryTables("unable to find CPU model 'x'"));
}

TEST(MessagesTest, WarningsAboutDevicesThatAreNotLookedInto) {
  for (const char* warning :
       {"warning: nic e1000.0 has no peer", "warning: netdev n has no peer",
        "warning: hub 0 with no nics",
        "warning: hub 0 is not connected to host network",
        "warning: requested NIC (anonymous, model unspecified) was not created "
        "(not supported by this machine?)",
        "-device isa-applesmc: warning: Using AppleSMC with invalid key",
        "-device sga: warning: -device sga is deprecated, use -machine "
        "graphics=off",
        "warning: multiple floppy disk controllers with iobase=0x3f0 have been "
        "found\nthe one being picked for CMOS setup might not reflect your "
        "intent"}) {
    EXPECT_TRUE(IsBeyondMemoryTables(warning)) << warning;
  }
  for (const char* other : {"nic n has no peer", "warning: numa n has no peer",
                            "warning: nic n has no room",
                            "-device hub: warning: hub 0 with no nics",
                            "warning: requested NIC (n) was not found"}) {
    EXPECT_FALSE(IsBeyondMemoryTables(other)) << other;
  }
}

TEST(MessagesTest, LeftOutUnderQtest) {
  EXPECT_TRUE(IsLeftOutUnderQtest("falling back to tcg"));
  EXPECT_TRUE(IsLeftOutUnderQtest("falling back to KVM"));
  EXPECT_FALSE(IsLeftOutUnderQtest("falling back to 2  MiB."));
  EXPECT_FALSE(IsLeftOutUnderQtest("-accel x: invalid accelerator x"));
}

TEST(MessagesTest, MissingHelp) {
  EXPECT_TRUE(IsMissingHelp("-device foo,help: Device 'foo' not found"));
  EXPECT_TRUE(
      IsMissingHelp("-device pci-device,help: Parameter 'typename' expects a "
                    "non-abstract device type"));
  EXPECT_FALSE(IsMissingHelp("-device x: Bus 'foo' not found"));
  EXPECT_FALSE(IsMissingHelp("-device x: Device 'foo' can't go on PCI bus"));
}

TEST(MessagesTest, ClashesOverStreams) {
  EXPECT_TRUE(
      IsClashOverStreams("cannot use stdio by multiple character devices"));
  EXPECT_TRUE(IsClashOverStreams(
      "-serial stdio: cannot use stdio by multiple character devices"));
  EXPECT_TRUE(IsClashOverStreams("cannot use stdio with -daemonize"));
  EXPECT_FALSE(IsClashOverStreams("-mon chardev=x: chardev \"x\" not found"));
}

TEST(MessagesTest, SomeRefusalsHaveNoProgramName) {
  EXPECT_THAT(
      SplitMessages("qemu", "qemu: warning: w\nacpi-generic-initiator: bad\n"),
      ElementsAre("warning: w", "acpi-generic-initiator: bad"));
  EXPECT_THAT(
      SplitMessages("qemu",
                    "qemu: warning: w\nqemu: could not load PC BIOS 'f'\n"),
      ElementsAre("warning: w", "could not load PC BIOS 'f'"));
  EXPECT_THAT(SplitMessages("qemu-system-x86_64",
                            "qemu-system-x86_64: warning: w\n"
                            "qemu: could not load PC BIOS 'f'\n"),
              ElementsAre("warning: w", "qemu: could not load PC BIOS 'f'"));
}

TEST(MessagesTest, WhatTheHostLacks) {
  for (const char* text :
       {"\n(process:1): GLib-ERROR **: ../../../glib/gmem.c:169: "
        "failed to allocate 25276502016 bytes",
        "qemu: qemu_thread_create: Resource temporarily unavailable\n",
        "Unexpected error in aio_context_new() at ../../util/async.c:576:\n"
        "qemu-system-x86_64: Failed to initialize event notifier: Too many "
        "open "
        "files\n",
        "qemu-system-x86_64: error while loading shared libraries: "
        "libgio-2.0.so.0: failed to map segment from shared object\n",
        "qemu-system-x86_64: error while loading shared libraries: "
        "libpixman-1.so.0: cannot open shared object file: Error 24\n"}) {
    EXPECT_TRUE(LacksHostResources(text)) << text;
  }
  for (const char* text :
       {"", "qemu: -m 1: failed to allocate anything\n",
        "error while loading shared libraries: libx.so: cannot open shared "
        "object file: No such file or directory\n",
        "qemu: -numa Too many open files: Invalid parameter\n"}) {
    EXPECT_FALSE(LacksHostResources(text)) << text;
  }
}

TEST(MessagesTest, SanitizerReports) {
  EXPECT_EQ(FindSanitizerReport("qemu: warning: w\n"
                                "==12==ERROR: AddressSanitizer: heap-use\n"
                                "    #0 f\n"),
            "==12==ERROR: AddressSanitizer: heap-use");
  EXPECT_EQ(FindSanitizerReport("../a.c:12:3: runtime error: shift\n"),
            "../a.c:12:3: runtime error: shift");
  EXPECT_EQ(
      FindSanitizerReport("qemu: -m ==1==ERROR: AddressSanitizer: x: bad\n"
                          "qemu: -m a: runtime error: x: bad\n"),
      "");
}

TEST(MessagesTest, HostRefusals) {
  EXPECT_TRUE(IsHostRefusal("failed to create signalfd: Too many open files"));
  EXPECT_TRUE(IsHostRefusal(
      "cannot set up guest memory 'pc.ram': Cannot allocate memory"));
  EXPECT_TRUE(
      IsHostRefusal("cannot bind memory to host NUMA nodes: Invalid argument"));
  EXPECT_TRUE(IsHostRefusal(
      "Could not access KVM kernel module: No such file or directory"));
  EXPECT_TRUE(IsHostRefusal("qemu: could not load PC BIOS 'f'"));
  EXPECT_TRUE(IsHostRefusal("could not load PC BIOS 'f'"));
  EXPECT_TRUE(IsHostRefusal(
      "qemu: could not open kernel file 'f': No such file or directory"));
  EXPECT_FALSE(IsHostRefusal(
      "-readconfig f: Could not open 'f': No such file or directory"));
  EXPECT_FALSE(
      IsHostRefusal("-m x: Parameter 'Cannot allocate memory' is unexpected"));
}

TEST(MessagesTest, TablesThatWereCut) {
  EXPECT_TRUE(SaysThatItCutTables(
      "qemu-system-x86_64: warning: ACPI table size 97700 exceeds 8192 bytes, "
      "migration may not work\n"));
  EXPECT_FALSE(SaysThatItCutTables("qemu-system-x86_64: warning: old\n"));
}

}  // namespace
}  // namespace e820check
