// SPDX-License-Identifier: Apache-2.0

#include "properties/judge/defects.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "machine/describe.h"
#include "machine/hmat_table.h"
#include "machine/slit_table.h"
#include "machine/srat_table.h"
#include "properties/judge/consequences.h"
#include "properties/laws/evidence.h"

namespace e820check {
namespace {

// Where digits are part of a name.
constexpr absl::string_view kNames[] = {"E820",  "4GB",   "i440fx",
                                        "1 MiB", "4 GiB", "x2APIC"};

// Takes from `text` what stands for one number, or one name.
std::string TakeWord(absl::string_view& text) {
  for (const absl::string_view name : kNames) {
    if (absl::ConsumePrefix(&text, name)) return std::string(name);
  }
  const bool hex = absl::ConsumePrefix(&text, "0x");
  if (!hex && !absl::ascii_isdigit(text[0])) {
    std::string letter(text.substr(0, 1));
    text.remove_prefix(1);
    return letter;
  }
  while (!text.empty() &&
         (hex ? absl::ascii_isxdigit(text[0]) : absl::ascii_isdigit(text[0]))) {
    text.remove_prefix(1);
  }
  return "N";
}

// A message without what differs from case to case: numbers, and the words of
// the option in front. "NUMA node 3: memmap-type=spm needs memory" becomes
// "NUMA node N: memmap-type=T needs memory".
std::string WithoutNumbers(absl::string_view text) {
  if (absl::StartsWith(text, "-")) {
    const size_t colon = text.find(": ");
    if (colon != absl::string_view::npos) text.remove_prefix(colon + 2);
  }
  absl::ConsumePrefix(&text, "warning: ");
  std::string result;
  while (!text.empty()) absl::StrAppend(&result, TakeWord(text));
  return absl::StrReplaceAll(result,
                             {{"memmap-type=spm", "memmap-type=T"},
                              {"memmap-type=reserved", "memmap-type=T"}});
}

std::string ReasonOf(const Answer& answer) {
  return WithoutNumbers(Describe(std::get<Rejection>(answer.outcome)));
}

// RAM lies on either side of the PCI hole, and where AMD's I/O link is in the
// way, above 1 TiB: three computations, each with mistakes of its own.
absl::string_view ZoneOf(uint64_t address) {
  if (address < 4 * kGiB) return " below 4G";
  return address < kTiB ? " above 4G" : " above 1T";
}

// Rows of `from` that `other` lacks, each as often as it does.
template <typename Row>
std::vector<Row> Without(const std::vector<Row>& from, std::vector<Row> other) {
  std::vector<Row> rest;
  for (const Row& row : from) {
    const auto found = std::find(other.begin(), other.end(), row);
    if (found == other.end()) {
      rest.push_back(row);
    } else {
      other.erase(found);
    }
  }
  return rest;
}

// Whether the rows that both have come in another order.
template <typename Row>
bool OrderDiffers(const std::vector<Row>& a, const std::vector<Row>& b) {
  return Without(a, Without(a, b)) != Without(b, Without(b, a));
}

class DefectFinder {
 public:
  DefectFinder(const Answer& expected, const Answer& actual)
      : expected_(expected), actual_(actual) {}

  void Look(const Difference& difference) {
    const auto* e = std::get_if<GuestLayout>(&expected_.outcome);
    const auto* a = std::get_if<GuestLayout>(&actual_.outcome);
    switch (difference.table) {
      case Difference::Table::kVerdict:
        Add(a != nullptr ? absl::StrCat("accepts: ", ReasonOf(expected_))
                         : absl::StrCat("refuses: ", ReasonOf(actual_)),
            difference.expected, difference.actual);
        return;
      case Difference::Table::kRefusal:
        Add("other refusal", difference.expected, difference.actual);
        return;
      case Difference::Table::kDeviceWarnings:
        Add("warning order", difference.expected, difference.actual);
        return;
      case Difference::Table::kWarnings:
        CompareWarnings();
        return;
      case Difference::Table::kE820:
        CompareE820(e->e820, a->e820);
        return;
      case Difference::Table::kSrat:
        CompareSrat(e->srat, a->srat);
        return;
      case Difference::Table::kSlit:
        CompareSlit(e->slit, a->slit);
        return;
      case Difference::Table::kHmat:
        CompareHmat(e->hmat, a->hmat);
        return;
    }
  }

  std::vector<Defect> Take() && { return std::move(defects_); }

 private:
  void CompareWarnings() {
    for (const std::string& text :
         Without(actual_.warnings, expected_.warnings)) {
      Add(absl::StrCat("extra warning: ", WithoutNumbers(text)), "none", text);
    }
    for (const std::string& text :
         Without(expected_.warnings, actual_.warnings)) {
      Add(absl::StrCat("missing warning: ", WithoutNumbers(text)), text,
          "none");
    }
    if (OrderDiffers(expected_.warnings, actual_.warnings)) {
      Add("warning order", "the same warnings", "in another order");
    }
  }

  void CompareE820(const E820Table& expected, const E820Table& actual) {
    const size_t before = defects_.size();
    if (OrderDiffers(expected, actual)) {
      const size_t i = std::mismatch(expected.begin(), expected.end(),
                                     actual.begin(), actual.end())
                           .first -
                       expected.begin();
      AddRows("e820 order", expected, actual, i);
    }
    for (const E820Row& row : Without(actual, expected)) {
      if (RangeOf(row)) continue;
      Add(row.length_bytes == 0 ? "e820 empty row" : "e820 row wraps",
          "no such row", Describe(row));
    }
    CompareTypes(expected, actual);
    if (defects_.size() == before) {
      AddRows("e820 row boundaries", Without(expected, actual),
              Without(actual, expected), 0);
    }
  }

  void CompareSrat(const std::string& expected, const std::string& actual) {
    if (!BothThere("srat", expected, actual)) return;
    const absl::StatusOr<SratTable> e = DecodeSrat(expected);
    const absl::StatusOr<SratTable> a = DecodeSrat(actual);
    if (!a.ok()) {
      Add("srat malformed", "a table", std::string(a.status().message()));
      return;
    }
    if (!e.ok() || e->rows == a->rows) {
      Add("srat bytes", "the same rows", "another header");
      return;
    }
    for (const SratRow& row : Without(a->rows, e->rows)) {
      Add(SratIdOf(row, e->rows, "extra"), "no such row", Describe(row));
    }
    for (const SratRow& row : Without(e->rows, a->rows)) {
      Add(SratIdOf(row, a->rows, "missing"), Describe(row), "no such row");
    }
    if (OrderDiffers(e->rows, a->rows)) {
      Add("srat order", "the same rows", "in another order");
    }
  }

  void CompareSlit(const std::string& expected, const std::string& actual) {
    if (!BothThere("slit", expected, actual)) return;
    const bool distances = DecodeSlit(expected).ok() && DecodeSlit(actual).ok();
    Add(distances ? "slit distances" : "slit malformed", "a table",
        "another table");
  }

  void CompareHmat(const std::string& expected, const std::string& actual) {
    if (!BothThere("hmat", expected, actual)) return;
    const bool readable = DecodeHmat(expected).ok() && DecodeHmat(actual).ok();
    Add(readable ? "hmat structures" : "hmat malformed", "a table",
        "another table");
  }

  // Only the first of each id.
  void Add(std::string id, const std::string& expected,
           const std::string& actual) {
    for (const Defect& known : defects_) {
      if (known.id == id) return;
    }
    std::string breaks(WhatBreaks(id));
    defects_.push_back({.id = std::move(id),
                        .detail = absl::StrCat("expected: ", expected,
                                               "\n  actual:   ", actual),
                        .breaks = std::move(breaks)});
  }

  void AddRows(std::string id, const E820Table& expected,
               const E820Table& actual, size_t i) {
    const auto row = [i](const E820Table& rows) {
      return i < rows.size() ? Describe(rows[i]) : std::string("no such row");
    };
    Add(std::move(id), row(expected), row(actual));
  }

  // Of the first row that holds the address.
  static std::optional<MemoryType> TypeAt(const E820Table& rows,
                                          uint64_t address) {
    for (const E820Row& row : rows) {
      const std::optional<AddressRange> range = RangeOf(row);
      if (range && range->Contains(address)) return row.type;
    }
    return std::nullopt;
  }

  // What each address has in either; between two edges nothing changes.
  void CompareTypes(const E820Table& expected, const E820Table& actual) {
    std::vector<uint64_t> edges;
    for (const E820Table* table : {&expected, &actual}) {
      for (const E820Row& row : *table) {
        const std::optional<AddressRange> range = RangeOf(row);
        if (!range) continue;
        edges.push_back(range->first());
        if (range->end()) edges.push_back(*range->end());
      }
    }
    std::sort(edges.begin(), edges.end());
    for (const uint64_t address : edges) {
      const std::optional<MemoryType> e = TypeAt(expected, address);
      const std::optional<MemoryType> a = TypeAt(actual, address);
      if (e == a) continue;
      const auto show = [address](const std::optional<MemoryType>& type) {
        return absl::StrCat(type ? ToString(*type) : "nothing", " at 0x",
                            absl::Hex(address));
      };
      std::string id = "e820 extra memory";
      if (e && a) {
        id = absl::StrCat("e820 ", ToString(*e), " as ", ToString(*a));
      } else if (e) {
        id = absl::StrCat("e820 lost ", ToString(*e));
      }
      Add(absl::StrCat(id, ZoneOf(address)), show(e), show(a));
    }
  }

  // Whether both tables are there and differ.
  bool BothThere(absl::string_view table, const std::string& expected,
                 const std::string& actual) {
    if (expected.empty() != actual.empty()) {
      Add(absl::StrCat(table, expected.empty() ? " extra" : " missing"),
          expected.empty() ? "no such table" : "a table",
          actual.empty() ? "no such table" : "a table");
    }
    return !expected.empty() && !actual.empty() && expected != actual;
  }

  // "srat extra node" where the other table has no memory of the node at all.
  static std::string SratIdOf(const SratRow& row,
                              const std::vector<SratRow>& others,
                              absl::string_view what) {
    const auto* memory = std::get_if<MemoryAffinity>(&row);
    if (memory == nullptr) {
      const bool generic = std::holds_alternative<GenericDeviceAffinity>(row);
      return absl::StrCat("srat ", what, generic ? " generic row" : " CPU row");
    }
    if ((memory->flags & MemoryAffinity::kEnabled) == 0) {
      return absl::StrCat("srat ", what, " empty row");
    }
    const bool known =
        std::any_of(others.begin(), others.end(), [&](const SratRow& other) {
          const auto* m = std::get_if<MemoryAffinity>(&other);
          return m != nullptr && (m->flags & MemoryAffinity::kEnabled) != 0 &&
                 m->proximity_domain == memory->proximity_domain;
        });
    return absl::StrCat("srat ", what, known ? " memory row" : " node");
  }

  const Answer& expected_;
  const Answer& actual_;
  std::vector<Defect> defects_;
};

}  // namespace

std::vector<Defect> DefectsOf(absl::Span<const Difference> differences,
                              const Answer& expected, const Answer& actual) {
  DefectFinder finder(expected, actual);
  for (const Difference& difference : differences) finder.Look(difference);
  return std::move(finder).Take();
}

std::vector<Defect> DefectsOf(absl::Span<const Breach> breaches, bool shared) {
  std::vector<Defect> defects;
  for (const Breach& breach : breaches) {
    if (!breach.IsDefect()) continue;
    defects.push_back(
        {.id = absl::StrCat("law ", breach.law->id),
         .detail = absl::StrCat(shared ? "both answers break it: " : "",
                                breach.detail),
         .breaks = std::string(breach.law->breaks),
         .law = breach.law});
  }
  return defects;
}

}  // namespace e820check
