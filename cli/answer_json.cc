// SPDX-License-Identifier: Apache-2.0

#include "cli/answer_json.h"

#include <string>
#include <variant>

#include "absl/strings/escaping.h"

namespace e820check {

using nlohmann::ordered_json;

ordered_json AnswerToJson(const Answer& answer) {
  ordered_json json;
  json["accepted"] = answer.accepted();
  if (const auto* layout = std::get_if<GuestLayout>(&answer.outcome)) {
    json["e820"] = ordered_json::array();
    for (const E820Row& row : layout->e820) {
      json["e820"].push_back(ordered_json::array(
          {row.address, row.length_bytes, static_cast<uint32_t>(row.type)}));
    }
    json["srat"] = absl::BytesToHexString(layout->srat);
    json["slit"] = absl::BytesToHexString(layout->slit);
    json["hmat"] = absl::BytesToHexString(layout->hmat);
  } else {
    const auto& rejection = std::get<Rejection>(answer.outcome);
    if (rejection.help_exit_status) {
      json["help_exit_status"] = *rejection.help_exit_status;
    } else {
      json["error"] = rejection.text;
    }
  }
  json["warnings"] = answer.warnings;
  return json;
}

std::string ToLine(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace e820check
