// SPDX-License-Identifier: Apache-2.0

#include "search/case_files.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "gtest/gtest.h"

namespace e820check {
namespace {

using Files = std::map<std::string, std::string>;

TEST(PrepareFilesTest, NamesWhatStandsInTheArguments) {
  const PreparedCase prepared = PrepareFiles(
      {"-readconfig", "data:[numa]\n", "-m", "data:x", "--readconfig",
       "data:", "-readconfig", "f", "-readconfig"});
  EXPECT_EQ(
      prepared.args,
      CommandLineArgs({"-readconfig", "config0", "-m", "data:x", "--readconfig",
                       "config1", "-readconfig", "f", "-readconfig"}));
  EXPECT_EQ(prepared.files, Files({{"config0", "[numa]\n"}, {"config1", ""}}));
}

TEST(RunFolderTest, HoldsTheFilesOfOneRun) {
  namespace fs = std::filesystem;
  const fs::path path = fs::path(testing::TempDir()) / "run_folder";
  {
    const RunFolder folder(path.string());
    ASSERT_EQ(folder.Fill({{"a", "1"}}), absl::OkStatus());
    std::ofstream(path / "left_behind") << "x";
    ASSERT_EQ(folder.Fill({{"b", "2"}}), absl::OkStatus());
    EXPECT_FALSE(fs::exists(path / "a"));
    EXPECT_FALSE(fs::exists(path / "left_behind"));
    std::string text;
    std::ifstream(path / "b") >> text;
    EXPECT_EQ(text, "2");
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_FALSE(RunFolder("/proc/none").Fill({}).ok());
}

}  // namespace
}  // namespace e820check
