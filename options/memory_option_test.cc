// SPDX-License-Identifier: Apache-2.0

#include "options/memory_option.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/address_range.h"
#include "options/keyval.h"

namespace e820check {
namespace {

// "ram/maxram/slots" in bytes, or the refusal's first line.
std::string Read(const std::vector<std::string>& m_options,
                 absl::string_view machine = "",
                 QemuVersion qemu = QemuVersion::k7_2) {
  std::vector<std::string> warnings;
  ValueTree tree;
  EXPECT_TRUE(ParseKeyval(machine, "type", tree).ok());
  MemoryOption option(qemu);
  absl::Status status;
  for (const std::string& text : m_options) {
    if (status.ok()) status = option.Take(text, warnings);
  }
  if (status.ok()) status = option.FoldInto(tree);
  if (status.ok()) {
    const auto memory = ReadMemoryProperty(
        tree, *tree.Find(ValueTree::kRoot, "memory"), qemu, warnings);
    if (memory.ok()) {
      return absl::StrCat(memory->ram_size_bytes, "/",
                          memory->maxram_size_bytes, "/", memory->slots);
    }
    status = memory.status();
  }
  const std::string message(status.message());
  return message.substr(0, message.find('\n'));
}

std::string Ram(uint64_t bytes) {
  return absl::StrCat(bytes, "/", bytes, "/0");
}

TEST(MemoryOptionTest, BareNumbersAreMebibytes) {
  EXPECT_EQ(Read({}), Ram(128 * kMiB));
  EXPECT_EQ(Read({"64"}), Ram(64 * kMiB));
  EXPECT_EQ(Read({"1.0"}), Ram(kMiB));
  EXPECT_EQ(Read({"1."}), Ram(8192));  // one byte: its last character is a dot
  EXPECT_EQ(Read({"size=64,size=32M"}), Ram(32 * kMiB));
  EXPECT_EQ(Read({"0"}), Ram(128 * kMiB));
  EXPECT_EQ(Read({"64", "0"}), Ram(128 * kMiB));
  EXPECT_EQ(Read({"0x40"}), Ram(64 * kMiB));
  EXPECT_EQ(Read({"0x40"}, "", QemuVersion::k11_1),
            "Parameter 'memory.size' expects size");
  EXPECT_EQ(Read({"18446744073709551615"}),
            "Parameter 'memory.size' expects size");
}

TEST(MemoryOptionTest, SizesAreRoundedUpAndWrap) {
  EXPECT_EQ(Read({"12288B"}), Ram(16384));
  EXPECT_EQ(Read({"18446744073709543424B"}), Ram(18446744073709543424u));
  EXPECT_EQ(Read({"18446744073709543425B"}), Ram(0));
  EXPECT_EQ(Read({}, "memory.size=64"), Ram(8192));
  EXPECT_EQ(Read({}, "memory.size=0"), Ram(0));
}

TEST(MemoryOptionTest, OverridesTheMachinesKeys) {
  EXPECT_EQ(Read({"32"}, "memory.size=64M,memory.max-size=64M,memory.slots=1"),
            absl::StrCat(32 * kMiB, "/", 64 * kMiB, "/1"));
  EXPECT_EQ(Read({"64,slots=1", "maxmem=1G"}),
            absl::StrCat(64 * kMiB, "/", kGiB, "/1"));
}

TEST(MemoryOptionTest, Refuses) {
  EXPECT_EQ(Read({"1Z"}),
            "Parameter 'size' expects a non-negative number below 2^64");
  EXPECT_EQ(Read({"-1"}, "", QemuVersion::k11_1),
            "Value '-1' is out of range for parameter 'size'");
  EXPECT_EQ(Read({"size=x,size=1"}),
            "Parameter 'size' expects a non-negative number below 2^64");
  EXPECT_EQ(Read({"64,SIZE=1"}), "Invalid parameter 'SIZE'");
  EXPECT_EQ(Read({"foo,id=1x"}), "Invalid parameter 'id'");
  EXPECT_EQ(Read({"64,slots=18446744073709551616"}),
            "Value '18446744073709551616' is too large for parameter 'slots'");
  EXPECT_EQ(Read({"64,noslots"}), "Parameter 'slots' expects a number");
  EXPECT_EQ(Read({"64,slots=0"}), "slots specified but no max-size");
  EXPECT_EQ(Read({"64,maxmem=128"}),
            "invalid value of maxmem: maximum memory size (0x80) must be at "
            "least the initial memory size (0x4000000)");
  EXPECT_EQ(Read({"64,maxmem=64M,slots=1"}),
            "invalid value of maxmem: memory slots were specified but maximum "
            "memory size (0x4000000) is equal to the initial memory size "
            "(0x4000000)");
  EXPECT_EQ(Read({}, "memory.foo=1"), "Parameter 'memory.foo' is unexpected");
  EXPECT_EQ(Read({}, "memory=1"), "Parameter 'memory' used inconsistently");
}

TEST(MemoryOptionTest, StopsAtHelp) {
  std::vector<std::string> warnings;
  MemoryOption option(QemuVersion::k7_2);
  EXPECT_TRUE(absl::IsAborted(option.Take("64,help,foo=1", warnings)));
}

}  // namespace
}  // namespace e820check
