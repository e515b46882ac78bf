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
  EXPECT_EQ(profile("#stock 11.1 \n"), "11.1 stock");
  EXPECT_EQ(SplitArgumentLines("#10.0\n-m\n64\n").args, (Args{"-m", "64"}));
  EXPECT_EQ(SplitArgumentLines("#10.0").args, Args{});
  EXPECT_EQ(SplitArgumentLines("-m\n#10.0\n").args, (Args{"-m", "#10.0"}));
}

TEST(ArgumentLinesTest, AnUnknownWordIsToldApart) {
  const auto unknown = [](const std::string& text) {
    return SplitArgumentLines(text).unknown_word;
  };
  for (const char* known :
       {"-m\n64\n", "#", "# ", "#7.2 stock\n-m", "#11.1 memmap-type"}) {
    EXPECT_EQ(unknown(known), std::nullopt) << known;
  }
  EXPECT_EQ(unknown("#99.0 stock\n-m"), "99.0");
  EXPECT_EQ(unknown("#10.0 memmap\n-m"), "memmap");
  EXPECT_EQ(unknown("# 9.9 unheard of\n-m"), "9.9");
  EXPECT_EQ(SplitArgumentLines("#99.0\n-m\n64\n").args, (Args{"-m", "64"}));
}

TEST(ArgumentLinesTest, TheNumberOfArgumentsIsBounded) {
  EXPECT_EQ(SplitArgumentLines(std::string(5000, '\n')).args.size(),
            kMaxArguments);
}

}  // namespace
}  // namespace e820check
