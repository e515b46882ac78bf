// SPDX-License-Identifier: Apache-2.0

#include "model/reader/scalars.h"

#include "gtest/gtest.h"

namespace e820check::reader {
namespace {

constexpr uint64_t kGibibyte = 1 << 30;

uint64_t Bytes(const char* text, QemuVersion qemu) {
  const SizeReading size = ReadSize(text, kByte, qemu);
  EXPECT_EQ(size.fault, Fault::kNone) << text;
  return size.bytes;
}

Fault FaultOf(const char* text, QemuVersion qemu) {
  return ReadSize(text, kByte, qemu).fault;
}

TEST(Sizes, AreTheSameInAllReleases) {
  for (const auto qemu : kReleases) {
    EXPECT_EQ(Bytes("\t +010", qemu), 10u);
    EXPECT_EQ(Bytes("1.5G", qemu), kGibibyte + kGibibyte / 2);
    EXPECT_EQ(Bytes("1.", qemu), 1u);
    EXPECT_EQ(Bytes("1.0B", qemu), 1u);
    EXPECT_EQ(Bytes("0.0005k", qemu), 1u);  // 0.512 of a byte
    EXPECT_EQ(Bytes("0x1b", qemu), 27u);
    EXPECT_EQ(Bytes("1e", qemu), uint64_t{1} << 60);
    EXPECT_EQ(FaultOf("1.5", qemu), Fault::kInvalid);
    EXPECT_EQ(FaultOf("64MB", qemu), Fault::kInvalid);
    EXPECT_EQ(FaultOf("0x", qemu), Fault::kInvalid);
    EXPECT_EQ(FaultOf("16E", qemu), Fault::kOutOfRange);
    EXPECT_EQ(FaultOf("18446744073709551616", qemu), Fault::kOutOfRange);
    EXPECT_EQ(FaultOf("18446744073709551616M", qemu), Fault::kInvalid);
  }
}

TEST(Sizes, DifferBetweenReleases) {
  constexpr auto kOld = QemuVersion::k7_2;
  constexpr auto kNew = QemuVersion::k11_1;
  EXPECT_EQ(FaultOf("-1", kOld), Fault::kInvalid);
  EXPECT_EQ(FaultOf("-1", kNew), Fault::kOutOfRange);
  EXPECT_EQ(FaultOf("-18446744073709551616", kOld), Fault::kOutOfRange);
  EXPECT_EQ(FaultOf(".5G", kOld), Fault::kInvalid);
  EXPECT_EQ(Bytes(".5G", kNew), kGibibyte / 2);
  EXPECT_EQ(Bytes("0x10k", kOld), 16384u);
  EXPECT_EQ(FaultOf("0x10k", kNew), Fault::kInvalid);
  EXPECT_EQ(Bytes("1.99999999999999999999k", kOld), 1024u);
  EXPECT_EQ(Bytes("1.99999999999999999999k", kNew), 2048u);
  EXPECT_EQ(Bytes("1.1e-400kM", kOld), 1u << 20);  // the 'k' is skipped
  EXPECT_EQ(FaultOf("1.1e-400", kOld), Fault::kAccident);
}

TEST(Sizes, AHexUnitIsSeenEvenIfTheTextIsInvalid) {
  EXPECT_TRUE(ReadSize("0x10kk", kByte, QemuVersion::k7_2).has_hex_unit);
  EXPECT_FALSE(ReadSize("0xkk", kByte, QemuVersion::k7_2).has_hex_unit);
  EXPECT_FALSE(ReadSize("0x10", kMebibyte, QemuVersion::k7_2).has_hex_unit);
}

TEST(Integers, HaveTheBasesOfC) {
  constexpr auto kOld = QemuVersion::k7_2;
  EXPECT_EQ(ReadUnsigned(" +017", kOld), 15u);
  EXPECT_EQ(ReadUnsigned("0Xff", kOld), 255u);
  EXPECT_EQ(ReadUnsigned("08", kOld), std::nullopt);
  EXPECT_EQ(ReadUnsigned("0x", kOld), std::nullopt);
  EXPECT_EQ(ReadUnsigned("-0", kOld), std::nullopt);
  EXPECT_EQ(ReadUnsigned("0b11", kOld), std::nullopt);
  EXPECT_EQ(ReadUnsigned("0b11", QemuVersion::k10_0), 3u);
  EXPECT_EQ(ReadSigned("-9223372036854775808", kOld), INT64_MIN);
  EXPECT_EQ(ReadSigned("9223372036854775808", kOld), std::nullopt);
  EXPECT_EQ(ReadWrapping("-18446744073709551615", kOld).value, 1u);
  EXPECT_EQ(ReadWrapping("18446744073709551616", kOld).fault,
            Fault::kOutOfRange);
  EXPECT_EQ(ReadWrapping("18446744073709551616x", kOld).fault, Fault::kInvalid);
}

TEST(Ranges, HaveUpTo65536Numbers) {
  constexpr auto kOld = QemuVersion::k7_2;
  EXPECT_EQ(ReadRange("7", kOld)->last, 7u);
  EXPECT_EQ(ReadRange("1- +3", kOld)->last, 3u);
  EXPECT_EQ(ReadRange("1-65536", kOld)->last, 65536u);
  for (const char* text : {"0-65536", "3-1", "1 -3", "1--3", "1-", "1-2-3"}) {
    EXPECT_FALSE(ReadRange(text, kOld).has_value()) << text;
  }
}

}  // namespace
}  // namespace e820check::reader
