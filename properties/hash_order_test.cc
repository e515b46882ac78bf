// SPDX-License-Identifier: Apache-2.0

// Verify that all hash tables of this project walk their keys as GLib 2.74,
// that of QEMU 7.2 on Debian 12, does: its g_hash_table_iter_next() gave what
// is recorded here for the keys k0, k1, ..., inserted in that order. The
// numbers of keys take each size of the table, up to the last key before it
// grows.

#include "options/hash_order.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "model/qom_order.h"
#include "model/reader/hash_table.h"
#include "rangetree/qom_order.h"

namespace e820check {
namespace {

struct Walk {
  size_t keys;
  absl::string_view first;
  absl::string_view last;
  uint64_t digest;  // FNV-1a of the keys, a blank after each
};

constexpr Walk kWalks[] = {
    {1, "k0", "k0", 0x3d15051935c1c72a},
    {5, "k1", "k4", 0x8cd7e7a7fe87bc7c},
    {7, "k6", "k4", 0x8e02d3ac694175a7},
    {8, "k6", "k0", 0x3ef2e94a7c726d83},
    {14, "k6", "k12", 0x1fc64d5d71c82a42},
    {15, "k6", "k12", 0xe21ed7aef50afafa},
    {29, "k7", "k24", 0xdd16ca648807b26c},
    {30, "k7", "k24", 0xa2d084e2b99f5990},
    {58, "k4", "k53", 0x9db6e8fcc760e15e},
    {59, "k4", "k53", 0x3a37e654d21e832e},
    {115, "k86", "k16", 0x25d5bba925768229},
    {116, "k86", "k16", 0x54bcb9c56b9f2b61},
    {230, "k40", "k216", 0xeacae0040133a440},
    {231, "k40", "k216", 0xb9b3e321ae231224},
    {470, "k7", "k358", 0x79f3f31736d367b0},
    {940, "k793", "k846", 0xbc6eb7252743bbaf},
    {1880, "k997", "k1878", 0x4244ed6ce0664201},
    {3770, "k3649", "k2600", 0x51e00d8b386940aa},
    {7600, "k724", "k3473", 0x49055171732dbe35},
    {15300, "k13661", "k5456", 0xef02c979d61d0971},
    {30700, "k11331", "k28697", 0x4145acbcb80f6669},
    {61500, "k3316", "k42169", 0xa92bcab2f09fff05},
};
// Of sizes that only the tables of the fast side know.
constexpr Walk kLargeWalks[] = {
    {123000, "k113034", "k122594", 0x88ed681971e40265},
    {200000, "k104568", "k192877", 0x319fbcd57659abd3},
};

std::vector<std::string> Keys(size_t count) {
  std::vector<std::string> keys;
  for (size_t i = 0; i < count; ++i) keys.push_back(absl::StrCat("k", i));
  return keys;
}

uint64_t DigestOf(const std::vector<std::string>& keys) {
  uint64_t digest = 0xcbf29ce484222325;
  const auto add = [&digest](char c) {
    digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  };
  for (const std::string& key : keys) {
    for (const char c : key) add(c);
    add(' ');
  }
  return digest;
}

void ExpectWalk(const Walk& expected, const std::vector<std::string>& actual) {
  ASSERT_EQ(expected.keys, actual.size());
  EXPECT_EQ(expected.first, actual.front());
  EXPECT_EQ(expected.last, actual.back());
  EXPECT_EQ(expected.digest, DigestOf(actual)) << expected.keys << " keys";
}

void ExpectRangeTreeWalk(const Walk& expected) {
  const std::vector<std::string> keys = Keys(expected.keys);
  std::vector<std::string> actual;
  for (const uint32_t i : VisitingOrder(keys)) actual.push_back(keys[i]);
  ExpectWalk(expected, actual);
}

TEST(HashOrderTest, ModelWalksAsGlib) {
  for (const Walk& walk : kWalks) {
    ExpectWalk(walk, model::HashTableOrder(Keys(walk.keys)));
  }
}

TEST(HashOrderTest, RangeTreeWalksAsGlib) {
  for (const Walk& walk : kWalks) ExpectRangeTreeWalk(walk);
  for (const Walk& walk : kLargeWalks) ExpectRangeTreeWalk(walk);
}

template <typename Table>
void ExpectFirst(const Walk& expected) {
  const std::vector<std::string> keys = Keys(expected.keys);
  Table table;
  for (const std::string& key : keys) table.Insert(key);
  EXPECT_EQ(table.First(), expected.first) << expected.keys << " keys";
}

TEST(HashOrderTest, BothReadersBeginAsGlib) {
  for (const Walk& walk : kWalks) {
    ExpectFirst<GlibTable>(walk);
    ExpectFirst<reader::HashTable>(walk);
  }
  for (const Walk& walk : kLargeWalks) ExpectFirst<GlibTable>(walk);
}

// Which key comes first once those with even numbers are removed, from 0 up;
// and then those with odd numbers below 7/8 of all.
struct Removal {
  size_t keys;
  absl::string_view first_of_odd;
  absl::string_view first_of_rest;
};

constexpr Removal kRemovals[] = {
    {14, "k5", "k13"},           {29, "k7", "k27"},
    {58, "k45", "k53"},          {116, "k103", "k113"},
    {231, "k85", "k211"},        {470, "k7", "k425"},
    {1880, "k997", "k1873"},     {15300, "k13661", "k14619"},
    {61500, "k30237", "k54707"}, {200000, "k32229", "k176363"},
};

TEST(HashOrderTest, RemovalShrinksTheTableAsGlibDoes) {
  for (const Removal& expected : kRemovals) {
    const std::vector<std::string> keys = Keys(expected.keys);
    GlibTable table;
    for (const std::string& key : keys) table.Insert(key);
    for (size_t i = 0; i < keys.size(); i += 2) table.Erase(keys[i]);
    EXPECT_EQ(table.First(), expected.first_of_odd) << keys.size() << " keys";
    const size_t end = keys.size() - keys.size() / 8;
    for (size_t i = 1; i < end; i += 2) table.Erase(keys[i]);
    EXPECT_EQ(table.First(), expected.first_of_rest) << keys.size() << " keys";
  }
}

}  // namespace
}  // namespace e820check
