// SPDX-License-Identifier: Apache-2.0

#include "hunt/harmless.h"

#include "gtest/gtest.h"

namespace e820check {
namespace {

bool MayRun(const CommandLineArgs& args) {
  const auto parsed = ParseCommandLine(args, {});
  return parsed.ok() && IsHarmless(args, *parsed, QemuVersion::k7_2);
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
  EXPECT_FALSE(MayRun({"-pidfile", "x"}));
  EXPECT_FALSE(MayRun({"-D", "log"}));
  EXPECT_FALSE(MayRun({"--D", "log"}));
  EXPECT_FALSE(MayRun({"-monitor", "tcp::1234,server"}));
  EXPECT_FALSE(MayRun({"-s"}));
  EXPECT_FALSE(MayRun({"-object", "secret,id=s,file=/etc/hostname"}));
  EXPECT_FALSE(MayRun({"-object", R"({"qom-type":"memory-backend-f\u0069le",)"
                                  R"("id":"m","size":1})"}));
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
