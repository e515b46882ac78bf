// SPDX-License-Identifier: Apache-2.0

#include "systems/subject/limits.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace e820check {
namespace {

struct Part {
  absl::string_view name;
  size_t size;
  size_t most;
};

absl::Status CheckParts(std::initializer_list<Part> parts) {
  for (const Part& part : parts) {
    if (part.size <= part.most) continue;
    return absl::DataLossError(absl::StrCat("an answer with ", part.size, " ",
                                            part.name, ", more than ",
                                            part.most));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSizes(const Answer& answer) {
  if (absl::Status s =
          CheckParts({{"warnings", answer.warnings.size(), kMaxWarnings}});
      !s.ok()) {
    return s;
  }
  if (const auto* rejection = std::get_if<Rejection>(&answer.outcome)) {
    return CheckParts(
        {{"bytes of text", rejection->text.size(), kMaxTextBytes}});
  }
  const auto& layout = std::get<GuestLayout>(answer.outcome);
  return CheckParts({{"rows of e820", layout.e820.size(), kMaxE820Rows},
                     {"bytes of SRAT", layout.srat.size(), kMaxSratBytes},
                     {"bytes of SLIT", layout.slit.size(), kMaxSlitBytes},
                     {"bytes of HMAT", layout.hmat.size(), kMaxHmatBytes}});
}

}  // namespace e820check
