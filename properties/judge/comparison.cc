// SPDX-License-Identifier: Apache-2.0

#include "properties/judge/comparison.h"

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "properties/generate/classify.h"
#include "properties/judge/agreement.h"
#include "properties/judge/consequences.h"
#include "properties/laws/laws.h"
#include "properties/ledger/quirks.h"
#include "systems/qemu/messages.h"
#include "systems/subject/failure.h"

namespace e820check {
namespace {

// "verdict" of "verdict\n  expected: ...", "e820" of "e820 row 3\n ...".
std::string FirstWord(absl::string_view text) {
  return std::string(text.substr(0, text.find_first_of(" \n")));
}

// The warnings that `other` has a way to say, too.
void DropUnsayable(const System& other, Answer& answer) {
  std::vector<std::string>& warnings = answer.warnings;
  warnings.erase(std::remove_if(warnings.begin(), warnings.end(),
                                [&other](const std::string& warning) {
                                  return !other.CanSay(warning);
                                }),
                 warnings.end());
}

}  // namespace

Comparison WithoutAnswer(const System& system, const absl::Status& failure,
                         const MachineOptions* options) {
  Comparison comparison;
  comparison.verdict = Verdict::kDisagree;
  comparison.divergence = absl::StrCat(system.name(), ": ", failure.message());
  if (absl::IsUnimplemented(failure) || absl::IsUnknown(failure)) {
    comparison.verdict = Verdict::kNotCovered;
  } else if (absl::IsResourceExhausted(failure) || absl::IsAborted(failure)) {
    // Aborted: somebody else killed it, most likely for want of memory.
    comparison.verdict = Verdict::kHostRefuses;
  } else {
    comparison.kind = absl::StrContains(failure.message(), kSanitizerReport)
                          ? "sanitizer"
                          : FailureKind(failure);
    comparison.defects.push_back(
        {.id = comparison.kind,
         .detail = comparison.divergence,
         .breaks = std::string(WhatBreaks(comparison.kind))});
  }
  if (comparison.kind == kCrash && system.IsInTheLedger()) {
    const Quirk* excuse =
        options == nullptr ? nullptr : FindExcuse(kCrash, *options);
    if (excuse != nullptr) {
      comparison.verdict = Verdict::kKnownCrash;
      comparison.defects.clear();
      comparison.quirks.push_back(excuse->id);
    }
  }
  return comparison;
}

Comparison Compare(const System& left, const System& right,
                   const Question& question) {
  const MachineOptions* options = OptionsOf(question);
  for (const System* system : {&left, &right}) {
    if (options == nullptr) break;
    const std::string missing = system->Lacks(*options);
    if (missing.empty()) continue;
    return {.verdict = Verdict::kLacking,
            .divergence = absl::StrCat(system->name(), " has no ", missing)};
  }
  absl::StatusOr<Answer> expected = left.Ask(question);
  if (!expected.ok()) return WithoutAnswer(left, expected.status(), options);
  absl::StatusOr<Answer> actual = right.Ask(question);
  if (!actual.ok()) return WithoutAnswer(right, actual.status(), options);
  DropUnsayable(right, *expected);
  DropUnsayable(left, *actual);

  Comparison comparison;
  comparison.classes = Classify(options, *expected);
  comparison.verdict =
      expected->accepted() ? Verdict::kAccepted : Verdict::kRefused;
  std::vector<Breach> breaches;
  if (actual->accepted() && options != nullptr) {
    breaches = FindBreaches(*options, std::get<GuestLayout>(actual->outcome));
  }
  for (const Breach& breach : breaches) {
    if (breach.excuse != nullptr) {
      comparison.quirks.push_back(breach.excuse->id);
    }
  }
  comparison.defects = FindDefects(*expected, *actual, breaches);
  if (absl::Status s = CheckAgreement(*expected, *actual); !s.ok()) {
    comparison.divergence = std::string(s.message());
    comparison.kind = FirstWord(comparison.divergence);
  } else if (!comparison.defects.empty()) {
    // What agrees and is wrong all the same, breaks a law.
    comparison.kind = comparison.defects.front().id;
    comparison.divergence =
        absl::StrCat(comparison.kind, ": ", comparison.defects.front().detail);
  }
  if (!comparison.kind.empty()) comparison.verdict = Verdict::kDisagree;
  return comparison;
}

void Tally::Add(const Comparison& comparison) {
  ++cases;
  ++verdicts[comparison.verdict];
  for (const absl::string_view name : comparison.classes) {
    ++classes[std::string(name)];
  }
  for (const Defect& defect : comparison.defects) ++defects[defect.id];
  if (comparison.verdict == Verdict::kNotCovered ||
      comparison.verdict == Verdict::kLacking) {
    ++reasons[comparison.divergence];
  }
  // A case counts once for an entry, however many laws that excuses.
  absl::string_view last;
  for (const absl::string_view id : comparison.quirks) {
    if (id != last) ++quirks[std::string(id)];
    last = id;
  }
}

uint64_t Tally::Count(Verdict verdict) const {
  const auto found = verdicts.find(verdict);
  return found == verdicts.end() ? 0 : found->second;
}

}  // namespace e820check
