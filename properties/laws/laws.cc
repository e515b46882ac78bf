// SPDX-License-Identifier: Apache-2.0

#include "properties/laws/laws.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "machine/srat_table.h"
#include "properties/laws/table_laws.h"
#include "properties/ledger/quirks.h"

namespace e820check {
namespace {

// Each some times what the largest machine has: a row for each piece of 128
// nodes and of 256 devices; 4096 CPUs of 24 bytes, and the rows of memory and
// generic devices; 128 * 128 distances; 24 lists of 128 * 128 values; a few
// warnings for each CPU and device.
constexpr size_t kMostE820Rows = 1024;
constexpr size_t kMostSratBytes = 512 << 10;
constexpr size_t kMostMemoryRows = 1024;  // in SRAT
constexpr size_t kMemoryRowBytes = 40;
constexpr size_t kMostSlitBytes = 64 << 10;
constexpr size_t kMostHmatBytes = 2 << 20;
constexpr size_t kMostWarnings = 16384;

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

namespace {

// 0 for a table that may not have more rows of memory than there may be.
size_t CountMemoryRows(const std::string& srat) {
  if (srat.size() <= kMostMemoryRows * kMemoryRowBytes) return 0;
  const absl::StatusOr<SratTable> table = DecodeSrat(srat);
  if (!table.ok()) return 0;
  return static_cast<size_t>(std::count_if(
      table->rows.begin(), table->rows.end(), [](const SratRow& row) {
        return std::holds_alternative<MemoryAffinity>(row);
      }));
}

}  // namespace

std::string Excess(const Answer& answer) {
  struct Part {
    absl::string_view name;
    size_t size;
    size_t most;
  };
  std::vector<Part> parts = {
      {"warnings", answer.warnings.size(), kMostWarnings}};
  if (const auto* layout = std::get_if<GuestLayout>(&answer.outcome)) {
    parts.insert(parts.end(),
                 {{"rows of e820", layout->e820.size(), kMostE820Rows},
                  {"bytes of SRAT", layout->srat.size(), kMostSratBytes},
                  {"rows of memory in SRAT", CountMemoryRows(layout->srat),
                   kMostMemoryRows},
                  {"bytes of SLIT", layout->slit.size(), kMostSlitBytes},
                  {"bytes of HMAT", layout->hmat.size(), kMostHmatBytes}});
  }
  for (const Part& part : parts) {
    if (part.size <= part.most) continue;
    return absl::StrCat(part.size, " ", part.name, ", more than ", part.most);
  }
  return "";
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
    if (!breach.IsDefect()) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(breach.law->id, ": ", breach.detail));
  }
  return absl::OkStatus();
}

}  // namespace e820check
