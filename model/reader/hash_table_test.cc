// SPDX-License-Identifier: Apache-2.0

#include "model/reader/hash_table.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check::reader {
namespace {

using testing::ElementsAre;

std::vector<std::string> InOrder(const std::vector<std::string>& keys) {
  std::vector<std::string> ordered;
  for (const size_t i : QDictOrder(keys)) ordered.push_back(keys[i]);
  return ordered;
}

// As the specification lists them.
TEST(QDictOrder, IsThatOfTheBuckets) {
  EXPECT_THAT(InOrder({"mem-merge", "smp", "memory", "hmat", "graphics",
                       "sgx-epc", "nvdimm"}),
              ElementsAre("hmat", "nvdimm", "smp", "memory", "sgx-epc",
                          "graphics", "mem-merge"));
  EXPECT_THAT(InOrder({"align", "size", "policy", "share", "host-nodes"}),
              ElementsAre("share", "host-nodes", "size", "policy", "align"));
}

std::string FirstOf(const std::vector<std::string>& keys,
                    const std::vector<std::string>& removed) {
  HashTable table;
  for (const std::string& key : keys) table.Insert(key);
  for (const std::string& key : removed) table.Remove(key);
  return table.First().value_or("");
}

// What QEMU 7.2 says to -numa node with these keys: it has grown the table, and
// made it smaller again as it took keys out.
TEST(HashTable, NamesTheKeyThatQemuNames) {
  EXPECT_EQ(FirstOf({"type", "zebra", "apple"}, {"type"}), "zebra");
  EXPECT_EQ(FirstOf({"type", "x0", "x1", "x2", "x3", "x4", "x5"}, {"type"}),
            "x4");
  EXPECT_EQ(
      FirstOf({"type", "x0", "x1", "x2", "x3", "x4", "x5", "x6"}, {"type"}),
      "x6");
  EXPECT_EQ(FirstOf({"type", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
                     "k", "l", "m", "n", "o", "p", "q"},
                    {"type"}),
            "i");
  EXPECT_EQ(FirstOf({"type", "nodeid", "mem", "memdev", "initiator", "cpus",
                     "a", "b", "c"},
                    {"type", "nodeid", "cpus", "mem", "memdev", "initiator"}),
            "b");
  std::vector<std::string> many = {"type"};
  for (int i = 0; i < 200; ++i) many.push_back(absl::StrCat("key", i));
  EXPECT_EQ(FirstOf(many, {"type"}), "key102");
}

TEST(HashTable, GrowsAndShrinks) {
  std::vector<std::string> keys;
  HashTable table;
  for (int i = 0; i < 200; ++i) {
    keys.push_back(absl::StrCat("k", i));
    table.Insert(keys.back());
    table.Insert(keys.front());  // changes nothing
  }
  for (const std::string& key : keys) {
    EXPECT_TRUE(table.First().has_value());
    table.Remove(key);
  }
  EXPECT_FALSE(table.First().has_value());
}

}  // namespace
}  // namespace e820check::reader
