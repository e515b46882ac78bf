// SPDX-License-Identifier: Apache-2.0

#include "options/qemu_opts.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

// "key=value;key=value" of a text with the implied key "type".
std::string Items(absl::string_view text) {
  std::vector<std::string> items;
  QemuOptsReader reader(text, "type");
  while (const auto opt = reader.Next()) {
    items.push_back(absl::StrCat(opt->key, "=", opt->value));
  }
  return absl::StrJoin(items, ";");
}

TEST(QemuOptsReaderTest, SplitsItems) {
  EXPECT_EQ(Items(""), "");
  EXPECT_EQ(Items("node,a=1,b=2"), "type=node;a=1;b=2");
  EXPECT_EQ(Items("node,"), "type=node");
  EXPECT_EQ(Items(","), "type=");
  EXPECT_EQ(Items("node,,a=1"), "type=node,a=1");
  EXPECT_EQ(Items("a=1,,2,b=x,,"), "a=1,2;b=x,");
  EXPECT_EQ(Items("a==b"), "a==b");
  EXPECT_EQ(Items("="), "=");
  EXPECT_EQ(Items("help"), "type=help");
}

TEST(QemuOptsReaderTest, FlagsLoseALeadingNo) {
  EXPECT_EQ(Items("x,foo,nofoo"), "type=x;foo=on;foo=off");
  EXPECT_EQ(Items("x,nodeid"), "type=x;deid=off");
  EXPECT_EQ(Items("x,no"), "type=x;=off");
}

TEST(QemuOptsReaderTest, FlagsAreDeprecated) {
  const auto warning = [](absl::string_view text) {
    return FlagWarning(*QemuOptsReader(text, "").Next()).value_or("none");
  };
  EXPECT_EQ(warning("nofoo"),
            "warning: short-form boolean option 'nofoo' deprecated\n"
            "Please use foo=off instead");
  EXPECT_THAT(warning("delay"), testing::HasSubstr("use nodelay=off instead"));
  EXPECT_THAT(warning("nodelay"), testing::HasSubstr("use nodelay=on instead"));
  EXPECT_EQ(warning("help"), "none");
  EXPECT_EQ(warning("?"), "none");
  EXPECT_EQ(warning("foo=on"), "none");
}

TEST(FindIdTest, TakesTheFirstWithoutImpliedKey) {
  EXPECT_EQ(FindId("node,id=a,id=b"), "a");
  EXPECT_EQ(FindId("id,size=1"), "on");
  EXPECT_EQ(FindId("x,noid"), "off");
  EXPECT_EQ(FindId("x=1,,id=5"), std::nullopt);
  EXPECT_EQ(FindId("node"), std::nullopt);
}

TEST(QemuOptsListTest, ChecksIdsOnly) {
  QemuOptsList list("object", "qom-type");
  std::vector<std::string> warnings;
  const auto bag = list.Parse("ram,id=m,size=1,size=2", warnings);
  ASSERT_TRUE(bag.ok());
  EXPECT_EQ(bag->id, "m");
  EXPECT_EQ(*bag->Find("size"), "2");
  EXPECT_EQ(bag->Find("id"), nullptr);
  EXPECT_EQ(list.Parse("x,id=m", warnings).status().message(),
            "Duplicate ID 'm' for object");
  EXPECT_EQ(list.Parse("x,id=", warnings).status(), RefuseId());
  EXPECT_TRUE(warnings.empty());
}

}  // namespace
}  // namespace e820check
