// SPDX-License-Identifier: Apache-2.0

// What the grammar's productions read from: a place in a text.

#ifndef E820CHECK_MODEL_READER_CURSOR_H_
#define E820CHECK_MODEL_READER_CURSOR_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace e820check::reader {

// The text must outlive this.
class Cursor {
 public:
  // An argument is a C string: a '\0' ends the text.
  explicit Cursor(absl::string_view text)
      : text_(text.substr(0, text.find('\0'))) {}

  bool AtEnd() const { return at_ == text_.size(); }
  // The next character; '\0' at the end.
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  // The character `ahead` after it; '\0' beyond the end.
  char Peek(size_t ahead) const {
    return ahead < text_.size() - at_ ? text_[at_ + ahead] : '\0';
  }
  // Wants !AtEnd().
  char Take() { return text_[at_++]; }
  bool TakeIf(char wanted) {
    if (AtEnd() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  template <typename Predicate>
  absl::string_view TakeWhile(Predicate holds) {
    const size_t start = at_;
    while (!AtEnd() && holds(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }
  absl::string_view TakeRest() {
    const absl::string_view rest = Rest();
    at_ = text_.size();
    return rest;
  }

  absl::string_view Rest() const { return text_.substr(at_); }
  // A place that GoTo() returns to.
  size_t Place() const { return at_; }
  void GoTo(size_t place) { at_ = place; }
  // What was taken since `place`.
  absl::string_view Since(size_t place) const {
    return text_.substr(place, at_ - place);
  }

 private:
  absl::string_view text_;
  size_t at_ = 0;
};

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_CURSOR_H_
