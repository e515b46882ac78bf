// SPDX-License-Identifier: Apache-2.0

#include "search/minimize.h"

#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machine/no_answer.h"

namespace e820check {
namespace {

using ::testing::ElementsAre;

constexpr auto kNever = [] { return false; };

HuntedCase Found(const std::string& kind) {
  HuntedCase found;
  found.kind = kind;
  found.shape = "shape";
  for (int i = 0; i < 40; ++i) found.args.push_back("-x" + std::to_string(i));
  found.args.emplace_back("-bad");
  return found;
}

// Fails as what was found does, as long as it holds "-bad".
class Runs {
 public:
  explicit Runs(std::string kind) : kind_(std::move(kind)) {}

  HuntedCase operator()(const CommandLineArgs& args) {
    ++count_;
    HuntedCase done;
    done.args = args;
    if (std::count(args.begin(), args.end(), "-bad") != 0) {
      done.kind = kind_;
      done.shape = "shape";
    }
    return done;
  }
  int count() const { return count_; }

 private:
  std::string kind_;
  int count_ = 0;
};

TEST(MinimizeTest, FindsTheLeast) {
  Runs runs("crash");
  const HuntedCase least = Minimize(Found("crash"), std::ref(runs), kNever);
  EXPECT_THAT(least.args, ElementsAre("-bad"));
}

TEST(MinimizeTest, HangsAreFew) {
  const HuntedCase found = Found(std::string(ToString(NoAnswer::Kind::kHang)));
  int hangs = 0;
  // All that is tried hangs, too, and none as what was found does.
  const HuntedCase least = Minimize(
      found,
      [&](const CommandLineArgs& args) {
        ++hangs;
        HuntedCase done = found;
        done.args = args;
        done.shape = "another shape";
        return done;
      },
      kNever);
  EXPECT_EQ(hangs, kMostMinimizeHangs);
  EXPECT_EQ(least.args, found.args);
}

TEST(MinimizeTest, StopsAtOnce) {
  Runs runs("crash");
  const HuntedCase found = Found("crash");
  const HuntedCase least =
      Minimize(found, std::ref(runs), [&] { return runs.count() == 1; });
  EXPECT_EQ(runs.count(), 1);
  EXPECT_EQ(least.kind, "crash");
  EXPECT_EQ(Minimize(found, std::ref(runs), [] { return true; }).args,
            found.args);
}

}  // namespace
}  // namespace e820check
