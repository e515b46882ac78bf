// SPDX-License-Identifier: Apache-2.0

// Verify that any line at all, as a question in predict --batch or to a
// subject, and as a subject's answer, is refused in words or means what its
// JSON says, that what is written of it reads as it was, and that a terminal is
// given nothing but text.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "fuzz/support/check.h"
#include "fuzz/support/explain.h"
#include "machine/printable.h"
#include "systems/subject/answer_json.h"

namespace e820check {
namespace {

using nlohmann::ordered_json;

struct Refusal {
  static constexpr char kName[] = "refusal";
};
struct QuestionMeaning {
  static constexpr char kName[] = "meaning of a question";
};
struct AnswerMeaning {
  static constexpr char kName[] = "meaning of an answer";
};

struct OnATerminal {
  static constexpr char kName[] = "text on a terminal";
};

// Whole, or in two parts, as a report of a process comes.
void CheckPrintable(absl::string_view text) {
  const std::string printable = Printable(text);
  for (const char c : printable) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte < ' ' && c != '\n' && c != '\t') || byte == 0x7f) {
      Fail<OnATerminal>("a control character");
    }
  }
  if (Printable(printable) != printable) Fail<OnATerminal>("is not settled");
  const absl::string_view part = text.substr(0, text.size() / 2);
  const size_t whole = part.size() - UnfinishedCharacterBytes(part);
  if (Printable(text.substr(0, whole)) + Printable(text.substr(whole)) !=
      printable) {
    Fail<OnATerminal>("differs in two parts");
  }
}

void CheckWords(const absl::Status& status) {
  if (!status.ok() && status.message().empty()) Fail<Refusal>("without words");
}

// Whether each member of `written` stands in `read` with the same value.
bool IsPartOf(const ordered_json& written, const ordered_json& read) {
  for (const auto& [key, value] : written.items()) {
    if (!read.contains(key)) {
      // Without warnings there are none.
      if (key == "warnings" && value.empty()) continue;
      return false;
    }
    ordered_json expected = read[key];
    if (expected.is_string() && value.is_string()) {
      // Of the digits of a table.
      const std::string lower =
          absl::AsciiStrToLower(expected.get<std::string>());
      if (key == "srat" || key == "slit" || key == "hmat") expected = lower;
    }
    if (expected != value) return false;
  }
  return true;
}

void CheckQuestion(absl::string_view line, const ordered_json& json) {
  const auto batch = BatchQuestionFromLine(line);
  const auto question = QuestionFromJson(json);
  CheckWords(batch.status());
  CheckWords(question.status());
  if (batch.ok()) {
    if (ordered_json(batch->args) != json["args"] ||
        batch->name.has_value() != json.contains("name")) {
      Fail<QuestionMeaning>("of predict --batch");
    }
    ordered_json name = json.contains("name") ? json["name"] : ordered_json();
    if (batch->name.has_value() &&
        ParseJsonLine(ToLine(*batch->name)) != name) {
      Fail<QuestionMeaning>("the name is written as another");
    }
  }
  if (question.ok() != batch.ok()) Fail<QuestionMeaning>("two readers differ");
  if (!question.ok()) return;
  if (batch->dialect.value_or(question->dialect) != question->dialect ||
      batch->qemu_version.value_or(question->qemu_version) !=
          question->qemu_version) {
    Fail<QuestionMeaning>("of another dialect or release");
  }
  const auto written = QuestionToJson(*question);
  if (!written.ok()) Fail<QuestionMeaning>(written.status().ToString());
  for (const char* key : {"args", "dialect", "qemu_version"}) {
    if (json.contains(key) && json[key] != (*written)[key]) {
      Fail<QuestionMeaning>(key);
    }
  }
}

void CheckAnswer(const ordered_json& json) {
  const Reply answer = AnswerFromJson(json);
  if (!answer.ok()) {
    if (!json.is_object() || !json.contains("failed")) return;
    // What failed says so again.
    const Reply again = AnswerFromJson(NoAnswerToJson(answer.none()));
    if (again != answer) Fail<AnswerMeaning>(Describe(answer.none()));
    return;
  }
  const ordered_json written = AnswerToJson(*answer);
  if (!IsPartOf(written, json)) Fail<AnswerMeaning>(ToLine(written));
  const auto again = AnswerFromJson(ParseJsonLine(ToLine(written)));
  if (!again.ok() || !(*again == *answer)) {
    Fail<AnswerMeaning>("is written as another");
  }
}

std::string DescribeReply(const Reply& reply) {
  if (reply.ok()) return "an answer";
  return absl::StrCat(ToString(reply.none().kind), ": ",
                      Describe(reply.none()));
}

}  // namespace
}  // namespace e820check

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace e820check;  // NOLINT(google-build-using-namespace)
  const absl::string_view line(reinterpret_cast<const char*>(data), size);
  const ordered_json json = ParseJsonLine(line);
  Examine(
      [&] {
        const auto question = QuestionFromJson(json);
        return absl::StrCat(
            json.is_discarded() ? "no JSON" : ToLine(json), "\nas a question: ",
            question.ok()
                ? DescribeCase(question->args,
                               {.qemu_version = question->qemu_version,
                                .dialect = question->dialect})
                : absl::StrCat("no machine: ", question.status().ToString()),
            "\nas an answer: ", DescribeReply(AnswerFromJson(json)));
      },
      [&] {
        CheckPrintable(line);
        CheckQuestion(line, json);
        CheckAnswer(json);
      });
  return 0;
}
