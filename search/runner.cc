// SPDX-License-Identifier: Apache-2.0

#include "search/runner.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace e820check {
namespace {

constexpr auto kBetweenLines = std::chrono::milliseconds(200);

}  // namespace

uint32_t ThreadsFor(uint32_t jobs) {
  return jobs > 0 ? jobs : std::max(1u, std::thread::hardware_concurrency());
}

Progress::Progress() : on_terminal_(isatty(STDERR_FILENO) != 0) {}

void Progress::Show(const std::function<std::string()>& line) {
  if (!on_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (is_shown_ && now - shown_at_ < kBetweenLines) return;
  shown_at_ = now;
  is_shown_ = true;
  absl::FPrintF(stderr, "\r%-78.78s", line());
}

void Progress::Clear() {
  if (is_shown_) absl::FPrintF(stderr, "\r%78s\r", "");
  is_shown_ = false;
}

absl::Status RunInThreads(uint32_t threads,
                          const std::function<void(uint32_t)>& work) {
  std::mutex mutex;
  absl::Status status;
  const auto run = [&](uint32_t thread) {
    try {
      work(thread);
    } catch (const std::exception& error) {
      const std::lock_guard<std::mutex> lock(mutex);
      status.Update(absl::ResourceExhaustedError(error.what()));
    }
  };
  std::vector<std::thread> others;
  others.reserve(threads);
  for (uint32_t i = 1; i < threads; ++i) {
    try {
      others.emplace_back(run, i);
    } catch (const std::exception& error) {
      std::cerr << "e820check: " << i << " threads instead of " << threads
                << ": " << error.what() << "\n";
      break;
    }
  }
  run(0);
  for (std::thread& other : others) other.join();
  return status;
}

}  // namespace e820check
