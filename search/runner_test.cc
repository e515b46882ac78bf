// SPDX-License-Identifier: Apache-2.0

// Verify that what a run takes does not depend on how many threads there are,
// nor on which case ends first.

#include "search/runner.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace e820check {
namespace {

using ::testing::HasSubstr;

// Every third case is a slow one.
uint64_t Square(uint64_t i) {
  for (int n = 0; i % 3 == 0 && n < 100; ++n) std::this_thread::yield();
  return i * i;
}

TEST(Runner, TakesAllCasesInTheirOrder) {
  for (const uint32_t threads : {1u, 2u, 7u}) {
    std::vector<uint64_t> taken;
    Runner<uint64_t> runner(
        5000, [](uint64_t i, uint32_t) { return Square(i); },
        [&](uint64_t i, uint64_t result) {
          EXPECT_EQ(i, taken.size());
          taken.push_back(result);
          return true;
        });
    ASSERT_TRUE(runner.Run(threads).ok());
    ASSERT_EQ(taken.size(), 5000u);
    for (uint64_t i = 0; i < taken.size(); ++i) ASSERT_EQ(taken[i], i * i);
  }
}

TEST(Runner, EndsWithTheSameCaseWhateverTheNumberOfThreads) {
  for (const uint32_t threads : {1u, 3u}) {
    uint64_t taken = 0;
    std::atomic<uint64_t> made{0};
    Runner<uint64_t> runner(
        100000,
        [&](uint64_t i, uint32_t) {
          ++made;
          return Square(i);
        },
        [&](uint64_t i, uint64_t) {
          ++taken;
          return i < 41;
        });
    ASSERT_TRUE(runner.Run(threads).ok());
    EXPECT_EQ(taken, 42u);
    EXPECT_LT(made, 42u + 1024 + threads);
  }
}

TEST(Runner, EachThreadHasANumberOfItsOwn) {
  std::vector<std::thread::id> ids(4);
  Runner<bool> runner(
      2000,
      [&](uint64_t, uint32_t thread) {
        const std::thread::id none;
        const std::thread::id self = std::this_thread::get_id();
        if (ids.at(thread) == none) ids[thread] = self;
        return ids[thread] == self;
      },
      [](uint64_t, bool is_own) {
        EXPECT_TRUE(is_own);
        return true;
      });
  ASSERT_TRUE(runner.Run(4).ok());
}

TEST(Runner, WhatIsThrownEndsTheRunWithAnError) {
  uint64_t taken = 0;
  Runner<uint64_t> runner(
      5000,
      [](uint64_t i, uint32_t) -> uint64_t {
        if (i == 100) throw std::runtime_error("no more");
        return i;
      },
      [&](uint64_t, uint64_t) {
        ++taken;
        return true;
      });
  const absl::Status status = runner.Run(3);
  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("no more"));
  EXPECT_LE(taken, 100u);
}

// In a process of its own, as an interrupt is not forgotten.
TEST(RunnerDeathTest, AfterAnInterruptNoCaseIsTakenThatWasUnfinished) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        RememberInterrupts();
        uint64_t taken = 0;
        Runner<uint64_t> runner(
            5000,
            [](uint64_t i, uint32_t) {
              if (i == 10) std::raise(SIGTERM);
              return i;
            },
            [&](uint64_t, uint64_t) {
              ++taken;
              return true;
            });
        const bool is_ok = runner.Run(2).ok();
        std::exit(is_ok && taken <= 10 && InterruptSignal() == SIGTERM ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace e820check
