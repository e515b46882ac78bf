// SPDX-License-Identifier: Apache-2.0

#include "properties/judge/differences.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "machine/describe.h"
#include "machine/slit_table.h"
#include "machine/srat_table.h"

namespace e820check {
namespace {

using Table = Difference::Table;
using Kind = Difference::Kind;

std::string Outcome(const Answer& answer) {
  if (answer.accepted()) return "accepted";
  const auto& rejection = std::get<Rejection>(answer.outcome);
  return absl::StrCat(rejection.help_exit_status ? "" : "refused: ",
                      Describe(rejection));
}

// The first index at which two sequences differ, their lengths included.
template <typename Sequence>
size_t FirstDifference(const Sequence& a, const Sequence& b) {
  return std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
         a.begin();
}

template <typename Row>
Difference OfRows(Table table, const std::vector<Row>& expected,
                  const std::vector<Row>& actual) {
  const size_t i = FirstDifference(expected, actual);
  const auto row = [i](const std::vector<Row>& rows) {
    return i < rows.size() ? Describe(rows[i]) : std::string("no such row");
  };
  return {.table = table,
          .kind = Kind::kRow,
          .row = i,
          .expected = row(expected),
          .actual = row(actual)};
}

// Two unequal byte strings that do not decode to unequal rows.
Difference OfBytes(Table table, const std::string& expected,
                   const std::string& actual) {
  const size_t i = FirstDifference(expected, actual);
  const auto byte = [i](const std::string& bytes) {
    if (i >= bytes.size()) return absl::StrCat("end at ", bytes.size());
    return absl::StrCat("0x", absl::Hex(static_cast<uint8_t>(bytes[i])), " of ",
                        bytes.size(), " bytes");
  };
  return {.table = table,
          .kind = Kind::kByte,
          .row = i,
          .expected = byte(expected),
          .actual = byte(actual)};
}

Difference OfSrat(const std::string& expected, const std::string& actual) {
  const absl::StatusOr<SratTable> e = DecodeSrat(expected);
  const absl::StatusOr<SratTable> a = DecodeSrat(actual);
  if (e.ok() && a.ok() && e->rows != a->rows) {
    Difference rows = OfRows(Table::kSrat, e->rows, a->rows);
    // What rows do not say in words, such as a clock domain.
    if (rows.expected != rows.actual) return rows;
  }
  return OfBytes(Table::kSrat, expected, actual);
}

Difference OfSlit(const std::string& expected, const std::string& actual) {
  const absl::StatusOr<SlitTable> e = DecodeSlit(expected);
  const absl::StatusOr<SlitTable> a = DecodeSlit(actual);
  if (!e.ok() || !a.ok() || e->locality_count != a->locality_count ||
      e->distances == a->distances) {
    return OfBytes(Table::kSlit, expected, actual);
  }
  const size_t i = FirstDifference(e->distances, a->distances);
  const auto distance = [&](const SlitTable& slit) {
    return absl::StrCat(slit.distances[i], " from ", i / slit.locality_count,
                        " to ", i % slit.locality_count);
  };
  return {.table = Table::kSlit,
          .kind = Kind::kDistance,
          .row = i,
          .expected = distance(*e),
          .actual = distance(*a)};
}

// In quotes, so that an empty one shows.
std::string Joined(const std::vector<std::string>& warnings) {
  return absl::StrJoin(warnings, " | ",
                       [](std::string* out, const std::string& warning) {
                         absl::StrAppend(out, "'", warning, "'");
                       });
}

std::string Joined(const std::vector<DeviceWarning>& warnings) {
  return absl::StrJoin(
      warnings, " | ", [](std::string* out, const DeviceWarning& warning) {
        absl::StrAppend(out, "device ", warning.device, ": ", warning.text);
      });
}

void AddTables(const GuestLayout& expected, const GuestLayout& actual,
               std::vector<Difference>& differences) {
  if (expected.e820 != actual.e820) {
    differences.push_back(OfRows(Table::kE820, expected.e820, actual.e820));
  }
  if (expected.srat != actual.srat) {
    differences.push_back(OfSrat(expected.srat, actual.srat));
  }
  if (expected.slit != actual.slit) {
    differences.push_back(OfSlit(expected.slit, actual.slit));
  }
  if (expected.hmat != actual.hmat) {
    differences.push_back(OfBytes(Table::kHmat, expected.hmat, actual.hmat));
  }
}

}  // namespace

absl::string_view ToString(Difference::Table table) {
  switch (table) {
    case Table::kVerdict:
      return "verdict";
    case Table::kRefusal:
      return "refusal";
    case Table::kDeviceWarnings:
      return "device warnings";
    case Table::kWarnings:
      return "warnings";
    case Table::kE820:
      return "e820";
    case Table::kSrat:
      return "SRAT";
    case Table::kSlit:
      return "SLIT";
    case Table::kHmat:
      return "HMAT";
  }
  return "";
}

std::string Describe(const Difference& difference) {
  std::string where(ToString(difference.table));
  switch (difference.kind) {
    case Kind::kWhole:
      break;
    case Kind::kRow:
      absl::StrAppend(&where, " row ", difference.row);
      break;
    case Kind::kDistance:
      absl::StrAppend(&where, " distance ", difference.row);
      break;
    case Kind::kByte:
      absl::StrAppend(&where, " byte ", difference.row);
      break;
  }
  return absl::StrCat(where, "\n  expected: ", difference.expected,
                      "\n  actual:   ", difference.actual);
}

std::vector<Difference> FindDifferences(const Answer& expected,
                                        const Answer& actual) {
  const auto whole = [](Table table, std::string e, std::string a) {
    return Difference{.table = table,
                      .kind = Kind::kWhole,
                      .row = 0,
                      .expected = std::move(e),
                      .actual = std::move(a)};
  };
  if (expected.accepted() != actual.accepted()) {
    return {whole(Table::kVerdict, Outcome(expected), Outcome(actual))};
  }
  if (!expected.accepted() && expected.outcome != actual.outcome) {
    return {whole(Table::kRefusal, Outcome(expected), Outcome(actual))};
  }
  std::vector<Difference> differences;
  if (expected.device_warnings != actual.device_warnings) {
    differences.push_back(whole(Table::kDeviceWarnings,
                                Joined(expected.device_warnings),
                                Joined(actual.device_warnings)));
  }
  if (expected.warnings != actual.warnings) {
    differences.push_back(whole(Table::kWarnings, Joined(expected.warnings),
                                Joined(actual.warnings)));
  }
  if (expected.accepted()) {
    AddTables(std::get<GuestLayout>(expected.outcome),
              std::get<GuestLayout>(actual.outcome), differences);
  }
  return differences;
}

}  // namespace e820check
