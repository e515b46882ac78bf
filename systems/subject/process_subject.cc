// SPDX-License-Identifier: Apache-2.0

#include "systems/subject/process_subject.h"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "systems/process/process.h"
#include "systems/subject/failure.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr char kLoader[] = "e820check_load_subject";
// How often to look at what comes on standard error while nothing comes on
// standard output.
constexpr absl::Duration kGlance = absl::Milliseconds(50);
// What a report repeats of the standard error of a process that failed.
constexpr size_t kLastWordsBytes = 2000;

// One process, from question to question.
class Conversation {
 public:
  Conversation(ChildProcess child, const SubjectLimits& limits)
      : child_(std::move(child)), limits_(limits) {}

  // After a failure the process is of no use any more.
  absl::StatusOr<Answer> Ask(ordered_json question) {
    child_.ForgetErrorOutput();
    question["name"] = ++questions_;
    child_.Send(ToLine(question) + "\n");
    absl::StatusOr<std::string> line = ReadLine();
    if (!line.ok()) return line.status();
    if (ErrorBytes() > limits_.output_cap_bytes) return Flood("error");
    if (!child_.output().empty()) {
      return absl::DataLossError("more than one line for one question");
    }
    const ordered_json json = ParseJsonLine(*line);
    if (json.is_discarded()) {
      return absl::DataLossError(absl::StrCat("no JSON: ", Excerpt(*line)));
    }
    if (!json.is_object() || !json.contains("name") ||
        json["name"] != questions_) {
      return absl::DataLossError(
          absl::StrCat("not the name of the question: ", Excerpt(*line)));
    }
    return AnswerFromJson(json);
  }

  // What it said last on standard error, or empty.
  std::string LastWords() const {
    absl::string_view words = child_.error_output();
    if (words.empty()) return "";
    const bool whole = words.size() <= kLastWordsBytes;
    if (!whole) words.remove_prefix(words.size() - kLastWordsBytes);
    return absl::StrCat("\n  it said: ", whole ? "" : "... ", words);
  }

 private:
  size_t ErrorBytes() const {
    return child_.error_output().size() + child_.error_output_dropped_bytes();
  }

  absl::Status Flood(absl::string_view stream) const {
    return absl::OutOfRangeError(
        absl::StrCat("more than ", limits_.output_cap_bytes,
                     " bytes on standard ", stream, " for one question"));
  }

  static std::string Excerpt(absl::string_view line) {
    constexpr size_t kMostBytes = 80;
    return absl::StrCat("'", line.substr(0, kMostBytes),
                        line.size() > kMostBytes ? "'..." : "'");
  }

  // Up to a newline, which is taken but not returned.
  absl::StatusOr<std::string> ReadLine() {
    const Deadline deadline = DeadlineAfter(limits_.deadline);
    std::string& output = child_.output();
    size_t searched = 0;
    while (true) {
      const size_t newline = output.find('\n', searched);
      if (newline != std::string::npos) {
        std::string line = output.substr(0, newline);
        output.erase(0, newline + 1);
        return line;
      }
      searched = output.size();
      if (searched > limits_.output_cap_bytes) return Flood("output");
      const absl::StatusOr<bool> more =
          child_.ReadSome(std::min(deadline, DeadlineAfter(kGlance)));
      if (ErrorBytes() > limits_.output_cap_bytes) return Flood("error");
      if (more.ok() && !*more) return EndOf(child_.Kill());
      if (!more.ok() && !absl::IsDeadlineExceeded(more.status())) {
        return more.status();
      }
      if (!more.ok() && std::chrono::steady_clock::now() >= deadline) {
        return absl::DeadlineExceededError(absl::StrCat(
            "no answer in ", absl::FormatDuration(limits_.deadline)));
      }
    }
  }

  absl::Status EndOf(const ExitStatus& exit) const {
    const std::string text =
        absl::StrCat("ended without an answer: ", exit.ToString());
    if (exit.code.has_value()) return absl::FailedPreconditionError(text);
    // Nobody here sends it before Kill(), so it was the host.
    if (exit.signal == SIGKILL) return absl::AbortedError(text);
    return absl::InternalError(text);
  }

  ChildProcess child_;
  SubjectLimits limits_;
  uint64_t questions_ = 0;
};

using Conversations = std::map<uint64_t, std::unique_ptr<Conversation>>;

// A process must stay in the thread that made it.
Conversations& ConversationsOfThisThread() {
  thread_local Conversations conversations;
  return conversations;
}

uint64_t NextId() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

// Beside the running program.
absl::StatusOr<std::string> FindLoader() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  const std::string path = self.parent_path() / kLoader;
  if (error || !FindProgram(path)) {
    return absl::NotFoundError(
        absl::StrCat(path, ": not there; so: needs it beside e820check"));
  }
  return path;
}

// Whether the loader can load it; the reason is the loader's.
absl::Status TryToLoad(const std::string& loader, const std::string& file,
                       const SubjectLimits& limits) {
  absl::StatusOr<ChildProcess> child =
      ChildProcess::Spawn({.path = loader, .arguments = {"--check", file}});
  if (!child.ok()) return child.status();
  const absl::StatusOr<ExitStatus> exit =
      child->AwaitExit(DeadlineAfter(limits.deadline));
  if (exit.ok() && exit->code == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "so:", file, ": ",
      exit.ok() ? exit->ToString() : std::string(exit.status().message()), "\n",
      child->error_output()));
}

}  // namespace

ProcessSubject::ProcessSubject(std::string path,
                               std::vector<std::string> arguments,
                               const SubjectLimits& limits)
    : path_(std::move(path)),
      arguments_(std::move(arguments)),
      limits_(limits),
      id_(NextId()) {}

ProcessSubject::ProcessSubject(ProcessSubject&& other) noexcept
    : path_(std::move(other.path_)),
      arguments_(std::move(other.arguments_)),
      limits_(other.limits_),
      id_(std::exchange(other.id_, 0)) {}

ProcessSubject::~ProcessSubject() { ConversationsOfThisThread().erase(id_); }

absl::StatusOr<ProcessSubject> ProcessSubject::FromCommand(
    absl::string_view command, const SubjectLimits& limits) {
  std::vector<std::string> words =
      absl::StrSplit(command, ' ', absl::SkipEmpty());
  if (words.empty()) return absl::InvalidArgumentError("exec: needs a command");
  std::optional<std::string> path = FindProgram(words.front());
  if (!path) {
    return absl::NotFoundError(
        absl::StrCat("exec: there is no program '", words.front(), "'"));
  }
  words.erase(words.begin());
  return ProcessSubject(*std::move(path), std::move(words), limits);
}

absl::StatusOr<ProcessSubject> ProcessSubject::FromSharedObject(
    absl::string_view file, const SubjectLimits& limits) {
  std::error_code error;
  if (!fs::is_regular_file(fs::path(std::string(file)), error)) {
    return absl::NotFoundError(
        absl::StrCat("so: there is no file '", file, "'"));
  }
  // Without a slash, the dynamic linker would look elsewhere.
  const std::string path = fs::absolute(std::string(file), error);
  absl::StatusOr<std::string> loader = FindLoader();
  if (!loader.ok()) return loader.status();
  if (absl::Status s = TryToLoad(*loader, path, limits); !s.ok()) return s;
  return ProcessSubject(*std::move(loader), {path}, limits);
}

absl::StatusOr<Answer> ProcessSubject::Ask(
    const SubjectQuestion& question) const {
  absl::StatusOr<ordered_json> json = QuestionToJson(question);
  if (!json.ok()) return json.status();
  std::unique_ptr<Conversation>& conversation =
      ConversationsOfThisThread()[id_];
  if (conversation == nullptr) {
    absl::StatusOr<ChildProcess> child =
        ChildProcess::Spawn({.path = path_,
                             .arguments = arguments_,
                             .default_environment = {},
                             .working_directory = "",
                             .is_expendable = true});
    if (!child.ok()) return child.status();
    conversation = std::make_unique<Conversation>(*std::move(child), limits_);
  }
  absl::StatusOr<Answer> answer = conversation->Ask(*std::move(json));
  if (IsFailure(answer.status()) || absl::IsAborted(answer.status())) {
    const absl::Status& failure = answer.status();
    answer =
        absl::Status(failure.code(),
                     absl::StrCat(FailureKind(failure), ": ", failure.message(),
                                  conversation->LastWords()));
    conversation.reset();
  }
  return answer;
}

}  // namespace e820check
