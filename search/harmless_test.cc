// SPDX-License-Identifier: Apache-2.0

#include "search/harmless.h"

#include "gtest/gtest.h"

namespace e820check {
namespace {

bool MayRun(const CommandLineArgs& args) {
  const PreparedCase prepared = PrepareFiles(args);
  return IsHarmless(
      prepared,
      ParseCommandLine(prepared.args, {.read_file = ReaderOf(prepared)}),
      QemuVersion::k7_2);
}

TEST(HarmlessTest, MachinesAndMistakesMayRun) {
  EXPECT_TRUE(MayRun({}));
  EXPECT_TRUE(MayRun({"-m", "1G", "-numa", "node", "-S"}));
  EXPECT_TRUE(MayRun({"-m", "x", "-no-such-option"}));
  EXPECT_TRUE(MayRun({"-object", "memory-backend-ram,id=m,size=1T"}));
  EXPECT_TRUE(
      MayRun({"-object", "memory-backend-ram,id=m,size=1G,prealloc=x"}));
}

TEST(HarmlessTest, FilesMayNot) {
  EXPECT_FALSE(
      MayRun({"-object", "memory-backend-file,id=m,size=1M,mem-path=/tmp/x"}));
  EXPECT_FALSE(MayRun({"-mem-path", "/tmp"}));
  EXPECT_FALSE(MayRun({"-mem-path", "a\\u002fb"}));
  EXPECT_FALSE(MayRun({"-readconfig", "/etc/qemu.conf"}));
  EXPECT_FALSE(MayRun({"-readconfig", ".."}));
  EXPECT_FALSE(MayRun({"-readconfig",
                       "data:[object \"m\"]\nqom-type = "
                       "\"memory-backend-file\"\nsize = "
                       "\"1M\"\nmem-path = \"/x\"\n"}));
  EXPECT_FALSE(MayRun({"-pidfile", "x"}));
  EXPECT_FALSE(MayRun({"-D", "log"}));
  EXPECT_FALSE(MayRun({"--D", "log"}));
  EXPECT_FALSE(MayRun({"-monitor", "tcp::1234,server"}));
  EXPECT_FALSE(MayRun({"-s"}));
  EXPECT_FALSE(MayRun({"-object", "secret,id=s,file=/etc/hostname"}));
  EXPECT_FALSE(MayRun({"-object", R"({"qom-type":"memory-backend-f\u0069le",)"
                                  R"("id":"m","size":1})"}));
}

TEST(HarmlessTest, FilesOfTheWorkingDirectoryMay) {
  EXPECT_TRUE(
      MayRun({"-object", "memory-backend-file,id=m,size=1M,mem-path=x"}));
  EXPECT_TRUE(MayRun({"-mem-path", "x"}));
  EXPECT_TRUE(MayRun({"-readconfig", "x"}));
  EXPECT_TRUE(MayRun({"-readconfig", "data:[memory]\nsize = \"1G\"\n"}));
}

TEST(HarmlessTest, OfWhatIsNotCoveredOnlyAccidents) {
  EXPECT_FALSE(MayRun({"-device", "usb-kbd"}));
  EXPECT_FALSE(MayRun({"-preconfig"}));
  EXPECT_TRUE(MayRun({"-numa", "node", "-numa", "cpu,node-id=65535"}));
  EXPECT_FALSE(MayRun({"-object", "can-host-socketcan,id=s", "-object", "x"}));
  EXPECT_FALSE(MayRun({"-object", "secret,id=s,file=x", "-numa", "node",
                       "-numa", "cpu,node-id=65535"}));
}

TEST(HarmlessTest, MuchMemoryMayNotBeTouched) {
  EXPECT_TRUE(MayRun({"-m", "64M", "-object",
                      "memory-backend-ram,id=m,size=64M,prealloc=on"}));
  EXPECT_FALSE(MayRun(
      {"-m", "64M", "-object", "memory-backend-ram,id=m,size=2G,prealloc=on"}));
  EXPECT_FALSE(MayRun({"-m", "2G", "-mem-prealloc"}));
}

}  // namespace
}  // namespace e820check
