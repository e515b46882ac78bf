// SPDX-License-Identifier: Apache-2.0

#include "search/hunted_case.h"

#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "model/rules.h"
#include "search/harmless.h"
#include "search/known_refusals.h"
#include "search/shape.h"

namespace e820check {
namespace {

// What findings of one cause have in common. Where there is no answer, of what
// was said the last line, which comes after any warnings.
std::string TextOf(const Judgement& judgement) {
  if (judgement.none() == nullptr) return Describe(judgement);
  NoAnswer none = *judgement.none();
  none.last_words.erase(0, none.last_words.rfind('\n') + 1);  // npos + 1 is 0
  return absl::StrCat(judgement.silent_system, ": ", Describe(none));
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
      qemu_version_(qemu.version().value_or(kDefaultRelease)) {
  const absl::Span<const KnownRefusal> known = KnownRefusals();
  for (size_t i = 0; i < known.size(); ++i) {
    if (!Has(known[i].releases, qemu_version_)) continue;
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
      CheckHarmless(prepared, question.parsed.Get(), qemu_version_);
  if (!fence.ok()) return result;
  question.fence = *fence;
  result.was_run = true;
  if (absl::Status filled = folder.Fill(prepared.files); !filled.ok()) {
    result.judgement.verdict = Verdict::kHost;
    result.judgement.actual = NoAnswer{.kind = NoAnswer::Kind::kHost,
                                       .text = std::string(filled.message())};
    return result;
  }
  result.judgement = Judge(model_, qemu_, question);
  const Verdict verdict = result.judgement.verdict;
  result.features = FeaturesOf(question, result.judgement);
  if (verdict == Verdict::kDisagree || verdict == Verdict::kKnownCrash) {
    result.kind = KindOf(result.judgement);
    result.shape = ShapeOf(TextOf(result.judgement), prepared.args);
    result.features.push_back(
        absl::StrCat("finding ", result.kind, " ", result.shape));
  }
  return result;
}

std::vector<Feature> CaseRunner::FeaturesOf(const Question& question,
                                            const Judgement& judgement) const {
  std::vector<Feature> features;
  if (!judgement.expected || !judgement.expected->ok()) return features;
  const Answer& answer = **judgement.expected;
  const auto add = [&](absl::string_view name, absl::string_view text) {
    features.push_back(absl::StrCat(name, " ", ShapeOf(text, question.args)));
  };
  for (const std::string& text : answer.warnings) add("warning", text);
  features.push_back(
      absl::StrCat("exit ", ExitKind(judgement.verdict, answer)));
  if (const auto* refusal = std::get_if<Rejection>(&answer.outcome)) {
    add("refusal", refusal->text);
    const auto known =
        known_refusals_.find(KnownShape(refusal->text, question.args));
    if (known != known_refusals_.end() &&
        judgement.verdict == Verdict::kRefused) {
      features.push_back(absl::StrCat("known ", known->second));
    }
  }
  for (size_t rule = 0; rule < kRuleCount; ++rule) {
    if (judgement.rules.test(rule)) {
      features.push_back(absl::StrCat("rule ", rule));
    }
  }
  return features;
}

}  // namespace e820check
