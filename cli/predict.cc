// SPDX-License-Identifier: Apache-2.0

#include "cli/predict.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cli/laws.h"
#include "machine/describe.h"
#include "nlohmann/json.hpp"
#include "systems/subject/answer_json.h"

namespace e820check {
namespace {

using nlohmann::ordered_json;

// Whose rules a question goes by, and why.
struct Rules {
  QemuVersion version;
  std::string why;
};

Rules RulesFor(const std::vector<std::string>& args, const System& system,
               std::optional<QemuVersion> asked_for,
               const CommandLineContext& context) {
  if (asked_for) return {*asked_for, "as asked for"};
  if (system.version()) return {*system.version(), "those of the binary"};
  return {ImpliedVersion(args, context),
          "the oldest release that has the machine type"};
}

CommandLineContext ContextOf(Dialect dialect) {
  return {.dialect = dialect, .read_file = ReadHostFile};
}

// "nearest_to": the release that the rules are only near to.
void AddNearest(const System& system, ordered_json& json) {
  if (const std::string own = system.nearest_to(); !own.empty()) {
    json["nearest_to"] = own;
  }
}

CommandStatus StatusOf(const Answer& answer) {
  const auto* rejection = std::get_if<Rejection>(&answer.outcome);
  return rejection == nullptr || rejection->help_exit_status == 0 ? kExitOk
                                                                  : kExitNo;
}

CommandStatus PredictOne(const System& system, const PredictOptions& options) {
  CommandLineContext context = ContextOf(options.dialect);
  const Rules rules =
      RulesFor(options.args, system, options.qemu_version, context);
  context.qemu_version = rules.version;
  const Question question = MakeQuestion(options.args, context);
  std::cerr << "rules of QEMU "
            << ReleaseText(rules.version, system.nearest_to()) << ", "
            << rules.why << "\n";
  if (const auto& parsed = question.parsed.Get(); parsed.ok()) {
    for (const std::string& note : parsed->notes) {
      std::cerr << "note: " << note << "\n";
    }
  }
  const Reply reply = system.Ask(question);
  if (!reply.ok()) {
    return Complain(StatusOf(reply.none().kind), Describe(reply.none()));
  }
  const CommandStatus status = StatusOf(*reply);
  if (options.json) {
    ordered_json json = AnswerToJson(*reply);
    json["qemu_version"] = ToString(rules.version);
    AddNearest(system, json);
    std::cout << ToLine(json) << "\n";
    return status;
  }
  for (const std::string& warning : reply->warnings) {
    std::cerr << warning << "\n";
  }
  if (const auto* rejection = std::get_if<Rejection>(&reply->outcome)) {
    std::cerr << Describe(*rejection) << "\n";
    return status;
  }
  std::cout << Describe(std::get<GuestLayout>(reply->outcome));
  if (!options.audit) return status;
  if (const MachineOptions* machine = OptionsOf(question)) {
    PrintAudit(*machine, *reply, std::cout);
  } else {
    std::cerr << "e820check: no audit: the options are not covered\n";
  }
  return status;
}

// One line out for one line in; a line without an answer says why in "failed".
CommandStatus AnswerLine(const System& system, const PredictOptions& options,
                         absl::string_view line) {
  absl::StatusOr<BatchQuestion> request = BatchQuestionFromLine(line);
  ordered_json out;
  CommandStatus status = kExitUsage;
  if (!request.ok()) {
    out["failed"] = request.status().message();
  } else {
    if (request->name) out["name"] = *request->name;
    CommandLineContext context =
        ContextOf(request->dialect.value_or(options.dialect));
    const auto version =
        request->qemu_version ? request->qemu_version : options.qemu_version;
    context.qemu_version =
        RulesFor(request->args, system, version, context).version;
    const Reply reply =
        system.Ask(MakeQuestion(std::move(request->args), context));
    status = reply.ok() ? StatusOf(*reply) : StatusOf(reply.none().kind);
    out.update(reply.ok() ? AnswerToJson(*reply)
                          : NoAnswerToJson(reply.none()));
    out["qemu_version"] = ToString(context.qemu_version);
  }
  AddNearest(system, out);
  // Whoever asks may wait for it before the next question.
  std::cout << ToLine(out) << "\n" << std::flush;
  return status;
}

// Lines of a file, or of standard input.
class LineReader {
 public:
  explicit LineReader(const std::string& name)
      : file_(name == "-" ? stdin : std::fopen(name.c_str(), "re")) {}
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  ~LineReader() {
    std::free(line_);  // NOLINT: getline() takes it from malloc()
    if (file_ != nullptr && file_ != stdin) std::fclose(file_);
  }

  bool is_open() const { return file_ != nullptr; }

  // Without its newline, valid until the next call; nullopt at the end, and
  // then error() is 0 if that is the end of the file.
  std::optional<absl::string_view> Next() {
    errno = 0;
    const ssize_t size = getline(&line_, &capacity_, file_);
    if (size < 0) {
      error_ = std::feof(file_) != 0 ? 0 : errno;
      return std::nullopt;
    }
    absl::string_view line(line_, static_cast<size_t>(size));
    absl::ConsumeSuffix(&line, "\n");
    return line;
  }

  int error() const { return error_; }

 private:
  FILE* file_;
  char* line_ = nullptr;
  size_t capacity_ = 0;
  int error_ = 0;
};

CommandStatus PredictBatch(const System& system,
                           const PredictOptions& options) {
  const auto complain = [&](CommandStatus status, absl::string_view why) {
    return Complain(status, absl::StrCat("--batch ", options.batch, ": ", why));
  };
  LineReader lines(options.batch);
  if (!lines.is_open()) {
    return complain(errno == ENOENT ? kExitMissing : kExitUsage,
                    std::strerror(errno));
  }
  CommandStatus worst = kExitOk;
  size_t failed = 0;
  // Answers that go nowhere are not worth asking for.
  while (std::cout.good()) {
    const std::optional<absl::string_view> line = lines.Next();
    if (!line) break;
    if (line->empty()) continue;
    const CommandStatus status = AnswerLine(system, options, *line);
    if (status != kExitOk && status != kExitNo) ++failed;
    worst = Worse(worst, status);
  }
  if (lines.error() != 0) {
    return complain(kExitUsage, std::strerror(lines.error()));
  }
  if (failed > 0) {
    std::cerr << "e820check: " << failed
              << " lines got no answer; see \"failed\"\n";
  }
  return worst;
}

}  // namespace

CommandStatus Predict(const PredictOptions& options) {
  const absl::StatusOr<std::unique_ptr<System>> system =
      MakeSystem(options.system, options.others);
  if (!system.ok()) {
    return Complain(StatusOfStart(system.status()), system.status().message());
  }
  return options.batch.empty() ? PredictOne(**system, options)
                               : PredictBatch(**system, options);
}

}  // namespace e820check
