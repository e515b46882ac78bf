// SPDX-License-Identifier: Apache-2.0

#include "cli/comparison.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "properties/agreement.h"
#include "properties/classify.h"
#include "properties/laws.h"
#include "properties/quirks.h"

namespace e820check {
namespace {

Comparison WithoutAnswer(const System& system, const absl::Status& failure) {
  Comparison comparison;
  comparison.divergence = absl::StrCat(system.name(), ": ", failure.message());
  switch (failure.code()) {
    case absl::StatusCode::kUnimplemented:
      comparison.verdict = Verdict::kNotCovered;
      break;
    case absl::StatusCode::kResourceExhausted:
      comparison.verdict = Verdict::kHostRefuses;
      break;
    default:
      comparison.verdict = Verdict::kDisagree;
  }
  return comparison;
}

}  // namespace

Comparison Compare(const System& left, const System& right,
                   const Question& question) {
  const absl::StatusOr<Answer> expected = left.Ask(question);
  if (!expected.ok()) return WithoutAnswer(left, expected.status());
  const absl::StatusOr<Answer> actual = right.Ask(question);
  if (!actual.ok()) return WithoutAnswer(right, actual.status());

  const MachineOptions* options = OptionsOf(question);
  Comparison comparison;
  comparison.classes = Classify(options, *expected);
  comparison.verdict =
      expected->accepted() ? Verdict::kAccepted : Verdict::kRefused;
  if (absl::Status s = CheckAgreement(*expected, *actual); !s.ok()) {
    comparison.verdict = Verdict::kDisagree;
    comparison.divergence = std::string(s.message());
    return comparison;
  }
  if (!expected->accepted() || options == nullptr) return comparison;
  const GuestLayout& layout = std::get<GuestLayout>(expected->outcome);
  for (const Breach& breach : FindBreaches(*options, layout)) {
    if (breach.excuse != nullptr) {
      comparison.quirks.push_back(breach.excuse->id);
    } else if (comparison.verdict != Verdict::kDisagree) {
      comparison.verdict = Verdict::kDisagree;
      comparison.divergence = absl::StrCat("both answers break law ",
                                           breach.law->id, ": ", breach.detail);
    }
  }
  return comparison;
}

void Tally::Add(const Comparison& comparison) {
  ++cases;
  ++verdicts[comparison.verdict];
  for (const absl::string_view name : comparison.classes) ++classes[name];
  // A case counts once for an entry, however many laws that excuses.
  absl::string_view last;
  for (const absl::string_view id : comparison.quirks) {
    if (id != last) ++quirks[id];
    last = id;
  }
}

uint64_t Tally::Count(Verdict verdict) const {
  const auto found = verdicts.find(verdict);
  return found == verdicts.end() ? 0 : found->second;
}

}  // namespace e820check
