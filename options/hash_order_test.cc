// SPDX-License-Identifier: Apache-2.0

#include "options/hash_order.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace e820check {
namespace {

std::string FirstOf(const std::vector<std::string>& keys,
                    const std::vector<std::string>& erased = {}) {
  GlibTable table;
  for (const std::string& key : keys) table.Insert(key);
  for (const std::string& key : erased) table.Erase(key);
  return std::string(table.First().value_or("none"));
}

// Each line: what 7.2 names when "-numa node" has these keys besides.
TEST(GlibTableTest, FirstIsWhatQemuNames) {
  const auto named = [](std::vector<std::string> keys) {
    keys.insert(keys.begin(), "type");
    return FirstOf(keys, {"type"});
  };
  EXPECT_EQ(named({"zed", "foo"}), "zed");
  EXPECT_EQ(named({"foo", "bar"}), "bar");
  EXPECT_EQ(named({"k2", "k3"}), "k3");
  EXPECT_EQ(named({"alpha", "beta"}), "alpha");
}

TEST(GlibTableTest, GrowsAndShrinksAsGlibDoes) {
  EXPECT_EQ(FirstOf({"type", "a", "b", "c", "d", "e", "f", "g"}, {"type"}),
            "b");
  EXPECT_EQ(FirstOf({"type", "a", "b", "c", "d", "e", "f", "g", "h"}, {"type"}),
            "b");
  const std::vector<std::string> known = {"type", "nodeid", "cpus",
                                          "mem",  "memdev", "initiator"};
  EXPECT_EQ(FirstOf({"type", "h", "nodeid", "cpus", "mem", "memdev",
                     "initiator", "zed", "foo"},
                    known),
            "zed");
  EXPECT_EQ(FirstOf({"type", "x1", "nodeid", "cpus", "mem", "memdev",
                     "initiator", "zed", "foo"},
                    known),
            "x1");
}

TEST(GlibTableTest, RepeatedAndUnknownKeysChangeNothing) {
  EXPECT_EQ(FirstOf({"foo", "foo"}, {"foo"}), "none");
  EXPECT_EQ(FirstOf({"foo"}, {"bar"}), "foo");
}

TEST(GlibTableTest, HoldsManyKeys) {
  std::vector<std::string> keys;
  keys.reserve(5000);
  for (int i = 0; i < 5000; ++i) keys.push_back(std::to_string(i));
  EXPECT_EQ(FirstOf(keys, keys), "none");
}

// doc/spec/qemu-options.md 3.7.
TEST(QDictBucketTest, HasTheRecordedBuckets) {
  const struct {
    const char* key;
    uint32_t bucket;
  } kCases[] = {
      {"hmat", 37},     {"nvdimm", 111},
      {"smp", 153},     {"memory", 172},
      {"sgx-epc", 205}, {"max-ram-below-4g", 454},
      {"share", 3},     {"prealloc-context", 21},
      {"size", 318},    {"discard-data", 477},
  };
  for (const auto& c : kCases) EXPECT_EQ(QDictBucket(c.key), c.bucket) << c.key;
}

}  // namespace
}  // namespace e820check
