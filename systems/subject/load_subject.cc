// SPDX-License-Identifier: Apache-2.0

// e820check_load_subject FILE: a shared object (e820_subject.h) as a process
// that answers JSON lines (answer_json.h). What the shared object prints goes
// to standard error; if it writes beyond a buffer, that is the answer, and the
// process ends. With --check, only loads it: exit status 0, or 2 and the
// reason.

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "systems/subject/answer_json.h"
#include "systems/subject/subject_caller.h"

namespace e820check {
namespace {

using nlohmann::ordered_json;

// For the signal handler: what it may answer, to which question, where.
SubjectCaller* caller = nullptr;
std::string* overrun_start = nullptr;
int answers_fd = -1;

void WriteAll(const char* text, size_t size) {
  while (size > 0) {
    const ssize_t count = write(answers_fd, text, size);
    if (count <= 0) _exit(1);
    text += count;
    size -= static_cast<size_t>(count);
  }
}

// Async-signal-safe. Any other fault is the subject's death.
void ReportOverrun(int signal, siginfo_t* info, void* /*context*/) {
  const bool is_fault = info->si_code > 0;  // and not sent by somebody
  const char* const name =
      is_fault
          ? caller->GuardedBufferAt(reinterpret_cast<uintptr_t>(info->si_addr))
          : nullptr;
  if (name == nullptr) {
    ::signal(signal, SIG_DFL);
    if (!is_fault) raise(signal);
    return;  // to the same instruction, which faults again
  }
  constexpr char kEnd[] = "\",\"kind\":\"overrun\"}\n";
  WriteAll(overrun_start->data(), overrun_start->size());
  WriteAll(name, strlen(name));
  WriteAll(kEnd, sizeof kEnd - 1);
  _exit(1);
}

// A stack that ran over has no room for a handler.
void HandleFaults() {
  static std::array<char, 64 << 10> stack;
  const stack_t alternate = {
      .ss_sp = stack.data(), .ss_flags = 0, .ss_size = stack.size()};
  sigaltstack(&alternate, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = ReportOverrun;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGSEGV, &action, nullptr);
  sigaction(SIGBUS, &action, nullptr);
}

int MoveAway(int fd) {
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (moved < 0) {
    std::perror("fcntl");
    _exit(2);
  }
  return moved;
}

// Takes the descriptors of questions and answers away from the subject, whose
// input is empty and whose output is standard error.
FILE* TakeStandardStreams() {
  const int questions_fd = MoveAway(STDIN_FILENO);
  answers_fd = MoveAway(STDOUT_FILENO);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
      dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    std::perror("dup2");
    _exit(2);
  }
  return fdopen(questions_fd, "r");
}

// Up to a newline, which is dropped; false at the end.
bool ReadLine(FILE* file, std::string& line) {
  line.clear();
  for (int c = std::getc(file); c != EOF; c = std::getc(file)) {
    if (c == '\n') return true;
    line.push_back(static_cast<char>(c));
  }
  return !line.empty();
}

absl::StatusOr<SubjectCaller::AnswerFunction> Load(const char* file) {
  void* const library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return absl::InvalidArgumentError(dlerror());
  auto* const version = reinterpret_cast<decltype(&e820_subject_abi_version)>(
      dlsym(library, "e820_subject_abi_version"));
  auto* const answer = reinterpret_cast<SubjectCaller::AnswerFunction>(
      dlsym(library, "e820_subject_answer"));
  if (version == nullptr || answer == nullptr) {
    return absl::InvalidArgumentError(
        "e820_subject_abi_version or e820_subject_answer is missing");
  }
  if (version() != E820_SUBJECT_ABI_VERSION) {
    return absl::InvalidArgumentError(
        absl::StrCat("made for version ", version(), " of e820_subject.h, not ",
                     E820_SUBJECT_ABI_VERSION));
  }
  return answer;
}

ordered_json AnswerOf(const ordered_json& json) {
  const absl::StatusOr<SubjectQuestion> question = QuestionFromJson(json);
  if (!question.ok()) {
    return NoAnswerToJson({.kind = NoAnswer::Kind::kNotCovered,
                           .text = std::string(question.status().message())});
  }
  const Reply answer = caller->Ask(*question);
  return answer.ok() ? AnswerToJson(*answer) : NoAnswerToJson(answer.none());
}

int Main(int argc, char** argv) {
  const bool check = argc == 3 && std::string(argv[1]) == "--check";
  if (argc != 2 && !check) {
    std::cerr << "usage: e820check_load_subject [--check] FILE\n";
    return 2;
  }
  FILE* const questions = TakeStandardStreams();
  const absl::StatusOr<SubjectCaller::AnswerFunction> answer =
      Load(argv[argc - 1]);
  if (!answer.ok()) {
    std::cerr << answer.status().message() << "\n";
    return 2;
  }
  if (check) return 0;
  caller = new SubjectCaller(*answer);
  overrun_start = new std::string;
  HandleFaults();
  for (std::string line; ReadLine(questions, line);) {
    const ordered_json question = ParseJsonLine(line);
    ordered_json out;
    if (question.is_object() && question.contains("name")) {
      out["name"] = question["name"];
    }
    *overrun_start =
        absl::StrCat("{\"name\":", ToLine(out.value("name", ordered_json())),
                     ",\"failed\":\"wrote or read beyond the buffer ");
    out.update(AnswerOf(question));
    // What the subject printed comes before the answer to its question.
    std::fflush(stdout);
    const std::string text = ToLine(out) + "\n";
    WriteAll(text.data(), text.size());
  }
  return 0;
}

}  // namespace
}  // namespace e820check

int main(int argc, char** argv) { return e820check::Main(argc, argv); }
