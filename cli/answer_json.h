// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_CLI_ANSWER_JSON_H_
#define E820CHECK_CLI_ANSWER_JSON_H_

#include "machine/guest_layout.h"
#include "nlohmann/json.hpp"

namespace e820check {

// {"accepted":true,"e820":[[address,length,type],...],"srat":"<hex>",
//  "slit":"<hex>","hmat":"<hex>","warnings":[...]}, "" for an absent table; or
// {"accepted":false,"error":"...","warnings":[...]}.
nlohmann::ordered_json AnswerToJson(const Answer& answer);

// One line; bytes that are no UTF-8 become U+FFFD.
std::string ToLine(const nlohmann::ordered_json& json);

}  // namespace e820check

#endif  // E820CHECK_CLI_ANSWER_JSON_H_
