// SPDX-License-Identifier: Apache-2.0

#include "properties/judge/agreement.h"

#include <algorithm>
#include <string>
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

absl::Status Diverges(absl::string_view where, absl::string_view expected,
                      absl::string_view actual) {
  return absl::FailedPreconditionError(absl::StrCat(
      where, "\n  expected: ", expected, "\n  actual:   ", actual));
}

std::string Outcome(const Answer& answer) {
  if (answer.accepted()) return "accepted";
  const auto& rejection = std::get<Rejection>(answer.outcome);
  return absl::StrCat(rejection.help_exit_status ? "" : "refused: ",
                      Describe(rejection));
}

// The first index at which two sequences differ, their lengths included.
template <typename Row>
size_t FirstDifference(const std::vector<Row>& a, const std::vector<Row>& b) {
  return std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
         a.begin();
}

template <typename Row>
absl::Status CompareRows(absl::string_view table,
                         const std::vector<Row>& expected,
                         const std::vector<Row>& actual) {
  const size_t i = FirstDifference(expected, actual);
  const auto row = [i](const std::vector<Row>& rows) {
    return i < rows.size() ? Describe(rows[i]) : std::string("no such row");
  };
  return Diverges(absl::StrCat(table, " row ", i), row(expected), row(actual));
}

// Two unequal byte strings that do not decode to unequal rows.
absl::Status CompareBytes(absl::string_view table, const std::string& expected,
                          const std::string& actual) {
  const size_t i = std::mismatch(expected.begin(), expected.end(),
                                 actual.begin(), actual.end())
                       .first -
                   expected.begin();
  const auto byte = [i](const std::string& bytes) {
    if (i >= bytes.size()) return absl::StrCat("end at ", bytes.size());
    return absl::StrCat("0x", absl::Hex(static_cast<uint8_t>(bytes[i])), " of ",
                        bytes.size(), " bytes");
  };
  return Diverges(absl::StrCat(table, " byte ", i), byte(expected),
                  byte(actual));
}

absl::Status CompareSrat(const std::string& expected,
                         const std::string& actual) {
  if (expected == actual) return absl::OkStatus();
  const absl::StatusOr<SratTable> e = DecodeSrat(expected);
  const absl::StatusOr<SratTable> a = DecodeSrat(actual);
  if (e.ok() && a.ok() && e->rows != a->rows) {
    return CompareRows("SRAT", e->rows, a->rows);
  }
  return CompareBytes("SRAT", expected, actual);
}

absl::Status CompareSlit(const std::string& expected,
                         const std::string& actual) {
  if (expected == actual) return absl::OkStatus();
  const absl::StatusOr<SlitTable> e = DecodeSlit(expected);
  const absl::StatusOr<SlitTable> a = DecodeSlit(actual);
  if (e.ok() && a.ok() && e->locality_count == a->locality_count &&
      e->distances != a->distances) {
    const size_t i = FirstDifference(e->distances, a->distances);
    return Diverges(absl::StrCat("SLIT distance from ", i / e->locality_count,
                                 " to ", i % e->locality_count),
                    absl::StrCat(e->distances[i]),
                    absl::StrCat(a->distances[i]));
  }
  return CompareBytes("SLIT", expected, actual);
}

std::string Joined(const std::vector<DeviceWarning>& warnings) {
  return absl::StrJoin(
      warnings, " | ", [](std::string* out, const DeviceWarning& warning) {
        absl::StrAppend(out, "device ", warning.device, ": ", warning.text);
      });
}

}  // namespace

absl::Status CheckAgreement(const Answer& expected, const Answer& actual) {
  if (expected.accepted() != actual.accepted()) {
    return Diverges("verdict", Outcome(expected), Outcome(actual));
  }
  if (!expected.accepted() && expected.outcome != actual.outcome) {
    return Diverges("refusal", Outcome(expected), Outcome(actual));
  }
  if (expected.device_warnings != actual.device_warnings) {
    return Diverges("device warnings", Joined(expected.device_warnings),
                    Joined(actual.device_warnings));
  }
  if (expected.warnings != actual.warnings) {
    return Diverges("warnings", absl::StrJoin(expected.warnings, " | "),
                    absl::StrJoin(actual.warnings, " | "));
  }
  if (!expected.accepted()) return absl::OkStatus();

  const GuestLayout& e = std::get<GuestLayout>(expected.outcome);
  const GuestLayout& a = std::get<GuestLayout>(actual.outcome);
  if (e.e820 != a.e820) return CompareRows("e820", e.e820, a.e820);
  if (absl::Status s = CompareSrat(e.srat, a.srat); !s.ok()) return s;
  if (absl::Status s = CompareSlit(e.slit, a.slit); !s.ok()) return s;
  if (e.hmat != a.hmat) return CompareBytes("HMAT", e.hmat, a.hmat);
  return absl::OkStatus();
}

}  // namespace e820check
