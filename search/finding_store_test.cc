// SPDX-License-Identifier: Apache-2.0

#include "search/finding_store.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;

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
  const auto pool = store->LoadPool();
  ASSERT_TRUE(pool.ok()) << pool.status();
  EXPECT_EQ(*pool, lines);
  ASSERT_EQ(store->SaveToPool({"-S"}), absl::OkStatus());
  EXPECT_EQ(store->LoadPool()->back(), CommandLineArgs{"-S"});
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

TEST_F(FindingStoreTest, NamesThePathThatFails) {
  std::ofstream(directory_) << "a file";
  const auto store = FindingStore::Open(directory_.string());
  ASSERT_FALSE(store.ok());
  EXPECT_THAT(std::string(store.status().message()),
              testing::StartsWith(directory_.string()));
}

}  // namespace
}  // namespace e820check
