// SPDX-License-Identifier: Apache-2.0

// Where an option stands, which QEMU puts before what it says about the option,
// and what is said.

#ifndef E820CHECK_OPTIONS_MESSAGE_LOG_H_
#define E820CHECK_OPTIONS_MESSAGE_LOG_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace e820check {

// "-m 1G", "-nodefaults", "file.cfg:3". Must not outlive what was typed.
struct Location {
  absl::string_view word;  // or the path of a configuration file
  std::optional<absl::string_view> argument;
  int line = 0;  // of the file, from 1

  bool IsNowhere() const { return word.empty() && !argument; }
  std::string ToString() const;
};

inline constexpr Location kNowhere;

// What QEMU says before its verdict.
class MessageLog {
 public:
  // Where a layer puts what it has to say about an option, without location.
  std::vector<std::string>& said() { return said_; }

  // Takes what was said(), and the refusal in `status`, and puts the location
  // before each. Unimplemented once the messages are many MiB: as each repeats
  // what was typed, they grow with the square of it.
  absl::Status At(const Location& location, absl::Status status);

  // Adds a message that has its location.
  void Add(std::string message) { messages_.push_back(std::move(message)); }

  std::vector<std::string> Take() { return std::exchange(messages_, {}); }

  // For the user of this project: the option was not looked into.
  void NoteIgnored(const Location& location) {
    notes_.push_back(absl::StrCat(location.ToString(),
                                  ": ignored, it changes no memory table"));
  }
  std::vector<std::string> TakeNotes() { return std::exchange(notes_, {}); }

 private:
  std::vector<std::string> said_;
  std::vector<std::string> messages_;
  std::vector<std::string> notes_;
  size_t size_bytes_ = 0;
};

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_MESSAGE_LOG_H_
