// SPDX-License-Identifier: Apache-2.0

#include "search/runner.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <iostream>
#include <latch>
#include <new>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace e820check {
namespace {

constexpr auto kBetweenLines = std::chrono::milliseconds(200);

// Addresses that are kept for a thread's work until all are made: stacks could
// take all that the host allows, and leave nothing to work with. glibc's malloc
// takes as much for each thread at once.
class Headroom {
 public:
  Headroom()
      : start_(mmap(nullptr, kBytes, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {}
  Headroom(const Headroom&) = delete;
  ~Headroom() {
    if (is_there()) munmap(start_, kBytes);
  }
  bool is_there() const { return start_ != MAP_FAILED; }

 private:
  static constexpr size_t kBytes = size_t{64} << 20;

  void* const start_;
};

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
  std::latch all_are_made(1);
  const auto run = [&](uint32_t thread) {
    all_are_made.wait();
    try {
      work(thread);
    } catch (const std::exception& error) {
      const std::lock_guard<std::mutex> lock(mutex);
      status.Update(absl::ResourceExhaustedError(error.what()));
    }
  };
  std::vector<std::thread> others;
  others.reserve(threads);
  std::deque<Headroom> headroom(1);
  for (uint32_t i = 1; i < threads; ++i) {
    try {
      if (!headroom.emplace_back().is_there()) throw std::bad_alloc();
      others.emplace_back(run, i);
    } catch (const std::exception& error) {
      std::cerr << "e820check: " << i << (i == 1 ? " thread" : " threads")
                << " instead of " << threads << ": " << error.what() << "\n";
      break;
    }
  }
  headroom.clear();
  all_are_made.count_down();
  run(0);
  for (std::thread& other : others) other.join();
  return status;
}

}  // namespace e820check
