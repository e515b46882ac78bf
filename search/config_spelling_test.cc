// SPDX-License-Identifier: Apache-2.0

#include "search/config_spelling.h"

#include <map>

#include "gtest/gtest.h"
#include "options/command_line.h"
#include "search/case_files.h"

namespace e820check {
namespace {

TEST(ConfigSpellingTest, GroupsKeysAndIds) {
  // All choices are the simplest: everything moves.
  ListedChoices choices({});
  EXPECT_EQ(
      SpellAsConfigFile({"-m", "64,slots=2", "-object",
                         "memory-backend-ram,id=m0,size=64M,share", "-numa",
                         "node,memdev=m0,,x", "-object", "{}", "-S"},
                        choices),
      CommandLineArgs({"-readconfig",
                       R"(data:[memory]
  size = "64"
  slots = "2"
[object "m0"]
  qom-type = "memory-backend-ram"
  size = "64M"
  share = "on"
[numa]
  type = "node"
  memdev = "m0,x"
)",
                       "-object", "{}", "-S"}));
}

TEST(ConfigSpellingTest, TheMachineStaysTheSame) {
  const CommandLineArgs args = {"-machine", "q35",
                                "-m",       "1G,slots=2,maxmem=4G",
                                "-smp",     "2,sockets=2",
                                "-object",  "memory-backend-ram,id=a,size=1G",
                                "-numa",    "node,memdev=a,cpus=0-1"};
  const auto plain = ParseCommandLine(args, {});
  ASSERT_TRUE(plain.ok() && plain->accepted());
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SeededChoices choices(seed);
    const PreparedCase prepared =
        PrepareFiles(SpellAsConfigFile(args, choices));
    const auto moved =
        ParseCommandLine(prepared.args, {.read_file = ReaderOf(prepared)});
    ASSERT_TRUE(moved.ok()) << moved.status();
    EXPECT_EQ(moved->outcome, plain->outcome) << seed;
  }
}

}  // namespace
}  // namespace e820check
