// SPDX-License-Identifier: Apache-2.0

#include "properties/laws.h"

#include "absl/strings/str_cat.h"
#include "properties/quirks.h"
#include "properties/table_laws.h"

namespace e820check {

absl::Span<const Law> Laws() {
  static const auto& all = *new std::vector<Law>([] {
    std::vector<Law> laws;
    for (const auto table : {E820Laws(), SratLaws(), SlitLaws(), HmatLaws()}) {
      laws.insert(laws.end(), table.begin(), table.end());
    }
    return laws;
  }());
  return all;
}

std::vector<Breach> FindBreaches(const MachineOptions& options,
                                 const GuestLayout& layout) {
  const Evidence evidence = Gather(options, layout);
  std::vector<Breach> breaches;
  for (const Law& law : Laws()) {
    const absl::Status status = law.check(evidence);
    if (status.ok()) continue;
    breaches.push_back(
        {&law, std::string(status.message()), FindExcuse(law.id, options)});
  }
  return breaches;
}

absl::Status CheckLaws(const MachineOptions& options,
                       const GuestLayout& layout) {
  for (const Breach& breach : FindBreaches(options, layout)) {
    if (breach.excuse != nullptr) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(breach.law->id, ": ", breach.detail));
  }
  return absl::OkStatus();
}

}  // namespace e820check
