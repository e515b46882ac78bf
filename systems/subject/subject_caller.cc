// SPDX-License-Identifier: Apache-2.0

#include "systems/subject/subject_caller.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "systems/subject/limits.h"

namespace e820check {
namespace {

using Kind = NoAnswer::Kind;

NoAnswer Garbage(absl::string_view text) {
  return {Kind::kGarbage, std::string(text)};
}

struct Release {
  uint32_t major;
  uint32_t minor;
};

Release ReleaseOf(QemuVersion version) {
  return {static_cast<uint32_t>(MajorOf(version)),
          static_cast<uint32_t>(MinorOf(version))};
}

e820_subject_bytes BytesOf(const GuardedBuffer& buffer) {
  return {.bytes = buffer.data(), .capacity = buffer.size_bytes(), .size = 0};
}

std::string TextOf(const e820_subject_bytes& bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.bytes), bytes.size);
}

// Each ends with a NUL.
absl::StatusOr<std::vector<std::string>> WarningsOf(
    const e820_subject_bytes& bytes) {
  const std::string text = TextOf(bytes);
  if (text.empty()) return std::vector<std::string>();
  if (text.back() != '\0') {
    return absl::DataLossError("the last warning does not end with a NUL");
  }
  return std::vector<std::string>(
      absl::StrSplit(absl::string_view(text).substr(0, text.size() - 1), '\0'));
}

}  // namespace

SubjectCaller::SubjectCaller(AnswerFunction answer)
    : answer_(answer),
      rows_("e820", kMaxE820Rows * sizeof(e820_subject_row)),
      srat_("srat", kMaxSratBytes),
      slit_("slit", kMaxSlitBytes),
      hmat_("hmat", kMaxHmatBytes),
      text_("text", kMaxTextBytes),
      warnings_("warnings", kMaxWarningsBytes) {
  static_assert(kMaxE820Rows * sizeof(e820_subject_row) % 4096 == 0);
}

Reply SubjectCaller::Ask(const SubjectQuestion& question) {
  std::vector<const char*> argv;
  for (const std::string& arg : question.args) {
    if (arg.find('\0') != std::string::npos) {
      return NoAnswer{Kind::kLimit, "an argument with a NUL byte"};
    }
    argv.push_back(arg.c_str());
  }
  argv.push_back(nullptr);
  const Release release = ReleaseOf(question.qemu_version);
  const e820_subject_request request = {
      .dialect = question.dialect == Dialect::kStock ? E820_DIALECT_STOCK
                                                     : E820_DIALECT_MEMMAP_TYPE,
      .qemu_major = release.major,
      .qemu_minor = release.minor,
      .argc = static_cast<int>(question.args.size()),
      .argv = argv.data()};
  e820_subject_response response = EmptyResponse();
  const int code = answer_(&request, &response);
  if (std::optional<NoAnswer> none = Misconduct(response)) return *none;
  Reply answer = Read(code, response);
  Forget(response);
  return answer;
}

e820_subject_response SubjectCaller::EmptyResponse() const {
  return {.e820 = {.rows = reinterpret_cast<e820_subject_row*>(rows_.data()),
                   .capacity = kMaxE820Rows,
                   .count = 0},
          .srat = BytesOf(srat_),
          .slit = BytesOf(slit_),
          .hmat = BytesOf(hmat_),
          .text = BytesOf(text_),
          .warnings = BytesOf(warnings_),
          .help_exit_status = 0};
}

std::optional<NoAnswer> SubjectCaller::Misconduct(
    const e820_subject_response& response) const {
  const e820_subject_response given = EmptyResponse();
  if (response.e820.rows != given.e820.rows ||
      response.e820.capacity != given.e820.capacity) {
    return NoAnswer{Kind::kOverrun, "changed where the rows are"};
  }
  if (response.e820.count > given.e820.capacity) {
    return Garbage(absl::StrCat("says ", response.e820.count,
                                " rows in a buffer of ", given.e820.capacity));
  }
  for (const auto member :
       {&e820_subject_response::srat, &e820_subject_response::slit,
        &e820_subject_response::hmat, &e820_subject_response::text,
        &e820_subject_response::warnings}) {
    const e820_subject_bytes& is = response.*member;
    const e820_subject_bytes& was = given.*member;
    if (is.bytes != was.bytes || is.capacity != was.capacity) {
      return NoAnswer{Kind::kOverrun, "changed where a buffer is"};
    }
    if (is.size > was.capacity) {
      return Garbage(absl::StrCat("says ", is.size, " bytes in a buffer of ",
                                  was.capacity));
    }
  }
  return std::nullopt;
}

Reply SubjectCaller::Read(int code,
                          const e820_subject_response& response) const {
  const std::string text = TextOf(response.text);
  switch (code) {
    case E820_SUBJECT_NOT_COVERED:
      return NoAnswer{Kind::kNotCovered, text};
    case E820_SUBJECT_TOO_SMALL:
      return NoAnswer{Kind::kLimit,
                      absl::StrCat("a buffer is too small: ", text)};
    case E820_SUBJECT_FAILED:
      return NoAnswer{Kind::kFailed, text};
    default:
      break;
  }
  Answer answer;
  absl::StatusOr<std::vector<std::string>> warnings =
      WarningsOf(response.warnings);
  if (!warnings.ok()) return Garbage(warnings.status().message());
  answer.warnings = *std::move(warnings);
  if (code == E820_SUBJECT_ACCEPTED) {
    GuestLayout layout;
    for (size_t i = 0; i < response.e820.count; ++i) {
      const e820_subject_row& row = response.e820.rows[i];
      layout.e820.push_back({.address = row.address,
                             .length_bytes = row.length,
                             .type = static_cast<MemoryType>(row.type)});
    }
    layout.srat = TextOf(response.srat);
    layout.slit = TextOf(response.slit);
    layout.hmat = TextOf(response.hmat);
    answer.outcome = std::move(layout);
  } else if (code == E820_SUBJECT_REFUSED) {
    answer.outcome = Rejection{.text = text};
  } else if (code == E820_SUBJECT_HELP) {
    Rejection help;
    help.help_exit_status = response.help_exit_status;
    answer.outcome = help;
  } else {
    return Garbage(absl::StrCat("returned ", code, ", which is no code"));
  }
  if (absl::Status s = CheckSizes(answer); !s.ok()) return Garbage(s.message());
  return answer;
}

void SubjectCaller::Forget(const e820_subject_response& response) const {
  rows_.Forget(response.e820.count * sizeof(e820_subject_row));
  srat_.Forget(response.srat.size);
  slit_.Forget(response.slit.size);
  hmat_.Forget(response.hmat.size);
  text_.Forget(response.text.size);
  warnings_.Forget(response.warnings.size);
}

const char* SubjectCaller::GuardedBufferAt(uintptr_t address) const {
  for (const GuardedBuffer* buffer :
       {&rows_, &srat_, &slit_, &hmat_, &text_, &warnings_}) {
    if (buffer->GuardHolds(address)) return buffer->name();
  }
  return nullptr;
}

}  // namespace e820check
