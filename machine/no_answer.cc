// SPDX-License-Identifier: Apache-2.0

#include "machine/no_answer.h"

#include "absl/strings/str_cat.h"

namespace e820check {
namespace {

struct Word {
  NoAnswer::Kind kind;
  absl::string_view word;
};
constexpr Word kWords[] = {
    {NoAnswer::Kind::kNotCovered, "not covered"},
    {NoAnswer::Kind::kAccident, "accident"},
    {NoAnswer::Kind::kLacking, "lacking"},
    {NoAnswer::Kind::kLimit, "limit"},
    {NoAnswer::Kind::kHost, "host"},
    {NoAnswer::Kind::kUnusable, "unusable"},
    {NoAnswer::Kind::kCrash, "crash"},
    {NoAnswer::Kind::kFence, "fence"},
    {NoAnswer::Kind::kSanitizer, "sanitizer"},
    {NoAnswer::Kind::kHang, "hang"},
    {NoAnswer::Kind::kExit, "exit"},
    {NoAnswer::Kind::kGarbage, "garbage"},
    {NoAnswer::Kind::kFlood, "flood"},
    {NoAnswer::Kind::kOverrun, "overrun"},
    {NoAnswer::Kind::kFailed, "failed"},
};

}  // namespace

absl::string_view ToString(NoAnswer::Kind kind) {
  for (const Word& word : kWords) {
    if (word.kind == kind) return word.word;
  }
  return "";
}

std::optional<NoAnswer::Kind> NoAnswerKindOf(absl::string_view word) {
  for (const Word& known : kWords) {
    if (known.word == word) return known.kind;
  }
  return std::nullopt;
}

std::string Describe(const NoAnswer& none) {
  if (none.last_words.empty()) return none.text;
  return absl::StrCat(none.text, " (stderr: ", none.last_words, ")");
}

}  // namespace e820check
