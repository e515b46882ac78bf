// SPDX-License-Identifier: Apache-2.0

#include "options/visitor.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "options/json.h"
#include "options/keyval.h"

namespace e820check {
namespace {

struct Sample {
  std::optional<uint64_t> u16;
  std::optional<uint64_t> size;
  std::optional<bool> flag;
  std::optional<size_t> color;
  std::vector<CpuIndexRange> list;
  std::optional<int64_t> number;
  std::optional<std::string> text;
};

constexpr absl::string_view kColors[] = {"red", "green"};
constexpr Member<Sample> kSampleMembers[] = {
    {"u16", Presence::kOptional, AsUnsigned<Sample>{&Sample::u16, 16}},
    {"size", Presence::kRequired, AsSize<Sample>{&Sample::size}},
    {"flag", Presence::kOptional, AsBool<Sample>{&Sample::flag}},
    {"color", Presence::kOptional, AsEnum<Sample>{&Sample::color, kColors}},
    {"list", Presence::kOptional, AsUint16List<Sample>{&Sample::list}},
    {"number", Presence::kOptional, AsSigned<Sample>{&Sample::number},
     QemuVersion::k10_0},
    {"text", Presence::kOptional, AsString<Sample>{&Sample::text},
     QemuVersion::k7_2, Dialect::kMemmapType},
};

std::string VisitAll(RecordSource& source, Sample& sample,
                     const VisitContext& context = {}) {
  absl::Status status = Visit(kSampleMembers, context, source, sample);
  if (status.ok()) status = source.RefuseLeftovers();
  return std::string(status.message());
}

std::string FromOpts(absl::string_view text, Sample& sample,
                     const VisitContext& context = {}) {
  QemuOptsList list("test", "");
  std::vector<std::string> warnings;
  const QemuOptsBag bag = *list.Parse(text, warnings);
  QemuOptsSource source(bag, context.qemu, warnings);
  return VisitAll(source, sample, context);
}

std::string FromJson(absl::string_view text, Sample& sample) {
  const ValueTree tree = *ParseJsonObject(text, QemuVersion::k7_2);
  JsonSource source(tree, ValueTree::kRoot);
  return VisitAll(source, sample);
}

std::string FromKeyval(absl::string_view text, Sample& sample) {
  ValueTree tree;
  EXPECT_TRUE(ParseKeyval(text, "", tree).ok());
  std::vector<std::string> warnings;
  KeyvalSource source(tree, ValueTree::kRoot, "m.", QemuVersion::k7_2,
                      warnings);
  return VisitAll(source, sample);
}

TEST(VisitorTest, FillsTheRecord) {
  Sample sample;
  EXPECT_EQ(
      FromOpts("size=x,size=2K,flag=y,list=3,color=green,list=5-6", sample),
      "");
  EXPECT_EQ(sample.size, 2048u);
  EXPECT_EQ(sample.flag, true);
  EXPECT_EQ(sample.color, 1u);
  EXPECT_EQ(sample.list, (std::vector<CpuIndexRange>{{3, 3}, {5, 6}}));
  EXPECT_EQ(sample.u16, std::nullopt);
}

TEST(VisitorTest, RefusesInTheWordsOfEachSyntax) {
  const struct {
    std::string (*parse)(absl::string_view, Sample&);
    const char* text;
    const char* refusal;
  } kCases[] = {
      // The table's order decides, not the text's; leftovers come last.
      {[](auto t, Sample& s) { return FromOpts(t, s); }, "zed=1,size=x,u16=x",
       "Parameter 'u16' expects a uint64 value"},
      {[](auto t, Sample& s) { return FromOpts(t, s); }, "u16=65536",
       "Parameter 'u16' expects uint16_t"},
      {[](auto t, Sample& s) { return FromOpts(t, s); }, "zed=1",
       "Parameter 'size' is missing"},
      {[](auto t, Sample& s) { return FromOpts(t, s); }, "size=-1",
       "Parameter 'size' expects a size value"},
      {[](auto t, Sample& s) { return FromOpts(t, s); }, "size=1,flag=1",
       "Parameter 'flag' expects 'on' or 'off'"},
      {[](auto t, Sample& s) { return FromOpts(t, s); }, "size=1,color=Red",
       "Parameter 'color' does not accept value 'Red'"},
      {[](auto t, Sample& s) { return FromOpts(t, s); }, "size=1,list=3-1",
       "Parameter 'list' expects a uint64 value or range"},
      {[](auto t, Sample& s) { return FromOpts(t, s); },
       "size=1,list=65535-65536", "Parameter 'null' expects uint16_t"},
      {[](auto t, Sample& s) { return FromOpts(t, s); }, "size=1,zed=1",
       "Invalid parameter 'zed'"},
      {[](auto t, Sample& s) { return FromOpts(t, s); }, "size=1,id=x",
       "Invalid parameter 'id'"},
      {FromJson, "{'size':-1,'u16':-1}", "Parameter 'u16' expects uint16_t"},
      {FromJson, "{'size':'1'}", "Parameter 'size' expects uint64"},
      {FromJson, "{'size':1,'flag':'on'}",
       "Invalid parameter type for 'flag', expected: boolean"},
      {FromJson, "{'size':1,'color':1}",
       "Invalid parameter type for 'color', expected: string"},
      {FromJson, "{'size':1,'list':[0,'a']}",
       "Parameter 'list[1]' expects uint64"},
      {FromJson, "{'size':1,'list':0}",
       "Invalid parameter type for 'list', expected: array"},
      {FromJson, "{'size':1,'zed':1}", "Parameter 'zed' is unexpected"},
      {FromKeyval, "size=x", "Parameter 'm.size' expects size"},
      {FromKeyval, "size.x=1", "Parameters 'm.size.*' are unexpected"},
      {FromKeyval, "u16=x", "Parameter 'm.u16' expects integer"},
      {FromKeyval, "flag=on", "Parameter 'm.size' is missing"},
      {FromKeyval, "size=1,color=x",
       "Parameter 'color' does not accept value 'x'"},
      {FromKeyval, "size=1,zed=1", "Parameter 'm.zed' is unexpected"},
  };
  for (const auto& c : kCases) {
    Sample sample;
    EXPECT_EQ(c.parse(c.text, sample), c.refusal) << c.text;
  }
}

TEST(VisitorTest, NegativeJsonSizesWrap) {
  Sample sample;
  EXPECT_EQ(FromJson("{'size':-1}", sample), "");
  EXPECT_EQ(sample.size, UINT64_MAX);
}

TEST(VisitorTest, MembersBelongToVersionsAndDialects) {
  Sample sample;
  EXPECT_EQ(FromOpts("size=1,number=-1", sample), "Invalid parameter 'number'");
  EXPECT_EQ(FromOpts("size=1,number=-1", sample, {.qemu = QemuVersion::k11_1}),
            "");
  EXPECT_EQ(FromOpts("size=1,text=x", sample), "Invalid parameter 'text'");
  EXPECT_EQ(
      FromOpts("size=1,text=x", sample, {.dialect = Dialect::kMemmapType}), "");
  EXPECT_EQ(sample.text, "x");
}

}  // namespace
}  // namespace e820check
