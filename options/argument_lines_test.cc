// SPDX-License-Identifier: Apache-2.0

#include "options/argument_lines.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace e820check {
namespace {

using Args = std::vector<std::string>;

TEST(ArgumentLinesTest, OneArgumentALine) {
  EXPECT_EQ(SplitArgumentLines("-m\n64\n").args, (Args{"-m", "64"}));
  EXPECT_EQ(SplitArgumentLines("-m\n64").args, (Args{"-m", "64"}));
  EXPECT_EQ(SplitArgumentLines("-m\n\n").args, (Args{"-m", ""}));
  EXPECT_EQ(SplitArgumentLines("").args, Args{});
  EXPECT_EQ(SplitArgumentLines("-numa\n node , id=1\t").args,
            (Args{"-numa", " node , id=1\t"}));
}

TEST(ArgumentLinesTest, TheFirstLineMaySelectAProfile) {
  const auto profile = [](const std::string& text) {
    const CommandLineContext context = SplitArgumentLines(text).context;
    return ToString(context.qemu_version) + " " + ToString(context.dialect);
  };
  EXPECT_EQ(profile("-m\n64\n"), "7.2 stock");
  EXPECT_EQ(profile("#10.0 memmap-type\n-m\n64\n"), "10.0 memmap-type");
  EXPECT_EQ(profile("#11.1\n"), "11.1 stock");
  EXPECT_EQ(profile("#memmap-type"), "7.2 memmap-type");
  EXPECT_EQ(profile("# 9.9 unheard of\n-m"), "7.2 stock");
  EXPECT_EQ(SplitArgumentLines("#10.0\n-m\n64\n").args, (Args{"-m", "64"}));
  EXPECT_EQ(SplitArgumentLines("#10.0").args, Args{});
  EXPECT_EQ(SplitArgumentLines("-m\n#10.0\n").args, (Args{"-m", "#10.0"}));
}

TEST(ArgumentLinesTest, TheNumberOfArgumentsIsBounded) {
  EXPECT_EQ(SplitArgumentLines(std::string(5000, '\n')).args.size(),
            kMaxArguments);
}

}  // namespace
}  // namespace e820check
