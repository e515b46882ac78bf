// SPDX-License-Identifier: Apache-2.0

#include "search/seed_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SeedFilesTest : public ::testing::Test {
 protected:
  SeedFilesTest() {
    fs::remove_all(directory_);
    fs::create_directories(directory_ / "b" / "c");
    std::ofstream(directory_ / "a") << "-m\n1G\n";
    std::ofstream(directory_ / "b" / "c" / "d") << "-S\n";
  }
  ~SeedFilesTest() override { fs::remove_all(directory_); }

  SeedFiles Read(const fs::path& path) const {
    const absl::StatusOr<SeedFiles> seeds = ReadSeedFiles(path.string());
    EXPECT_TRUE(seeds.ok()) << seeds.status();
    return seeds.value_or(SeedFiles());
  }

  const fs::path directory_ =
      fs::path(testing::TempDir()) / "e820check_seed_files_test";
};

TEST_F(SeedFilesTest, DescendsInOrderOfPaths) {
  std::ofstream(directory_ / "z") << "";
  const SeedFiles seeds = Read(directory_);
  EXPECT_THAT(seeds.lines, ElementsAre(CommandLineArgs{"-m", "1G"},
                                       CommandLineArgs{"-S"}, IsEmpty()));
  EXPECT_THAT(seeds.left_out, IsEmpty());
}

TEST_F(SeedFilesTest, TakesASingleFile) {
  EXPECT_THAT(Read(directory_ / "a").lines,
              ElementsAre(CommandLineArgs{"-m", "1G"}));
}

TEST_F(SeedFilesTest, LeavesOutWhatIsNoFileOrTooLarge) {
  ASSERT_EQ(mkfifo((directory_ / "fifo").c_str(), 0600), 0);
  fs::create_symlink("/dev/zero", directory_ / "zero");
  fs::create_symlink("nowhere", directory_ / "dangling");
  fs::create_symlink(directory_, directory_ / "loop");
  fs::create_symlink("a", directory_ / "link");
  std::ofstream(directory_ / "huge") << std::string((1 << 20) + 1, 'x');
  const SeedFiles seeds = Read(directory_);
  EXPECT_THAT(seeds.lines,
              ElementsAre(CommandLineArgs{"-m", "1G"}, CommandLineArgs{"-S"},
                          CommandLineArgs{"-m", "1G"}));
  const auto said = [&](const char* name, const char* reason) {
    return absl::StrCat((directory_ / name).string(), ": ", reason);
  };
  EXPECT_THAT(seeds.left_out,
              testing::UnorderedElementsAre(
                  said("fifo", "not a file"), said("zero", "not a file"),
                  said("dangling", "No such file or directory"),
                  said("loop", "a link to a folder"),
                  said("huge", "more than 1048576 bytes")));
}

TEST_F(SeedFilesTest, LeavesOutWhatCannotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  fs::permissions(directory_ / "a", fs::perms::none);
  fs::permissions(directory_ / "b", fs::perms::none);
  const SeedFiles seeds = Read(directory_);
  EXPECT_EQ(seeds.left_out.size(), 2u);
  fs::permissions(directory_ / "b", fs::perms::owner_all);
}

TEST_F(SeedFilesTest, NamesWhatItCannotTake) {
  for (const fs::path& path : {directory_ / "nowhere", fs::path("/dev/zero")}) {
    const absl::StatusOr<SeedFiles> seeds = ReadSeedFiles(path.string());
    EXPECT_TRUE(absl::IsNotFound(seeds.status()));
    EXPECT_THAT(std::string(seeds.status().message()),
                testing::StartsWith(path.string() + ": "));
  }
}

}  // namespace
}  // namespace e820check
