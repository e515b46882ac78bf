// SPDX-License-Identifier: Apache-2.0

#include "properties/shrink/shrink.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;
using Args = std::vector<std::string>;

const Args kLong = {"-machine", "pc-q35-6.1,hmat=on,x-oem-id=A",
                    "-m",       "size=7000M,slots=3,maxmem=9000M",
                    "-numa",    "node,memdev=m0,nodeid=0",
                    "-numa",    "dist,src=0,dst=1,val=33",
                    "-smp",     "4"};

TEST(Shrink, KeepsOnlyWhatTheFailureNeeds) {
  const Args shrunk = Shrink(
      kLong,
      [](const Args& args) {
        return absl::c_any_of(args, [](const std::string& arg) {
          return absl::StrContains(arg, "nodeid=0");
        });
      },
      1000);
  EXPECT_THAT(shrunk, ElementsAre("-numa", "nodeid=0"));
}

TEST(Shrink, DropsTogetherWhatCannotGoAlone) {
  const Args shrunk = Shrink(
      {"-S", "-m", "64", "-smp", "4", "-M", "pc"},
      [](const Args& args) {
        return absl::c_count(args, "-m") == absl::c_count(args, "-smp") &&
               absl::c_count(args, "-M") == 1;
      },
      1000);
  EXPECT_THAT(shrunk, ElementsAre("-M", ""));
}

TEST(Shrink, DropsBytesOfWhatHasNoItems) {
  const Args shrunk = Shrink(
      {"-object", R"({"qom-type":"memory-backend-ram","id":"m","size":1})"},
      [](const Args& args) {
        return args.size() == 2 && absl::StrContains(args[1], "size\":");
      },
      1000);
  EXPECT_THAT(shrunk, ElementsAre("-object", "size\":"));
}

TEST(Shrink, FindsTheLowestNumberThatStillFails) {
  const Args shrunk = Shrink(
      kLong,
      [](const Args& args) {
        for (absl::string_view arg : args) {
          uint64_t slots = 0;
          const size_t at = arg.find("slots=");
          if (at == absl::string_view::npos) continue;
          arg.remove_prefix(at + 6);
          if (absl::SimpleAtoi(arg.substr(0, arg.find(',')), &slots)) {
            return slots >= 2;
          }
        }
        return false;
      },
      1000);
  EXPECT_THAT(shrunk, ElementsAre("-m", "slots=2"));
}

TEST(Shrink, SpendsNoMoreRunsThanGiven) {
  int runs = 0;
  const Args shrunk = Shrink(
      kLong, [&runs](const Args&) { return ++runs > 0; }, 3);
  EXPECT_LE(runs, 3);
  EXPECT_LE(shrunk.size(), kLong.size());
}

}  // namespace
}  // namespace e820check
