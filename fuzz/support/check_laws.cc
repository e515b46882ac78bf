// SPDX-License-Identifier: Apache-2.0

#include "fuzz/support/check_laws.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

#include "absl/base/attributes.h"
#include "fuzz/support/check.h"
#include "properties/judge/judgement.h"
#include "properties/laws/evidence.h"
#include "properties/laws/laws.h"

namespace e820check {
namespace {

[[noreturn]] ABSL_ATTRIBUTE_NOINLINE void AbortOnBreach(
    const std::string& detail) {
  std::fprintf(stderr, "%s\n", detail.c_str());
  std::abort();
}

}  // namespace

void MustKeepLaws(const MachineOptions& options, const GuestLayout& layout) {
  for (const Breach& breach : FindBreaches(options, layout)) {
    if (!breach.IsDefect()) continue;
    const Law& law = *breach.law;
    std::fprintf(stderr, "law %s (%s) is broken: %s\n",
                 std::string(law.id).c_str(), std::string(law.rule).c_str(),
                 std::string(law.breaks).c_str());
    // Once more, to die within it.
    Evidence evidence = Gather(options, layout);
    evidence.on_breach = AbortOnBreach;
    law.check(evidence).IgnoreError();
    AbortOnBreach("the law was kept at its second look");
  }
}

void FailFor(const Judgement& judgement, const MachineOptions* machine) {
  if (judgement.differences.empty() && machine != nullptr) {
    MustKeepLaws(*machine, std::get<GuestLayout>((*judgement.actual)->outcome));
  }
  Fail<Agreement>(Describe(judgement));
}

void MustAgree(const MachineOptions* machine, Answer expected, Answer actual) {
  const Judgement judgement =
      Judge(machine, std::move(expected), std::move(actual));
  if (judgement.verdict == Verdict::kDisagree) FailFor(judgement, machine);
}

}  // namespace e820check
