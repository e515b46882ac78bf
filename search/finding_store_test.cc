// SPDX-License-Identifier: Apache-2.0

#include "search/finding_store.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class FindingStoreTest : public ::testing::Test {
 protected:
  FindingStoreTest() { fs::remove_all(directory_); }
  ~FindingStoreTest() override { fs::remove_all(directory_); }

  const fs::path directory_ =
      fs::path(testing::TempDir()) / "e820check_finding_store_test";
};

TEST_F(FindingStoreTest, KeepsFindingsByKindAndShape) {
  auto store = FindingStore::Open(directory_.string());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_FALSE(store->Has("crash", "signal #"));
  store->CountOne("crash", "signal #");
  const CommandLineArgs args = {"-m", "a\nb", ""};
  ASSERT_EQ(store->Save({.kind = "crash",
                         .shape = "signal #",
                         .args = args,
                         .reproducer = "qemu -m x",
                         .evidence = "died\n"}),
            absl::OkStatus());
  const fs::path folder =
      directory_ / "findings" / FindingStore::NameOf("crash", "signal #");
  EXPECT_EQ(Read(folder / "reproduce.sh"), "qemu -m x\n");
  EXPECT_EQ(Read(folder / "evidence.txt"), "died\n");
  EXPECT_EQ(Read(folder / "args"), std::string("-m\0a\nb\0\0", 8));

  EXPECT_EQ(store->CountsByKind(),
            (std::map<std::string, size_t>{{"crash", 1}}));

  const auto second = FindingStore::Open(directory_.string());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  store = absl::CancelledError("closed");
  const auto again = FindingStore::Open(directory_.string());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->Has("crash", "signal #"));
  EXPECT_FALSE(again->Has("crash", "hang"));
  EXPECT_FALSE(again->Has("verdict", "signal #"));
}

TEST_F(FindingStoreTest, PoolComesBackInOrder) {
  std::vector<CommandLineArgs> lines;
  lines.reserve(13);
  for (int i = 0; i < 12; ++i) lines.push_back({"-m", std::to_string(i), ""});
  lines.push_back({});
  {
    auto store = FindingStore::Open(directory_.string());
    ASSERT_TRUE(store.ok()) << store.status();
    for (const CommandLineArgs& line : lines) {
      ASSERT_EQ(store->SaveToPool(line), absl::OkStatus());
    }
  }
  auto store = FindingStore::Open(directory_.string());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(store->LoadPool(), lines);
  ASSERT_EQ(store->SaveToPool({"-S"}), absl::OkStatus());
  EXPECT_EQ(store->LoadPool().back(), CommandLineArgs{"-S"});
}

TEST_F(FindingStoreTest, CountsCasesOverRuns) {
  {
    auto store = FindingStore::Open(directory_.string());
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ(store->cases(), 0u);
    ASSERT_EQ(store->SaveCases(1234567), absl::OkStatus());
  }
  const auto store = FindingStore::Open(directory_.string());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(store->cases(), 1234567u);
}

// Numbers are not counted up to.
TEST_F(FindingStoreTest, PoolsMayHaveGaps) {
  ASSERT_TRUE(FindingStore::Open(directory_.string()).ok());
  for (const char* name : {"999999998", "18446744073709551615", "007", "x"}) {
    std::ofstream(directory_ / "pool" / name);
  }
  auto store = FindingStore::Open(directory_.string());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(store->LoadPool().size(), 1u);
  ASSERT_EQ(store->SaveToPool({"-S"}), absl::OkStatus());
  EXPECT_EQ(Read(directory_ / "pool" / "999999999"), std::string("-S\0", 3));
}

TEST_F(FindingStoreTest, RemembersSeeds) {
  const CommandLineArgs first = {"-m", "1G"};
  const CommandLineArgs second = {"-m", "1G", ""};
  {
    auto store = FindingStore::Open(directory_.string());
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_FALSE(store->HasSeed(first));
    ASSERT_EQ(store->SaveSeeds({first}), absl::OkStatus());
  }
  const auto store = FindingStore::Open(directory_.string());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(store->HasSeed(first));
  EXPECT_FALSE(store->HasSeed(second));
}

class ForeignFolderTest : public FindingStoreTest {
 protected:
  // What opening the folder says; it must not have changed anything.
  std::string Refusal() const {
    const auto before = Listing();
    const auto store = FindingStore::Open(directory_.string());
    EXPECT_EQ(store.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(Listing(), before);
    return std::string(store.status().message());
  }

  std::set<std::string> Listing() const {
    std::set<std::string> paths;
    for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
      paths.insert(entry.path().string());
    }
    return paths;
  }
};

TEST_F(ForeignFolderTest, IsRefused) {
  fs::create_directories(directory_ / "run" / "0");
  std::ofstream(directory_ / "run" / "0" / "thesis") << "x";
  EXPECT_EQ(Refusal(), directory_.string() +
                           ": no hunt made this folder, as it has no file "
                           ".e820check-hunt; name another, or an empty one");
}

TEST_F(ForeignFolderTest, OfAnEarlierVersionIsRefusedWithAdvice) {
  fs::create_directories(directory_ / "pool");
  fs::create_directories(directory_ / "findings");
  std::ofstream(directory_ / "cases") << "12\n";
  EXPECT_THAT(Refusal(),
              HasSubstr("if an earlier version did, and nothing in it is "
                        "yours, remove " +
                        (directory_ / "run").string() + " and say: touch " +
                        (directory_ / ".e820check-hunt").string()));
  std::ofstream(directory_ / ".e820check-hunt").close();
  const auto store = FindingStore::Open(directory_.string());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(store->cases(), 12u);
}

TEST_F(ForeignFolderTest, LinksInItAreRefused) {
  ASSERT_TRUE(FindingStore::Open(directory_.string()).ok());
  fs::create_directories(directory_ / "run");
  const fs::path elsewhere = directory_.string() + "_elsewhere";
  for (const char* part :
       {"run/0", "run", "pool/0", "pool", "findings/crash-00000000",
        "findings/.crash-00000000", "findings", "cases", "seeds", ".unfinished",
        ".lock", ".e820check-hunt"}) {
    const fs::path path = directory_ / part;
    fs::remove_all(path);
    fs::create_symlink(elsewhere, path);
    EXPECT_EQ(Refusal(), path.string() +
                             ": this is a link, and a hunt follows none; "
                             "remove it, or hunt elsewhere");
    fs::remove(path);
    if (path.extension() == ".e820check-hunt") std::ofstream{path};
  }
}

TEST_F(ForeignFolderTest, RunFoldersInItNeedTheMarkToo) {
  ASSERT_TRUE(FindingStore::Open(directory_.string()).ok());
  fs::create_directories(directory_ / "run" / "0");
  std::ofstream(directory_ / "run" / "0" / "thesis") << "x";
  EXPECT_THAT(Refusal(),
              testing::StartsWith((directory_ / "run" / "0").string() + ": "));
}

TEST_F(FindingStoreTest, NamesThePathThatFails) {
  std::ofstream(directory_) << "a file";
  const auto store = FindingStore::Open(directory_.string());
  ASSERT_FALSE(store.ok());
  EXPECT_THAT(std::string(store.status().message()),
              testing::StartsWith(directory_.string()));
}

}  // namespace
}  // namespace e820check
