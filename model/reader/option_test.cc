// SPDX-License-Identifier: Apache-2.0

// One option of each kind, and each thing that recorded answers do not show.

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "model/reader/answer.h"
#include "model/reader/json.h"
#include "model/reader/keyval.h"
#include "model/reader/memory_option.h"
#include "model/reader/numa_option.h"
#include "model/reader/object_option.h"

namespace e820check::reader {
namespace {

constexpr Release k72{.qemu = QemuVersion::k7_2};
constexpr Release k111{.qemu = QemuVersion::k11_1};

TEST(NumaOption, HasValuesInVisitOrder) {
  EXPECT_EQ(ToString(ReadNumaOption(
                "node,cpus=4,memdev=a,,b,cpus=5-6,nodeid=0x1,mem=2", k72)),
            "accepted\n"
            "  type=node\n"
            "  nodeid=1\n"
            "  cpus=4-6\n"
            "  mem=2097152\n"
            "  memdev=\"a,b\"\n");
}

TEST(NumaOption, MemmapTypeIsOfADialect) {
  EXPECT_EQ(ReadNumaOption("node,memmap-type=spm", k72).refusal,
            "Invalid parameter 'memmap-type'");
  const Release dialect{.dialect = Dialect::kMemmapType};
  EXPECT_EQ(ReadNumaOption("node,memmap-type=x,memmap-type=spm", dialect)
                .values.back()
                .text,
            "spm");
  EXPECT_EQ(ReadNumaOption("node,initiator=x,memmap-type", dialect).refusal,
            "Parameter 'memmap-type' does not accept value 'on'");
}

TEST(NumaOption, MemTooLargeInMebibytes) {
  EXPECT_EQ(ReadNumaOption("node,mem=17592186044416", k72).values[1].text,
            "17592186044416");
  EXPECT_EQ(ReadNumaOption("node,mem=17592186044416", k111).refusal,
            "could not parse memory size '17592186044416': Numerical result "
            "out of range");
}

TEST(ObjectOption, OfJson) {
  EXPECT_EQ(
      ToString(ReadObjectOption("{'qom-type':'memory-backend-ram','id':'m0',"
                                "'size':-1,'host-nodes':[0,1,7]}",
                                k72)),
      "accepted\n"
      "  qom-type=\"memory-backend-ram\"\n"
      "  id=\"m0\"\n"
      "  host-nodes=0-1,7\n"
      "  size=18446744073709551615\n");
}

TEST(ObjectOption, ShmIsLaterThan72) {
  const char* text = "memory-backend-shm,id=m0,size=1M";
  EXPECT_EQ(ReadObjectOption(text, k72).verdict, Answer::Verdict::kOtherObject);
  EXPECT_EQ(ReadObjectOption(text, k111).verdict, Answer::Verdict::kAccepted);
}

TEST(MemoryOption, SizeGetsItsUnit) {
  Keyval memory;
  EXPECT_EQ(ReadMemoryOption("0x40,slots=1", k72, memory).values[0].text,
            "{ size=\"0x40M\" slots=\"1\"}");
  EXPECT_EQ(ReadMemoryProperty(memory, 0, k72).refusal,
            "slots specified but no max-size");
  EXPECT_EQ(ReadMemoryProperty(memory, 0, k111).refusal,
            "Parameter 'memory.size' expects size");
}

TEST(Keyval, ListsAreFoundAtTheEnd) {
  EXPECT_EQ(ToString(*ReadKeyval("q35,a.1=y,a.0=x,b.c=,,,b.d=z", "type")),
            "{ a=[ \"x\" \"y\"] b={ d=\"z\" c=\",\"} type=\"q35\"}");
  EXPECT_EQ(ReadKeyval("a.0=1,a.2=1", "").status().message(),
            "Parameter 'a.1' missing");
  EXPECT_EQ(ReadKeyval("a.b.0=1,a.b.c=1", "").status().message(),
            "Parameters 'a.b.*' used inconsistently");
}

std::string JsonRefusal(const std::string& text, QemuVersion qemu) {
  return std::string(ReadJson(text, qemu).status().message());
}

TEST(Json, PositionsAreOf111) {
  for (const auto old : {QemuVersion::k7_2, QemuVersion::k10_0}) {
    EXPECT_EQ(JsonRefusal("{1:%", old), "JSON parse error, stray '%'");
  }
  EXPECT_EQ(JsonRefusal("{1:%", QemuVersion::k11_1),
            "1:2: JSON parse error, expecting key");
  EXPECT_EQ(JsonRefusal("{\n\"a\":1", QemuVersion::k11_1),
            "2:7: JSON parse error, premature end of input");
}

TEST(Json, NestsTo1024) {
  const auto nested = [](size_t depth) {
    return absl::StrCat("{'a':", std::string(depth, '['),
                        std::string(depth, ']'), "}");
  };
  EXPECT_EQ(JsonRefusal(nested(1023), QemuVersion::k7_2), "");
  EXPECT_EQ(JsonRefusal(nested(1024), QemuVersion::k7_2),
            "JSON nesting depth limit exceeded");
}

}  // namespace
}  // namespace e820check::reader
