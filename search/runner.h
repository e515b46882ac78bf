// SPDX-License-Identifier: Apache-2.0

// One way to work through many cases, several at a time: what comes of it does
// not depend on how many.

#ifndef E820CHECK_SEARCH_RUNNER_H_
#define E820CHECK_SEARCH_RUNNER_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "search/interrupt.h"

namespace e820check {

// How many threads `jobs` asks for; 0 means one per processor.
uint32_t ThreadsFor(uint32_t jobs);

// One line on standard error that is written over, at most five times a second,
// if that is a terminal; else nothing.
class Progress {
 public:
  Progress();
  bool on_terminal() const { return on_terminal_; }
  // `line` is called only if it is time to show it.
  void Show(const std::function<std::string()>& line);
  void Clear();

 private:
  const bool on_terminal_;
  bool is_shown_ = false;
  std::chrono::steady_clock::time_point shown_at_;
};

// Calls `work(thread)` in up to `threads` threads, this one being number 0, and
// returns when all have ended. Where the host gives no more threads, goes on
// with those that there are, and says so on standard error. ResourceExhausted
// with what was thrown, if a thread was ended by an exception.
absl::Status RunInThreads(uint32_t threads,
                          const std::function<void(uint32_t)>& work);

// Calls make(index, thread) for the indices 0, 1, ... below `count`, several at
// a time, and take(index, result) in the order of the indices, one at a time,
// until that returns false. After an interrupt no case is begun, and none taken
// that was not finished before; so what was taken is always the first cases,
// without a gap. `threads_status` is that of RunInThreads.
template <typename Result>
class Runner {
 public:
  using Make = std::function<Result(uint64_t index, uint32_t thread)>;
  using Take = std::function<bool(uint64_t index, Result result)>;

  // No case is begun once `must_stop`.
  Runner(uint64_t count, Make make, Take take,
         std::function<bool()> must_stop = Interrupted)
      : count_(count),
        make_(std::move(make)),
        take_(std::move(take)),
        must_stop_(std::move(must_stop)) {}

  // May be called once.
  absl::Status Run(uint32_t threads) {
    return RunInThreads(threads, [this](uint32_t thread) { Work(thread); });
  }

 private:
  // A case that takes long must not let the others run ahead without end.
  static constexpr uint64_t kMostAhead = 1024;

  void Work(uint32_t thread) {
    try {
      while (const std::optional<uint64_t> index = Next()) {
        Result result = make_(*index, thread);
        // A child that got the same Ctrl-C died of it: no finding.
        if (Interrupted()) return Stop();
        Finish(*index, std::move(result));
      }
    } catch (...) {
      Stop();
      throw;
    }
  }

  std::optional<uint64_t> Next() {
    std::unique_lock<std::mutex> lock(mutex_);
    can_begin_.wait(
        lock, [this] { return is_over_ || begun_ < taken_ + kMostAhead; });
    if (is_over_ || must_stop_() || begun_ >= count_) return std::nullopt;
    return begun_++;
  }

  void Finish(uint64_t index, Result result) {
    const std::lock_guard<std::mutex> lock(mutex_);
    finished_.emplace(index, std::move(result));
    for (auto next = finished_.begin();
         !is_over_ && next != finished_.end() && next->first == taken_;
         next = finished_.erase(next)) {
      is_over_ = !take_(taken_, std::move(next->second));
      ++taken_;
    }
    can_begin_.notify_all();
  }

  void Stop() {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_over_ = true;
    can_begin_.notify_all();
  }

  const uint64_t count_;
  const Make make_;
  const Take take_;
  const std::function<bool()> must_stop_;
  std::mutex mutex_;  // of what follows
  std::condition_variable can_begin_;
  bool is_over_ = false;
  uint64_t begun_ = 0;
  uint64_t taken_ = 0;
  std::map<uint64_t, Result> finished_;  // and not yet taken
};

}  // namespace e820check

#endif  // E820CHECK_SEARCH_RUNNER_H_
