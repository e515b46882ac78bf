// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/byte_coder.h"

#include <array>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "machine/address_range.h"

namespace e820check {
namespace {

constexpr uint64_t kUsual = 128 * kMiB;

uint64_t ReadSize(const std::string& bytes) {
  return ByteReader(bytes).Size(kUsual, 0);
}

std::string WriteSize(uint64_t size_bytes) {
  ByteWriter writer;
  writer.Size(kUsual, size_bytes);
  return std::move(writer).Take();
}

TEST(ByteCoderTest, BytesPastTheEndAreZeros) {
  ByteReader reader("\x01\x02");
  EXPECT_TRUE(reader.More());
  EXPECT_EQ(reader.Bytes(1, 9), 1u);
  EXPECT_EQ(reader.Bytes(8, 9), 2u);
  EXPECT_FALSE(reader.More());
  EXPECT_EQ(reader.Bytes(8, 9), 0u);
}

TEST(ByteCoderTest, SizeFormsMeanWhatTheirTableSays) {
  EXPECT_EQ(ReadSize(""), kUsual);
  EXPECT_EQ(ReadSize("\x01"), 4 * kKiB);
  EXPECT_EQ(ReadSize("\x1f"), UINT64_MAX - 8 * kKiB + 1);
  EXPECT_EQ(ReadSize("\x21\xff"), 640 * kKiB - 1);
  EXPECT_EQ(ReadSize("\x41\x01"), 644 * kKiB);
  EXPECT_EQ(ReadSize("\x61\x80"), 0u) << "stops at 0, not below";
  EXPECT_EQ(ReadSize("\x7e\x01"), UINT64_MAX) << "stops at the top";
  EXPECT_EQ(ReadSize("\x7f\x01"), UINT64_MAX) << "read as 7e";
  EXPECT_EQ(ReadSize("\x9e\x02"), 3 * kGiB);
  EXPECT_EQ(ReadSize("\xbf\xff"), UINT64_MAX);
  EXPECT_EQ(ReadSize("\xc0\x08\x07\x06\x05\x04\x03\x02\x01"),
            0x0102030405060708u);
}

TEST(ByteCoderTest, EverySizeIsWrittenAsItReads) {
  std::mt19937_64 random(1);
  std::vector<uint64_t> sizes = {0, 1, kUsual, UINT64_MAX};
  for (int i = 0; i < 20000; ++i) {
    std::string bytes;
    for (int b = 0; b < 9; ++b) bytes.push_back(static_cast<char>(random()));
    bytes[0] = static_cast<char>(i);
    sizes.push_back(ReadSize(bytes));
    sizes.push_back(random() >> (i % 64));
  }
  for (const uint64_t size : sizes) {
    ASSERT_EQ(ReadSize(WriteSize(size)), size) << WriteSize(size).size();
  }
}

TEST(ByteCoderTest, ShortFormsAreFound) {
  EXPECT_EQ(WriteSize(kUsual).size(), 1u);
  EXPECT_EQ(WriteSize(640 * kKiB).size(), 1u);
  EXPECT_EQ(WriteSize(4 * kGiB - 1).size(), 2u);
  EXPECT_EQ(WriteSize(4 * kGiB + 4 * kKiB).size(), 2u);
  EXPECT_EQ(WriteSize(200 * kGiB).size(), 2u);
  EXPECT_EQ(WriteSize(0x123456789).size(), 9u);
}

TEST(ByteCoderTest, ListsEndWithTheInput) {
  const auto read = [](const std::string& bytes) {
    ByteReader reader(bytes);
    return reader.List(100, std::vector<int>{}, [&](int& item) {
      item = reader.Byte(0);
      return item != 7;
    });
  };
  EXPECT_EQ(read("\x03\x05\x06\x08\x09"), (std::vector<int>{5, 6, 8}));
  EXPECT_EQ(read("\x64\x05\x06"), (std::vector<int>{5, 6}));
  EXPECT_EQ(read("\x03\x05\x07\x08"), (std::vector<int>{5, 8}));
  EXPECT_EQ(read(""), std::vector<int>{});
}

TEST(ByteCoderTest, TheFirstOfATableStandsForWhatIsNotInIt) {
  const std::array<int, 3> table = {10, 20, 30};
  ByteWriter writer;
  EXPECT_EQ(writer.OneOf(table, 30), 30);
  EXPECT_EQ(writer.OneOf(table, 40), 10);
  EXPECT_EQ(std::move(writer).Take(), std::string("\x02\x00", 2));
}

}  // namespace
}  // namespace e820check
