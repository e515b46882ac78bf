// SPDX-License-Identifier: Apache-2.0

#include "cli/predict.h"

#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/laws.h"
#include "machine/describe.h"
#include "nlohmann/json.hpp"
#include "systems/subject/answer_json.h"

namespace e820check {
namespace {

using nlohmann::ordered_json;

CommandStatus StatusOf(const absl::Status& failure) {
  switch (failure.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kUnimplemented:
      return kExitUsage;
    case absl::StatusCode::kNotFound:
      return kExitMissing;
    default:
      return kExitNoAnswer;
  }
}

CommandStatus Complain(const absl::Status& failure) {
  std::cerr << "e820check: " << failure.message() << "\n";
  return StatusOf(failure);
}

void PrintNotes(const Question& question) {
  if (!question.parsed.ok()) return;
  for (const std::string& note : question.parsed->notes) {
    std::cerr << "note: " << note << "\n";
  }
}

Question MakeQuestion(std::vector<std::string> args, const System& system,
                      const PredictOptions& options) {
  std::optional<QemuVersion> version = options.qemu_version;
  if (!version) version = system.version();
  CommandLineContext context{.dialect = options.dialect,
                             .read_file = ReadHostFile};
  context.qemu_version = version ? *version : ImpliedVersion(args, context);
  return MakeQuestion(std::move(args), context);
}

// "nearest_to": the release that the rules are only near to.
void AddNearest(const System& system, ordered_json& json) {
  if (const std::string own = system.nearest_to(); !own.empty()) {
    json["nearest_to"] = own;
  }
}

CommandStatus PredictOne(const System& system, const PredictOptions& options) {
  const Question question = MakeQuestion(options.args, system, options);
  PrintNotes(question);
  const absl::StatusOr<Answer> answer = system.Ask(question);
  if (!answer.ok()) return Complain(answer.status());
  if (options.json) {
    ordered_json json = AnswerToJson(*answer);
    AddNearest(system, json);
    std::cout << ToLine(json) << "\n";
    return answer->accepted() ? kExitOk : kExitNo;
  }
  for (const std::string& warning : answer->warnings) {
    std::cerr << warning << "\n";
  }
  if (const auto* rejection = std::get_if<Rejection>(&answer->outcome)) {
    std::cerr << Describe(*rejection) << "\n";
    return kExitNo;
  }
  const auto& layout = std::get<GuestLayout>(answer->outcome);
  std::cout << Describe(layout);
  const MachineOptions* machine = OptionsOf(question);
  if (options.audit && machine != nullptr) {
    PrintAudit(*machine, layout, std::cout);
  } else if (options.audit) {
    std::cerr << "e820check: no audit: the options are not covered\n";
  }
  return kExitOk;
}

// One line out for one line in; a line without an answer says why in "failed".
CommandStatus AnswerLine(const System& system, const PredictOptions& options,
                         const std::string& line) {
  absl::StatusOr<BatchQuestion> request = BatchQuestionFromLine(line);
  ordered_json out;
  CommandStatus status = kExitOk;
  if (request.ok() && request->name) out["name"] = *request->name;
  absl::StatusOr<Answer> answer =
      request.ok()
          ? system.Ask(MakeQuestion(std::move(request->args), system, options))
          : request.status();
  if (answer.ok()) {
    out.update(AnswerToJson(*answer));
  } else {
    out.update(FailureToJson(answer.status()));
    status = StatusOf(answer.status());
  }
  AddNearest(system, out);
  std::cout << ToLine(out) << "\n";
  return status;
}

CommandStatus PredictBatch(const System& system,
                           const PredictOptions& options) {
  std::ifstream file;
  if (options.batch != "-") {
    file.open(options.batch);
    if (!file) {
      return Complain(absl::InvalidArgumentError(
          absl::StrCat("--batch ", options.batch, ": cannot open the file")));
    }
  }
  std::istream& input = options.batch == "-" ? std::cin : file;
  CommandStatus worst = kExitOk;
  size_t failed = 0;
  std::string line;
  while (std::getline(input, line)) {
    if (line.empty()) continue;
    const CommandStatus status = AnswerLine(system, options, line);
    if (status == kExitOk) continue;
    ++failed;
    worst = std::max(worst, status);
  }
  if (input.bad()) {
    return Complain(absl::InvalidArgumentError(
        absl::StrCat("--batch ", options.batch, ": cannot read the file")));
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
  if (!system.ok()) return Complain(system.status());
  if (const std::string own = (*system)->nearest_to(); !own.empty()) {
    std::cerr << "note: rules of QEMU "
              << ReleaseText(*(*system)->version(), own) << "\n";
  }
  return options.batch.empty() ? PredictOne(**system, options)
                               : PredictBatch(**system, options);
}

}  // namespace e820check
