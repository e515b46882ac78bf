// SPDX-License-Identifier: Apache-2.0

#include "search/shape.h"

#include "gtest/gtest.h"

namespace e820check {
namespace {

TEST(ShapeTest, LosesWhatVaries) {
  const CommandLineArgs args = {"-m", "1", "-numa", "node,nodeid=200", "-S"};
  EXPECT_EQ(ShapeOf("-numa node,nodeid=200: Invalid node 200", args),
            "-numa: Invalid node #");
  EXPECT_EQ(ShapeOf("refusal\n expected: -m 1: x", args),
            "refusal\n expected: -m: x");
  EXPECT_EQ(ShapeOf("(0x1f000) equal 0x12aG", args), "(#) equal #G");
  EXPECT_EQ(ShapeOf("Parameter 'si ze' expects '", args),
            "Parameter '*' expects '");
  EXPECT_EQ(ShapeOf("", {}), "");
}

TEST(ShapeTest, KeepsWhatIsNoNumber) {
  EXPECT_EQ(ShapeOf("bad face", {}), "bad face");
  EXPECT_EQ(ShapeOf("300 expects uint16_t", {}), "# expects uint16_t");
  EXPECT_EQ(ShapeOf("uint8", {}), "uint8");
}

}  // namespace
}  // namespace e820check
