// SPDX-License-Identifier: Apache-2.0

#include "options/message_log.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace e820check {
namespace {

constexpr size_t kMaxBytes = 16 << 20;

}  // namespace

std::string Location::ToString() const {
  if (line != 0) return absl::StrCat(word, ":", line);
  return argument ? absl::StrCat(word, " ", *argument) : std::string(word);
}

absl::Status MessageLog::At(const Location& location, absl::Status status) {
  std::string prefix;
  if (!location.IsNowhere() && (!said_.empty() || !status.ok())) {
    prefix = absl::StrCat(location.ToString(), ": ");
  }
  for (const std::string& text : said_) {
    size_bytes_ += prefix.size() + text.size();
    if (size_bytes_ > kMaxBytes) {
      return absl::UnimplementedError(absl::StrCat(
          location.word, ": QEMU says more than ", kMaxBytes >> 20, " MiB"));
    }
    messages_.push_back(absl::StrCat(prefix, text));
  }
  said_.clear();
  if (status.ok() || prefix.empty()) return status;
  return absl::Status(status.code(), absl::StrCat(prefix, status.message()));
}

}  // namespace e820check
