// SPDX-License-Identifier: Apache-2.0

#include "options/option_groups.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

// "group|id|key|value", or the refusal.
std::string Parse(absl::string_view text,
                  QemuVersion qemu = QemuVersion::k7_2) {
  const absl::StatusOr<Assignment> assignment = ParseAssignment(text, qemu);
  if (!assignment.ok()) return std::string(assignment.status().message());
  return absl::StrCat(assignment->group->name, "|", assignment->id, "|",
                      assignment->key, "|", assignment->value);
}

TEST(ParseAssignmentTest, HasFourParts) {
  EXPECT_EQ(Parse("numa.x.y=z"), "numa|x|y|z");
  EXPECT_EQ(Parse("device.a b.c.d=e=f,g"), "device|a b|c.d|e=f,g");
  EXPECT_EQ(Parse("memory.x.y="), "memory|x|y|");
  const std::string name(63, 'n');
  EXPECT_EQ(Parse(absl::StrCat("numa.", name, ".k=v")),
            absl::StrCat("numa|", name, "|k|v"));
}

TEST(ParseAssignmentTest, RefusesInQemusWords) {
  for (const char* text :
       {"", "a", "a.b", "a.b.c", ".b.c=d", "a..c=d", "a.b.=d", "numa=x.y.z"}) {
    EXPECT_EQ(Parse(text), absl::StrCat("can't parse: \"", text, "\""));
  }
  const std::string long_id =
      absl::StrCat("numa.", std::string(64, 'n'), ".k=v");
  EXPECT_EQ(Parse(long_id), absl::StrCat("can't parse: \"", long_id, "\""));
  EXPECT_EQ(Parse("foo.x.y=z"), "There is no option group 'foo'");
  EXPECT_EQ(Parse("numa .x.y=z"), "There is no option group 'numa '");
  EXPECT_EQ(Parse("object.x.y=z"), "-set is not supported with object");
}

TEST(ParseAssignmentTest, GroupsDependOnTheRelease) {
  EXPECT_EQ(Parse("audiodev.x.y=z"), "There is no option group 'audiodev'");
  EXPECT_EQ(Parse("audiodev.x.y=z", QemuVersion::k10_0),
            "-set is not supported with audiodev");
  EXPECT_EQ(Parse("run-with.x.y=z"), "There is no option group 'run-with'");
  EXPECT_EQ(Parse("run-with.x.y=z", QemuVersion::k11_1), "run-with|x|y|z");
}

}  // namespace
}  // namespace e820check
