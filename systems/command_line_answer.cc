// SPDX-License-Identifier: Apache-2.0

#include "systems/command_line_answer.h"

#include <variant>

namespace e820check {

Answer AnswerCommandLine(const ParsedCommandLine& parsed, Layout layout) {
  if (const auto* rejection = std::get_if<Rejection>(&parsed.outcome)) {
    return {.warnings = parsed.warnings, .outcome = *rejection};
  }
  Answer answer = layout(std::get<MachineOptions>(parsed.outcome));
  answer.warnings.insert(answer.warnings.begin(), parsed.warnings.begin(),
                         parsed.warnings.end());
  for (const DeviceWarning& warning : answer.device_warnings) {
    answer.warnings.push_back(
        WithLocation(parsed, warning.device, warning.text));
  }
  answer.device_warnings.clear();
  if (auto* rejection = std::get_if<Rejection>(&answer.outcome)) {
    rejection->text = WithLocation(parsed, rejection->device, rejection->text);
    rejection->device.reset();
  }
  return answer;
}

}  // namespace e820check
