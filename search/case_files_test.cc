// SPDX-License-Identifier: Apache-2.0

#include "search/case_files.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using Files = std::map<std::string, std::string>;
using ::testing::StartsWith;

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

namespace fs = std::filesystem;

class RunFolderTest : public ::testing::Test {
 protected:
  RunFolderTest() {
    fs::remove_all(directory_);
    fs::create_directories(directory_ / "other");
    std::ofstream(directory_ / "other" / "thesis") << "x";
  }
  ~RunFolderTest() override { fs::remove_all(directory_); }

  // Tries to use the folder, and leaves it.
  std::string Use() const {
    const RunFolder folder(path_.string());
    return std::string(folder.Fill({}).message());
  }

  const fs::path directory_ =
      fs::path(testing::TempDir()) / "e820check_run_folder_test";
  const fs::path path_ = directory_ / "run" / "0";
  const fs::path thesis_ = directory_ / "other" / "thesis";
};

TEST_F(RunFolderTest, HoldsTheFilesOfOneRun) {
  {
    const RunFolder folder(path_.string());
    const fs::path work = folder.working_directory();
    ASSERT_EQ(folder.Fill({{"a", "1"}}), absl::OkStatus());
    std::ofstream(work / "left_behind") << "x";
    fs::create_symlink(directory_ / "other", work / "link");
    ASSERT_EQ(folder.Fill({{"b", "2"}}), absl::OkStatus());
    EXPECT_FALSE(fs::exists(work / "a"));
    EXPECT_FALSE(fs::exists(work / "left_behind"));
    std::string text;
    std::ifstream(work / "b") >> text;
    EXPECT_EQ(text, "2");
    fs::create_symlink(directory_ / "other", work / "link");
  }
  EXPECT_FALSE(fs::exists(path_));
  EXPECT_TRUE(fs::exists(thesis_));
  EXPECT_FALSE(RunFolder("/proc/none").Fill({}).ok());
}

TEST_F(RunFolderTest, OtherFoldersStayAsTheyAre) {
  fs::create_directories(path_);
  std::ofstream(path_ / "thesis") << "x";
  EXPECT_THAT(Use(), StartsWith(path_.string() + ": no hunt made this"));
  EXPECT_TRUE(fs::exists(path_ / "thesis"));
}

TEST_F(RunFolderTest, LinksAreNotFollowed) {
  fs::create_directories(path_.parent_path());
  fs::create_symlink(directory_ / "other", path_);
  EXPECT_THAT(Use(), StartsWith(path_.string() + ": this is a link"));
  EXPECT_TRUE(fs::exists(thesis_));
  EXPECT_TRUE(fs::is_symlink(path_));
}

}  // namespace
}  // namespace e820check
