// SPDX-License-Identifier: Apache-2.0

#include "properties/laws/laws.h"

#include "absl/strings/str_cat.h"
#include "properties/laws/table_laws.h"
#include "properties/ledger/quirks.h"

namespace e820check {
namespace {

constexpr RuleElsewhere kElsewhere[] = {
    {"E11",
     "of the map that firmware hands on; QEMU's has RAM from 0 up, out of "
     "which firmware cuts page 0 and 640K to 1M",
     "nowhere: no firmware runs here"},
    {"X03", "compares the layouts of two machines",
     "layout_property_test, OrderOfNumaOptionsDoesNotMatter"},
    {"X04", "compares the layouts of two machines",
     "layout_property_test, SplittingANodeKeepsTheMergedMap and "
     "RetypingChangesOnlyTheNodesOwnBytes"},
    {"X06",
     "CEDT is no table of a GuestLayout; that SRAT covers soft-reserved memory "
     "is S08",
     "nowhere: CXL windows are in CEDT alone"},
};

}  // namespace

absl::string_view ToString(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "";
}

absl::Span<const Law> Laws() {
  static const auto& all = *new std::vector<Law>([] {
    std::vector<Law> laws;
    for (const auto table :
         {E820RowLaws(), E820Laws(), SratRowLaws(), SratMemoryLaws(),
          SratDeviceLaws(), SlitLaws(), HmatLaws()}) {
      laws.insert(laws.end(), table.begin(), table.end());
    }
    return laws;
  }());
  return all;
}

absl::Span<const RuleElsewhere> RulesCheckedElsewhere() { return kElsewhere; }

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
    if (!breach.IsDefect()) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(breach.law->id, ": ", breach.detail));
  }
  return absl::OkStatus();
}

}  // namespace e820check
