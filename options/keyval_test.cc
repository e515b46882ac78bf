// SPDX-License-Identifier: Apache-2.0

#include "options/keyval.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

// The tree as "{key:{key:value},key:[value]}", or the refusal.
std::string Print(const ValueTree& tree, uint32_t index) {
  const Value& value = tree[index];
  if (value.kind == Value::Kind::kString) return value.text;
  std::string text;
  if (value.kind == Value::Kind::kList) {
    for (const uint32_t e : value.elements) {
      absl::StrAppend(&text, text.empty() ? "" : ",", Print(tree, e));
    }
    return absl::StrCat("[", text, "]");
  }
  for (const auto& [key, member] : value.members) {
    absl::StrAppend(&text, text.empty() ? "" : ",", key, ":",
                    Print(tree, member));
  }
  return absl::StrCat("{", text, "}");
}

std::string Parse(const std::vector<std::string>& texts) {
  ValueTree tree;
  for (const std::string& text : texts) {
    const absl::StatusOr<bool> help = ParseKeyval(text, "type", tree);
    if (!help.ok()) return std::string(help.status().message());
    if (*help) return "help";
  }
  return Print(tree, ValueTree::kRoot);
}

TEST(KeyvalTest, BuildsATree) {
  EXPECT_EQ(Parse({""}), "{}");
  EXPECT_EQ(Parse({"pc,a=1,b.c=2,b.d=x,,y,"}), "{a:1,b:{c:2,d:x,y},type:pc}");
  EXPECT_EQ(Parse({"q35,type=pc", "a=1", "a=2"}), "{a:2,type:pc}");
  EXPECT_EQ(Parse({"s.0.m=x,s.1.m=y"}), "{s:[{m:x},{m:y}]}");
  EXPECT_EQ(Parse({"__org.qemu_foo=1"}), "{__org.qemu_foo:1}");
  EXPECT_EQ(Parse({"{\"type\":\"q35\"}"}), "{type:{\"type\":\"q35\"}}");
}

TEST(KeyvalTest, HelpIsAWholeItem) {
  EXPECT_EQ(Parse({"q35,help"}), "help");
  EXPECT_EQ(Parse({"?"}), "help");
  EXPECT_EQ(Parse({"help=1"}), "{help:1}");
  EXPECT_EQ(Parse({"help,q35"}), "Expected '=' after parameter 'q35'");
}

TEST(KeyvalTest, RefusesInQemusWords) {
  const std::string a127(127, 'a');
  const std::string a128(128, 'a');
  const struct {
    std::vector<std::string> texts;
    std::string refusal;
  } kCases[] = {
      {{",pc"}, "Invalid parameter ''"},
      {{"pc,,"}, "Invalid parameter ''"},
      {{"="}, "Invalid parameter ''"},
      {{"hm at=on"}, "Invalid parameter 'hm at'"},
      {{"a..b=1"}, "Invalid parameter 'a..b'"},
      {{"memory.=1"}, "Invalid parameter 'memory.'"},
      {{"a.1b=1"}, "Invalid parameter 'a.1b'"},
      {{"0=1"}, "Invalid parameter '0'"},
      {{"__org.qemu=1"}, "Invalid parameter '__org.qemu'"},
      {{a127 + "=1"}, "{" + a127 + ":1}"},
      {{a128 + "=1"}, "Parameter '" + a128 + "' is too long"},
      {{"b." + a128 + "=1"}, "Parameter fragment '" + a128 + "' is too long"},
      {{"m=1,m.size=2"}, "Parameters 'm.*' used inconsistently"},
      {{"m.size=1", "m=2"}, "Parameters 'm.*' used inconsistently"},
      {{"m.size=1,m.0=1"}, "Parameters 'm.*' used inconsistently"},
      {{"m.1=1"}, "Parameter 'm.0' missing"},
      {{"m.0=1,m.2=1"}, "Parameter 'm.1' missing"},
      {{"m.99999999999999999999=1"}, "Parameter 'm.0' missing"},
      {{"m.0=1", "m.1=1"}, "Parameters 'm.*' used inconsistently"},
      {{"pc,foo"}, "Expected '=' after parameter 'foo'"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Parse(c.texts), c.refusal);
}

TEST(KeyvalTest, DepthCostsNoStack) {
  std::string text = "a";
  for (int i = 0; i < 200000; ++i) text += ".a";
  ValueTree tree;
  EXPECT_TRUE(ParseKeyval(text + ".0=1", "", tree).ok());
  ValueTree target;
  EXPECT_TRUE(MergeKeyval("smp", tree, target).ok());
}

std::string Merge(absl::string_view machine, absl::string_view smp) {
  ValueTree target;
  ValueTree source;
  EXPECT_TRUE(ParseKeyval(machine, "type", target).ok());
  EXPECT_TRUE(ParseKeyval(smp, "cpus", source).ok());
  const absl::Status merged = MergeKeyval("smp", source, target);
  return merged.ok() ? Print(target, ValueTree::kRoot)
                     : std::string(merged.message());
}

TEST(MergeKeyvalTest, SourceWinsAndKindsMustAgree) {
  EXPECT_EQ(Merge("pc", "2"), "{smp:{cpus:2},type:pc}");
  EXPECT_EQ(Merge("pc", ""), "{smp:{},type:pc}");
  EXPECT_EQ(Merge("smp.cpus=1,smp.dies=2", "4"), "{smp:{cpus:4,dies:2}}");
  EXPECT_EQ(Merge("smp.a.b=1", "a.c.d=2"), "{smp:{a:{b:1,c:{d:2}}}}");
  EXPECT_EQ(Merge("smp=1", "2"), "Parameter 'smp' used inconsistently");
  EXPECT_EQ(Merge("smp.cpus=2", "cpus.x=1"),
            "Parameter 'smp.cpus' used inconsistently");
}

// "b" and "drawers" are in one bucket of a QDict.
TEST(MergeKeyvalTest, ANewDictKeepsItsOrder) {
  const auto first_key = [](absl::string_view machine) {
    ValueTree target;
    ValueTree source;
    EXPECT_TRUE(ParseKeyval(machine, "type", target).ok());
    EXPECT_TRUE(ParseKeyval("b=1,drawers=1", "cpus", source).ok());
    EXPECT_EQ(source.QDictOrder(ValueTree::kRoot)[0].key, "drawers");
    EXPECT_TRUE(MergeKeyval("smp", source, target).ok());
    const uint32_t smp = *target.Find(ValueTree::kRoot, "smp");
    return std::string(target.QDictOrder(smp)[0].key);
  };
  EXPECT_EQ(first_key("pc"), "drawers");
  EXPECT_EQ(first_key("smp.c=1"), "b");
}

}  // namespace
}  // namespace e820check
