// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/break_machine.h"

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

TEST(BreakMachineTest, EachWayIsTold) {
  ASSERT_EQ(Validate(MachineOptions()), absl::OkStatus());
  for (size_t way = 0; way < kWaysToBreakAMachine; ++way) {
    MachineOptions machine;
    BreakMachine(way, machine);
    EXPECT_FALSE(Validate(machine).ok()) << way;
  }
}

}  // namespace
}  // namespace e820check
