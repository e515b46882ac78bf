// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MACHINE_NO_ANSWER_H_
#define E820CHECK_MACHINE_NO_ANSWER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"
#include "machine/guest_layout.h"

namespace e820check {

// Why a system gave no answer to a command line.
struct NoAnswer {
  enum class Kind : uint8_t {
    // Nobody's fault, and nothing to compare.
    kNotCovered,  // whoever was asked does not cover an option
    kAccident,    // what QEMU does hangs on the contents of stray memory
    kLacking,     // the binary was built without what the line asks for
    kLimit,       // more than this program takes, or can pass on
    kHost,        // no memory, process, descriptor, disk or device of the host
    kUnusable,    // the system cannot be started
    // The system's own fault: a finding.
    kCrash,      // ended by a signal
    kFence,      // ended at a limit of its fence
    kSanitizer,  // a sanitizer built into it reported something
    kHang,       // no answer in time
    kExit,       // ended by itself, without a verdict
    kGarbage,    // an answer that means nothing
    kFlood,      // more output than any answer has
    kOverrun,    // wrote where it may not
    kFailed,     // failed by its own account
  };
  Kind kind = Kind::kGarbage;
  std::string text;
  // The end of what the system said on standard error; may be empty.
  std::string last_words = {};

  bool IsFinding() const { return kind >= Kind::kCrash; }
  // Whether it died, or would never have ended.
  bool IsDeath() const {
    return kind == Kind::kCrash || kind == Kind::kSanitizer ||
           kind == Kind::kHang;
  }

  friend bool operator==(const NoAnswer&, const NoAnswer&) = default;
};

// "not covered", "crash", ...: the word in JSON lines and reports.
absl::string_view ToString(NoAnswer::Kind kind);
// nullopt if no kind has this word.
std::optional<NoAnswer::Kind> NoAnswerKindOf(absl::string_view word);

// "TEXT (stderr: LAST WORDS)".
std::string Describe(const NoAnswer& none);

// What a system came up with, or why there is nothing.
template <typename T>
class [[nodiscard]] OrNoAnswer {
 public:
  // Implicit, so that either can be returned.
  OrNoAnswer(T value) : value_(std::move(value)) {}       // NOLINT
  OrNoAnswer(NoAnswer none) : value_(std::move(none)) {}  // NOLINT

  bool ok() const { return std::holds_alternative<T>(value_); }
  // Only if ok().
  const T& operator*() const& { return std::get<T>(value_); }
  T& operator*() & { return std::get<T>(value_); }
  T&& operator*() && { return std::get<T>(std::move(value_)); }
  const T* operator->() const { return &std::get<T>(value_); }
  T* operator->() { return &std::get<T>(value_); }
  // Only if not ok().
  const NoAnswer& none() const& { return std::get<NoAnswer>(value_); }
  NoAnswer& none() & { return std::get<NoAnswer>(value_); }
  NoAnswer&& none() && { return std::get<NoAnswer>(std::move(value_)); }

  friend bool operator==(const OrNoAnswer&, const OrNoAnswer&) = default;

 private:
  std::variant<T, NoAnswer> value_;
};

using Reply = OrNoAnswer<Answer>;

}  // namespace e820check

#endif  // E820CHECK_MACHINE_NO_ANSWER_H_
