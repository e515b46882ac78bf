// SPDX-License-Identifier: Apache-2.0

#include "search/hunted_case.h"

#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "model/reference_layout.h"
#include "model/rules.h"
#include "properties/ledger/quirks.h"
#include "search/harmless.h"
#include "search/known_refusals.h"
#include "search/shape.h"

namespace e820check {
namespace {

// Of a death, the last line of stderr, which comes after any warnings.
std::string LastWords(absl::string_view divergence) {
  const size_t start = divergence.find("(stderr: ");
  const size_t last = divergence.rfind('\n');
  if (start == divergence.npos || last == divergence.npos || last < start) {
    return std::string(divergence);
  }
  return absl::StrCat(divergence.substr(0, start),
                      "(stderr: ", divergence.substr(last + 1));
}

absl::string_view ExitKind(Verdict verdict, const Answer& expected) {
  if (verdict == Verdict::kKnownCrash) return "crash";
  const auto* rejection = std::get_if<Rejection>(&expected.outcome);
  if (rejection == nullptr) return "accepted";
  return rejection->help_exit_status ? "help" : "refused";
}

}  // namespace

CaseRunner::CaseRunner(const System& model, const System& qemu)
    : model_(model),
      qemu_(qemu),
      qemu_version_(qemu.version().value_or(QemuVersion::k7_2)) {
  const absl::Span<const KnownRefusal> known = KnownRefusals();
  for (size_t i = 0; i < known.size(); ++i) {
    if (!Has(known[i], qemu_version_)) continue;
    known_refusals_.emplace(KnownShape(known[i].text, {}), i);
  }
}

HuntedCase CaseRunner::Run(CommandLineArgs args,
                           const RunFolder& folder) const {
  HuntedCase result;
  result.args = std::move(args);
  const PreparedCase prepared = PrepareFiles(result.args);
  Question question = MakeQuestion(
      prepared.args,
      {.qemu_version = qemu_version_, .read_file = ReaderOf(prepared)});
  question.working_directory = folder.working_directory();
  const absl::StatusOr<QemuFence> fence =
      CheckHarmless(prepared, question.parsed, qemu_version_);
  if (!fence.ok()) return result;
  question.fence = *fence;
  result.was_run = true;
  if (absl::Status filled = folder.Fill(prepared.files); !filled.ok()) {
    result.comparison = {.verdict = Verdict::kHostRefuses,
                         .divergence = std::string(filled.message())};
    return result;
  }
  result.comparison = question.parsed.ok() ? Compare(model_, qemu_, question)
                                           : CompareAccident(question);
  const Verdict verdict = result.comparison.verdict;
  result.features = FeaturesOf(question, verdict);
  if (verdict == Verdict::kDisagree || verdict == Verdict::kKnownCrash) {
    result.kind = verdict == Verdict::kKnownCrash ? std::string(kCrash)
                                                  : result.comparison.kind;
    result.shape =
        ShapeOf(result.kind == kCrash ? LastWords(result.comparison.divergence)
                                      : result.comparison.divergence,
                prepared.args);
    result.features.push_back(
        absl::StrCat("finding ", result.kind, " ", result.shape));
  }
  return result;
}

// Where QEMU's answer is an accident there is none to compare, but it must not
// be a death.
Comparison CaseRunner::CompareAccident(const Question& question) const {
  const absl::Status answer = qemu_.Ask(question).status();
  if (absl::IsInternal(answer) || absl::IsDeadlineExceeded(answer)) {
    return WithoutAnswer(qemu_, answer, nullptr);
  }
  return {.verdict = Verdict::kNotCovered,
          .divergence = std::string(question.parsed.status().message())};
}

std::vector<Feature> CaseRunner::FeaturesOf(const Question& question,
                                            Verdict verdict) const {
  std::vector<Feature> features;
  if (!question.parsed.ok()) return features;
  const auto add = [&](absl::string_view name, absl::string_view text) {
    features.push_back(absl::StrCat(name, " ", ShapeOf(text, question.args)));
  };
  RuleSet reached;
  Answer answer{.warnings = question.parsed->warnings};
  if (const MachineOptions* machine = OptionsOf(question)) {
    Answer layout = TraceReferenceLayout(*machine, reached);
    answer.outcome = std::move(layout.outcome);
    answer.warnings.insert(answer.warnings.end(), layout.warnings.begin(),
                           layout.warnings.end());
  } else {
    answer.outcome = std::get<Rejection>(question.parsed->outcome);
  }
  for (const std::string& text : answer.warnings) add("warning", text);
  features.push_back(absl::StrCat("exit ", ExitKind(verdict, answer)));
  if (const auto* refusal = std::get_if<Rejection>(&answer.outcome)) {
    add("refusal", refusal->text);
    const auto known =
        known_refusals_.find(KnownShape(refusal->text, question.args));
    if (known != known_refusals_.end() && verdict == Verdict::kRefused) {
      features.push_back(absl::StrCat("known ", known->second));
    }
  }
  for (size_t rule = 0; rule < kRuleCount; ++rule) {
    if (reached.test(rule)) features.push_back(absl::StrCat("rule ", rule));
  }
  return features;
}

}  // namespace e820check
