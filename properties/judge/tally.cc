// SPDX-License-Identifier: Apache-2.0

#include "properties/judge/tally.h"

#include "absl/strings/string_view.h"

namespace e820check {

void Tally::Add(const Judgement& judgement) {
  ++cases;
  ++verdicts[judgement.verdict];
  for (const absl::string_view name : judgement.classes) {
    const auto found = classes.find(name);
    if (found != classes.end()) {
      ++found->second;
    } else {
      classes.emplace(name, 1);
    }
  }
  for (const Defect& defect : judgement.defects) ++defects[defect.id];
  const bool is_silent = judgement.none() != nullptr;
  if (is_silent && judgement.verdict != Verdict::kDisagree &&
      judgement.verdict != Verdict::kKnownCrash) {
    ++reasons[Describe(judgement)];
  }
  // A case counts once for an entry, however many laws that excuses.
  absl::string_view last;
  for (const absl::string_view id : judgement.quirks) {
    if (id != last) ++quirks[std::string(id)];
    last = id;
  }
}

uint64_t Tally::Count(Verdict verdict) const {
  const auto found = verdicts.find(verdict);
  return found == verdicts.end() ? 0 : found->second;
}

uint64_t Tally::CountCompared() const {
  return Count(Verdict::kAccepted) + Count(Verdict::kRefused) +
         Count(Verdict::kKnownCrash) + Count(Verdict::kDisagree);
}

}  // namespace e820check
