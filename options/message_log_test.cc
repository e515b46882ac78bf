// SPDX-License-Identifier: Apache-2.0

#include "options/message_log.h"

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LocationTest, IsWhatQemuPutsBeforeItsWords) {
  EXPECT_EQ((Location{.word = "-nodefaults"}).ToString(), "-nodefaults");
  EXPECT_EQ((Location{.word = "-m", .argument = "1G"}).ToString(), "-m 1G");
  EXPECT_EQ((Location{.word = "-m", .argument = ""}).ToString(), "-m ");
  EXPECT_EQ((Location{.word = "file.cfg", .line = 3}).ToString(), "file.cfg:3");
  EXPECT_TRUE(kNowhere.IsNowhere());
  EXPECT_FALSE((Location{.word = "-m"}).IsNowhere());
}

TEST(MessageLogTest, PutsTheLocationBeforeWhatIsSaidAndRefused) {
  MessageLog log;
  const Location place = {.word = "-m", .argument = "1"};
  log.said() = {"warning: one", "warning: two"};
  EXPECT_EQ(log.At(place, absl::OkStatus()), absl::OkStatus());
  log.said() = {"warning: three"};
  EXPECT_EQ(log.At(place, absl::InvalidArgumentError("no")),
            absl::InvalidArgumentError("-m 1: no"));
  EXPECT_EQ(log.At(kNowhere, absl::InvalidArgumentError("never")),
            absl::InvalidArgumentError("never"));
  log.Add("elsewhere");
  EXPECT_THAT(log.Take(),
              ElementsAre("-m 1: warning: one", "-m 1: warning: two",
                          "-m 1: warning: three", "elsewhere"));
  EXPECT_THAT(log.Take(), IsEmpty());
}

// The memory of one answer stays bounded: 16 MiB, locations included.
TEST(MessageLogTest, EndsWhereThereIsTooMuchToSay) {
  constexpr size_t kMostBytes = 16 << 20;
  const Location place = {.word = "-m"};
  MessageLog log;
  log.said() = {std::string(kMostBytes - 4, 'x')};
  EXPECT_EQ(log.At(place, absl::OkStatus()), absl::OkStatus());
  log.said() = {"x"};
  EXPECT_EQ(log.At(place, absl::OkStatus()),
            absl::UnimplementedError("-m: QEMU says more than 16 MiB"));
}

TEST(MessageLogTest, NotesWhatIsIgnored) {
  MessageLog log;
  log.NoteIgnored({.word = "-vga", .argument = "std"});
  EXPECT_THAT(log.TakeNotes(),
              ElementsAre("-vga std: ignored, it changes no memory table"));
  EXPECT_THAT(log.TakeNotes(), IsEmpty());
}

}  // namespace
}  // namespace e820check
