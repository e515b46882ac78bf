// SPDX-License-Identifier: Apache-2.0

#include "systems/subject/answer_json.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "systems/subject/limits.h"

namespace e820check {
namespace {

using nlohmann::ordered_json;

constexpr Dialect kDialects[] = {Dialect::kStock, Dialect::kMemmapType};

// The value whose name the member holds, if there is one; false if it is no
// name of a value.
template <typename Value, size_t kSize>
bool ReadName(const ordered_json& json, const char* key,
              const Value (&values)[kSize], std::optional<Value>& value) {
  if (!json.contains(key)) return true;
  value.reset();
  for (const Value candidate : values) {
    if (json[key] == ToString(candidate)) value = candidate;
  }
  return value.has_value();
}

bool NestsTooDeep(absl::string_view line) {
  bool in_string = false;
  size_t depth = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      if (c == '\\') ++i;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxJsonNesting) return true;
    } else if (c == ']' || c == '}') {
      // Too many of them are no JSON, for the parser to refuse.
      depth -= depth > 0 ? 1 : 0;
    }
  }
  return false;
}

absl::Status Garbage(absl::string_view why) {
  return absl::DataLossError(absl::StrCat("no answer in JSON: ", why));
}

absl::Status ReadStrings(const ordered_json& json, const char* key,
                         std::vector<std::string>& strings) {
  if (!json.contains(key)) return absl::OkStatus();
  if (!json[key].is_array()) return Garbage(absl::StrCat(key, " is no list"));
  for (const ordered_json& item : json[key]) {
    if (!item.is_string()) {
      return Garbage(absl::StrCat(key, " holds more than strings"));
    }
    strings.push_back(item.get<std::string>());
  }
  return absl::OkStatus();
}

absl::Status ReadTable(const ordered_json& json, const char* key,
                       std::string& bytes) {
  if (!json.contains(key) || !json[key].is_string()) {
    return Garbage(absl::StrCat(key, " is missing, or no string"));
  }
  const auto& hex = json[key].get_ref<const std::string&>();
  if (hex.size() % 2 != 0 ||
      !std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit)) {
    return Garbage(absl::StrCat(key, " is not hexadecimal"));
  }
  bytes = absl::HexStringToBytes(hex);
  return absl::OkStatus();
}

absl::StatusOr<E820Row> ReadRow(const ordered_json& json) {
  if (!json.is_array() || json.size() != 3) {
    return Garbage("a row of e820 is not three numbers");
  }
  for (const ordered_json& number : json) {
    if (!number.is_number_unsigned()) {
      return Garbage("a row of e820 holds what is no number of 64 bits");
    }
  }
  if (json[2].get<uint64_t>() > UINT32_MAX) {
    return Garbage("a type of e820 has more than 32 bits");
  }
  return E820Row{.address = json[0].get<uint64_t>(),
                 .length_bytes = json[1].get<uint64_t>(),
                 .type = static_cast<MemoryType>(json[2].get<uint32_t>())};
}

absl::StatusOr<GuestLayout> ReadLayout(const ordered_json& json) {
  GuestLayout layout;
  if (!json.contains("e820") || !json["e820"].is_array()) {
    return Garbage("e820 is missing, or no list");
  }
  for (const ordered_json& item : json["e820"]) {
    absl::StatusOr<E820Row> row = ReadRow(item);
    if (!row.ok()) return row.status();
    layout.e820.push_back(*row);
  }
  for (const auto& [key, bytes] :
       {std::pair{"srat", &layout.srat}, std::pair{"slit", &layout.slit},
        std::pair{"hmat", &layout.hmat}}) {
    if (absl::Status s = ReadTable(json, key, *bytes); !s.ok()) return s;
  }
  return layout;
}

absl::StatusOr<Rejection> ReadRejection(const ordered_json& json) {
  if (json.contains("error") && json["error"].is_string()) {
    return Rejection{.text = json["error"].get<std::string>()};
  }
  if (json.contains("help_exit_status") &&
      json["help_exit_status"].is_number_integer()) {
    const auto status = json["help_exit_status"].get<int64_t>();
    if (status < 0 || status > UINT8_MAX) {
      return Garbage("a process has no such exit status");
    }
    Rejection help;
    help.help_exit_status = static_cast<int>(status);
    return help;
  }
  return Garbage("a refusal without \"error\"");
}

absl::StatusOr<NoAnswer> ReadNoAnswer(const ordered_json& json) {
  NoAnswer none{.kind = NoAnswer::Kind::kNotCovered,
                .text = json["failed"].is_string()
                            ? json["failed"].get<std::string>()
                            : json["failed"].dump()};
  if (!json.contains("kind")) return none;
  if (!json["kind"].is_string()) return Garbage("\"kind\" is no string");
  const auto word = json["kind"].get<std::string>();
  const std::optional<NoAnswer::Kind> kind = NoAnswerKindOf(word);
  if (!kind) {
    return Garbage(
        absl::StrCat("'", word, "' is no kind of failure: ", none.text));
  }
  none.kind = *kind;
  return none;
}

absl::StatusOr<Answer> ReadAnswer(const ordered_json& json) {
  if (!json.contains("accepted") || !json["accepted"].is_boolean()) {
    return Garbage("neither \"accepted\" nor \"failed\"");
  }
  Answer answer;
  if (absl::Status s = ReadStrings(json, "warnings", answer.warnings);
      !s.ok()) {
    return s;
  }
  if (json["accepted"].get<bool>()) {
    absl::StatusOr<GuestLayout> layout = ReadLayout(json);
    if (!layout.ok()) return layout.status();
    answer.outcome = *std::move(layout);
  } else {
    absl::StatusOr<Rejection> rejection = ReadRejection(json);
    if (!rejection.ok()) return rejection.status();
    answer.outcome = *std::move(rejection);
  }
  if (absl::Status s = CheckSizes(answer); !s.ok()) return s;
  return answer;
}

// An answer, or why there is none, as read; what cannot be read is garbage.
template <typename T>
Reply AsRead(absl::StatusOr<T> read) {
  if (read.ok()) return *std::move(read);
  return NoAnswer{.kind = NoAnswer::Kind::kGarbage,
                  .text = std::string(read.status().message())};
}

bool IsAscii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isascii);
}

}  // namespace

ordered_json ParseJsonLine(absl::string_view line) {
  if (NestsTooDeep(line)) return ordered_json(ordered_json::value_t::discarded);
  return ordered_json::parse(line.begin(), line.end(), nullptr, false);
}

absl::StatusOr<BatchQuestion> BatchQuestionFromLine(absl::string_view line) {
  const ordered_json json = ParseJsonLine(line);
  if (json.is_discarded() || !json.is_object()) {
    return absl::InvalidArgumentError("not a JSON object");
  }
  BatchQuestion question;
  if (json.contains("name")) question.name = json["name"];
  if (!json.contains("args") || !json["args"].is_array()) {
    return absl::InvalidArgumentError("no array \"args\"");
  }
  if (!ReadStrings(json, "args", question.args).ok()) {
    return absl::InvalidArgumentError("\"args\" holds more than strings");
  }
  if (!ReadName(json, "dialect", kDialects, question.dialect)) {
    return absl::InvalidArgumentError("\"dialect\" is none that there is");
  }
  if (!ReadName(json, "qemu_version", kReleases, question.qemu_version)) {
    return absl::InvalidArgumentError("\"qemu_version\" is none with rules");
  }
  return question;
}

absl::StatusOr<ordered_json> QuestionToJson(const SubjectQuestion& question) {
  for (const std::string& arg : question.args) {
    // What is replaced on the way out comes back as something else.
    if (!IsAscii(arg) &&
        ordered_json::parse(ToLine(arg), nullptr, false) != arg) {
      return absl::InvalidArgumentError("an argument that is no UTF-8");
    }
  }
  ordered_json json;
  json["args"] = question.args;
  json["dialect"] = ToString(question.dialect);
  json["qemu_version"] = ToString(question.qemu_version);
  return json;
}

absl::StatusOr<SubjectQuestion> QuestionFromJson(const ordered_json& json) {
  SubjectQuestion question;
  if (!json.is_object() || !json.contains("args") ||
      !ReadStrings(json, "args", question.args).ok()) {
    return absl::InvalidArgumentError("no object with a list \"args\"");
  }
  std::optional<Dialect> dialect = question.dialect;
  std::optional<QemuVersion> version = question.qemu_version;
  if (!ReadName(json, "dialect", kDialects, dialect) ||
      !ReadName(json, "qemu_version", kReleases, version)) {
    return absl::InvalidArgumentError("no such dialect or release");
  }
  question.dialect = *dialect;
  question.qemu_version = *version;
  return question;
}

ordered_json AnswerToJson(const Answer& answer) {
  ordered_json json;
  json["accepted"] = answer.accepted();
  if (const auto* layout = std::get_if<GuestLayout>(&answer.outcome)) {
    json["e820"] = ordered_json::array();
    for (const E820Row& row : layout->e820) {
      json["e820"].push_back(ordered_json::array(
          {row.address, row.length_bytes, static_cast<uint32_t>(row.type)}));
    }
    json["srat"] = absl::BytesToHexString(layout->srat);
    json["slit"] = absl::BytesToHexString(layout->slit);
    json["hmat"] = absl::BytesToHexString(layout->hmat);
  } else {
    const auto& rejection = std::get<Rejection>(answer.outcome);
    if (rejection.help_exit_status) {
      json["help_exit_status"] = *rejection.help_exit_status;
    } else {
      json["error"] = rejection.text;
    }
  }
  json["warnings"] = answer.warnings;
  return json;
}

ordered_json NoAnswerToJson(const NoAnswer& none) {
  ordered_json json;
  json["failed"] = Describe(none);
  if (none.kind != NoAnswer::Kind::kNotCovered) {
    json["kind"] = ToString(none.kind);
  }
  return json;
}

Reply AnswerFromJson(const ordered_json& json) {
  if (!json.is_object()) return AsRead<Answer>(Garbage("no object"));
  if (json.contains("failed")) return AsRead(ReadNoAnswer(json));
  return AsRead(ReadAnswer(json));
}

std::string ToLine(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace e820check
