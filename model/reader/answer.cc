// SPDX-License-Identifier: Apache-2.0

#include "model/reader/answer.h"

#include <utility>

#include "absl/strings/str_format.h"

namespace e820check::reader {

Answer MakeAnswer(const absl::Status& status, std::vector<TypedValue> values,
                  std::vector<std::string> warnings) {
  using Verdict = Answer::Verdict;
  Answer answer;
  answer.warnings = std::move(warnings);
  switch (status.code()) {
    case absl::StatusCode::kOk:
      answer.values = std::move(values);
      break;
    case absl::StatusCode::kCancelled:
      answer.verdict = Verdict::kHelp;
      break;
    case absl::StatusCode::kAborted:
      answer.verdict = Verdict::kHelpAndFail;
      break;
    case absl::StatusCode::kUnimplemented:
      answer.verdict = Verdict::kOtherObject;
      break;
    case absl::StatusCode::kUnknown:
      answer.verdict = Verdict::kAccident;
      break;
    default:
      answer.verdict = Verdict::kRefused;
      answer.refusal = std::string(status.message());
  }
  return answer;
}

std::string ToString(const Answer& answer) {
  std::string text;
  for (const std::string& warning : answer.warnings) {
    absl::StrAppend(&text, warning, "\n");
  }
  switch (answer.verdict) {
    case Answer::Verdict::kAccepted:
      absl::StrAppend(&text, "accepted\n");
      break;
    case Answer::Verdict::kRefused:
      absl::StrAppend(&text, "refused: ", answer.refusal, "\n");
      break;
    case Answer::Verdict::kHelp:
      absl::StrAppend(&text, "help, status 0\n");
      break;
    case Answer::Verdict::kHelpAndFail:
      absl::StrAppend(&text, "help, status 1\n");
      break;
    case Answer::Verdict::kOtherObject:
      absl::StrAppend(&text, "another object\n");
      break;
    case Answer::Verdict::kAccident:
      absl::StrAppend(&text, "an accident\n");
      break;
  }
  for (const TypedValue& value : answer.values) {
    absl::StrAppend(&text, "  ", value.name, "=", value.text, "\n");
  }
  return text;
}

std::string Quote(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
      quoted += c;
    } else {
      absl::StrAppendFormat(&quoted, "\\x%02x", static_cast<unsigned char>(c));
    }
  }
  quoted += '"';
  return quoted;
}

void RunList::Add(uint64_t first, uint64_t last) {
  if (!runs_.empty() && first != 0 && runs_.back().last == first - 1) {
    runs_.back().last = last;
  } else {
    runs_.push_back({first, last});
  }
}

std::string RunList::ToString() const {
  std::string text;
  for (const Run& run : runs_) {
    if (!text.empty()) text += ',';
    absl::StrAppend(&text, run.first);
    if (run.last != run.first) absl::StrAppend(&text, "-", run.last);
  }
  return text;
}

}  // namespace e820check::reader
