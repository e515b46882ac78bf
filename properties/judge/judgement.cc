// SPDX-License-Identifier: Apache-2.0

#include "properties/judge/judgement.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "properties/generate/classify.h"
#include "properties/judge/consequences.h"
#include "properties/ledger/quirks.h"

namespace e820check {
namespace {

// The warnings that `other` has a way to say, too.
void DropUnsayable(const System& other, Answer& answer) {
  std::vector<std::string>& warnings = answer.warnings;
  warnings.erase(std::remove_if(warnings.begin(), warnings.end(),
                                [&other](const std::string& warning) {
                                  return !other.CanSay(warning);
                                }),
                 warnings.end());
}

// An answer beyond what any machine has is none.
Reply WithinReason(Reply reply) {
  if (!reply.ok()) return reply;
  const std::string excess = Excess(*reply);
  if (excess.empty()) return reply;
  return NoAnswer{.kind = NoAnswer::Kind::kFlood,
                  .text = absl::StrCat("an answer of ", excess)};
}

Verdict VerdictOf(NoAnswer::Kind kind) {
  switch (kind) {
    case NoAnswer::Kind::kHost:
      return Verdict::kHost;
    case NoAnswer::Kind::kNotCovered:
    case NoAnswer::Kind::kLimit:
      return Verdict::kNotCovered;
    case NoAnswer::Kind::kAccident:
      return Verdict::kAccident;
    case NoAnswer::Kind::kLacking:
      return Verdict::kLacking;
    case NoAnswer::Kind::kUnusable:
      return Verdict::kUnusable;
    default:
      return Verdict::kDisagree;
  }
}

// That `system` gave no answer: a disagreement, unless it is nobody's fault, or
// the ledger knows that QEMU dies of these options.
void JudgeSilence(const System& system, const NoAnswer& none,
                  const MachineOptions* options, Judgement& judgement) {
  judgement.silent_system = system.name();
  judgement.verdict = VerdictOf(none.kind);
  if (judgement.verdict != Verdict::kDisagree) return;
  const Quirk* excuse = nullptr;
  if (none.kind == NoAnswer::Kind::kCrash && options != nullptr &&
      system.IsInTheLedger()) {
    excuse = FindExcuse(kCrash, *options);
  }
  if (excuse != nullptr) {
    judgement.verdict = Verdict::kKnownCrash;
    judgement.quirks.push_back(excuse->id);
    return;
  }
  const absl::string_view kind = ToString(none.kind);
  judgement.defects.push_back({.id = std::string(kind),
                               .detail = Describe(judgement),
                               .breaks = std::string(WhatBreaks(kind))});
}

// Both systems have answered.
void JudgeAnswers(const MachineOptions* machine, const Answer& expected,
                  const Answer& actual, Judgement& judgement) {
  judgement.classes = Classify(machine, expected);
  judgement.differences = FindDifferences(expected, actual);
  judgement.defects = DefectsOf(judgement.differences, expected, actual);
  if (actual.accepted() && machine != nullptr) {
    judgement.breaches =
        FindBreaches(*machine, std::get<GuestLayout>(actual.outcome));
  }
  std::vector<Defect> of_laws =
      DefectsOf(judgement.breaches, expected.outcome == actual.outcome);
  std::move(of_laws.begin(), of_laws.end(),
            std::back_inserter(judgement.defects));
  for (const Breach& breach : judgement.breaches) {
    if (breach.excuse != nullptr) judgement.quirks.push_back(breach.excuse->id);
  }
  judgement.verdict =
      expected.accepted() ? Verdict::kAccepted : Verdict::kRefused;
  if (!judgement.differences.empty() || !judgement.defects.empty()) {
    judgement.verdict = Verdict::kDisagree;
  }
}

}  // namespace

const NoAnswer* Judgement::none() const {
  for (const std::optional<Reply>* reply : {&expected, &actual}) {
    if (reply->has_value() && !(*reply)->ok()) return &(*reply)->none();
  }
  return nullptr;
}

Judgement Judge(const System& expected, const System& actual,
                const Question& question) {
  Judgement judgement;
  const MachineOptions* machine = OptionsOf(question);
  judgement.expected =
      WithinReason(expected.AskAndTrace(question, judgement.rules));
  const bool is_accident =
      !judgement.expected->ok() &&
      judgement.expected->none().kind == NoAnswer::Kind::kAccident;
  if (!judgement.expected->ok() && !is_accident) {
    JudgeSilence(expected, judgement.expected->none(), machine, judgement);
    return judgement;
  }
  judgement.actual = WithinReason(actual.Ask(question));
  Reply& said = *judgement.actual;
  if (is_accident && (said.ok() || !said.none().IsDeath())) {
    JudgeSilence(expected, judgement.expected->none(), machine, judgement);
    return judgement;
  }
  if (is_accident) judgement.expected.reset();
  if (!said.ok()) {
    JudgeSilence(actual, said.none(), machine, judgement);
    return judgement;
  }
  DropUnsayable(actual, **judgement.expected);
  DropUnsayable(expected, *said);
  JudgeAnswers(machine, **judgement.expected, *said, judgement);
  return judgement;
}

Judgement Judge(const MachineOptions* machine, Answer expected, Answer actual) {
  Judgement judgement;
  judgement.expected = std::move(expected);
  judgement.actual = std::move(actual);
  JudgeAnswers(machine, **judgement.expected, **judgement.actual, judgement);
  return judgement;
}

std::string Describe(const Judgement& judgement) {
  if (const NoAnswer* none = judgement.none(); none != nullptr) {
    return absl::StrCat(judgement.silent_system, ": ", Describe(*none));
  }
  if (!judgement.differences.empty()) {
    return Describe(judgement.differences.front());
  }
  if (judgement.defects.empty()) return "";
  // What agrees and is wrong all the same, breaks a law.
  return absl::StrCat(judgement.defects.front().id, ": ",
                      judgement.defects.front().detail);
}

std::string KindOf(const Judgement& judgement) {
  if (const NoAnswer* none = judgement.none(); none != nullptr) {
    return std::string(ToString(none->kind));
  }
  if (!judgement.differences.empty()) {
    return std::string(ToString(judgement.differences.front().table));
  }
  return judgement.defects.empty() ? "" : judgement.defects.front().id;
}

}  // namespace e820check
