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

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "systems/process/process.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using Kind = NoAnswer::Kind;

constexpr char kLoader[] = "e820check_load_subject";
// How often to look at what comes on standard error while nothing comes on
// standard output.
constexpr absl::Duration kGlance = absl::Milliseconds(50);
// How long a process may live on that has closed its standard output, before
// that is taken for what it does wrong.
constexpr absl::Duration kTimeToEnd = absl::Seconds(1);
// What a report repeats of the standard error of a process that failed.
constexpr size_t kLastWordsBytes = 2000;

NoAnswer None(Kind kind, absl::string_view text) {
  return {.kind = kind, .text = std::string(text)};
}

// One process, from question to question.
class Conversation {
 public:
  Conversation(ChildProcess child, const SubjectLimits& limits)
      : child_(std::move(child)), limits_(limits) {}

  Reply Ask(ordered_json question) {
    child_.ForgetErrorOutput();
    question["name"] = ++questions_;
    child_.Send(ToLine(question) + "\n");
    const OrNoAnswer<std::string> line = ReadLine();
    if (!line.ok()) return line.none();
    if (ErrorBytes() > limits_.output_cap_bytes) return Flood("error");
    if (!child_.output().empty()) {
      return None(Kind::kGarbage, "more than one line for one question");
    }
    const ordered_json json = ParseJsonLine(*line);
    if (json.is_discarded()) {
      return None(Kind::kGarbage, absl::StrCat("no JSON: ", Excerpt(*line)));
    }
    if (!json.is_object() || !json.contains("name") ||
        json["name"] != questions_) {
      return None(Kind::kGarbage, absl::StrCat("not the name of the question: ",
                                               Excerpt(*line)));
    }
    return AnswerFromJson(json);
  }

  // What it said last on standard error, or empty.
  std::string LastWords() const {
    absl::string_view words = child_.error_output();
    if (words.empty()) return "";
    const bool whole = words.size() <= kLastWordsBytes;
    if (!whole) words.remove_prefix(words.size() - kLastWordsBytes);
    return absl::StrCat(whole ? "" : "... ",
                        absl::StripTrailingAsciiWhitespace(words));
  }

 private:
  size_t ErrorBytes() const {
    return child_.error_output().size() + child_.error_output_dropped_bytes();
  }

  NoAnswer Flood(absl::string_view stream) const {
    return None(
        Kind::kFlood,
        absl::StrCat("more than ", limits_.output_cap_bytes,
                     " bytes on standard ", stream, " for one question"));
  }

  static std::string Excerpt(absl::string_view line) {
    constexpr size_t kMostBytes = 80;
    return absl::StrCat("'", line.substr(0, kMostBytes),
                        line.size() > kMostBytes ? "'..." : "'");
  }

  // Up to a newline, which is taken but not returned.
  OrNoAnswer<std::string> ReadLine() {
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
      if (more.ok() && !*more) return AwaitEnd();
      if (!more.ok() && !absl::IsDeadlineExceeded(more.status())) {
        return None(Kind::kHost, more.status().message());
      }
      if (!more.ok() && std::chrono::steady_clock::now() >= deadline) {
        return None(Kind::kHang,
                    absl::StrCat("no answer in ",
                                 absl::FormatDuration(limits_.deadline)));
      }
    }
  }

  // There will be no more output: it ended, or closed that.
  NoAnswer AwaitEnd() {
    const absl::StatusOr<ExitStatus> exit =
        child_.AwaitExit(DeadlineAfter(kTimeToEnd));
    if (!exit.ok()) {
      return None(Kind::kGarbage, "closed its standard output and went on");
    }
    const std::string text =
        absl::StrCat("ended without an answer: ", exit->ToString());
    if (exit->code.has_value()) return None(Kind::kExit, text);
    // Nobody here has sent that, so it was the host.
    if (exit->signal == SIGKILL) return None(Kind::kHost, text);
    return None(Kind::kCrash, text);
  }

  ChildProcess child_;
  SubjectLimits limits_;
  uint64_t questions_ = 0;
};

// Whether a process that answers so goes on with the next question.
bool IsOfFurtherUse(Kind kind) {
  return kind == Kind::kNotCovered || kind == Kind::kAccident ||
         kind == Kind::kLacking || kind == Kind::kLimit;
}

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
  if (absl::IsResourceExhausted(exit.status())) return exit.status();
  return absl::FailedPreconditionError(absl::StrCat(
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

Reply ProcessSubject::Ask(const SubjectQuestion& question) const {
  absl::StatusOr<ordered_json> json = QuestionToJson(question);
  if (!json.ok()) return None(Kind::kLimit, json.status().message());
  std::unique_ptr<Conversation>& conversation =
      ConversationsOfThisThread()[id_];
  if (conversation == nullptr) {
    absl::StatusOr<ChildProcess> child =
        ChildProcess::Spawn({.path = path_,
                             .arguments = arguments_,
                             .default_environment = {},
                             .working_directory = "",
                             .is_expendable = true});
    if (!child.ok()) {
      return None(absl::IsResourceExhausted(child.status()) ? Kind::kHost
                                                            : Kind::kUnusable,
                  child.status().message());
    }
    conversation = std::make_unique<Conversation>(*std::move(child), limits_);
  }
  Reply answer = conversation->Ask(*std::move(json));
  if (!answer.ok() && !IsOfFurtherUse(answer.none().kind)) {
    answer.none().last_words = conversation->LastWords();
    conversation.reset();
  }
  return answer;
}

}  // namespace e820check
