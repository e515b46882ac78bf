// SPDX-License-Identifier: Apache-2.0

// JSON lines: what predict --batch and the subjects behind exec: speak.
//
// A question:
//   {"name":7,"args":["-m","4G"],"dialect":"stock","qemu_version":"7.2"}
// An answer repeats the name and goes on in one of these ways, with "" for a
// table that the machine does not publish:
//   "accepted":true,"e820":[[address,length,type],...],"srat":"<hex>",
//       "slit":"<hex>","hmat":"<hex>","warnings":[...]
//   "accepted":false,"error":"...","warnings":[...]
//   "accepted":false,"help_exit_status":0,"warnings":[...]
//   "failed":"..."               an option is not covered: no finding
//   "failed":"...","kind":"..."  no answer, in a word of machine/no_answer.h
// predict adds "qemu_version", whose rules it went by; readers pass over it.

#ifndef E820CHECK_SYSTEMS_SUBJECT_ANSWER_JSON_H_
#define E820CHECK_SYSTEMS_SUBJECT_ANSWER_JSON_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/guest_layout.h"
#include "machine/machine_type.h"
#include "machine/no_answer.h"
#include "nlohmann/json.hpp"

namespace e820check {

// Deeper than any message here: what copies or prints JSON does so by
// recursion, and a line from outside could make it end the program.
inline constexpr size_t kMaxJsonNesting = 8;

// The value of one line from outside; is_discarded() if it is no JSON, or nests
// deeper. Never throws.
nlohmann::ordered_json ParseJsonLine(absl::string_view line);

// What a subject is asked: the words that would follow "qemu-system-x86_64
// -display none -nodefaults -accel tcg -S".
struct SubjectQuestion {
  std::vector<std::string> args;
  Dialect dialect = Dialect::kStock;
  QemuVersion qemu_version = QemuVersion::k7_2;
};

// A question in predict --batch. What it does not say is as predict's own
// command line has it.
struct BatchQuestion {
  std::optional<nlohmann::ordered_json> name;
  std::vector<std::string> args;
  std::optional<Dialect> dialect;
  std::optional<QemuVersion> qemu_version;
};
// InvalidArgument for what is no such question.
absl::StatusOr<BatchQuestion> BatchQuestionFromLine(absl::string_view line);

// InvalidArgument if an argument is no UTF-8, which JSON cannot hold.
absl::StatusOr<nlohmann::ordered_json> QuestionToJson(
    const SubjectQuestion& question);
// InvalidArgument for what is no question. Without a dialect, stock; without a
// version, 7.2.
absl::StatusOr<SubjectQuestion> QuestionFromJson(
    const nlohmann::ordered_json& json);

nlohmann::ordered_json AnswerToJson(const Answer& answer);
nlohmann::ordered_json NoAnswerToJson(const NoAnswer& none);
// What `json` says; kGarbage for what is no answer, or one beyond the limits.
// Never throws.
Reply AnswerFromJson(const nlohmann::ordered_json& json);

// One line; bytes that are no UTF-8 become U+FFFD.
std::string ToLine(const nlohmann::ordered_json& json);

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_SUBJECT_ANSWER_JSON_H_
