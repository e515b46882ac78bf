// SPDX-License-Identifier: Apache-2.0

// The pages of doc/generated/ that are lists of what the program knows, in
// Markdown. They hold no counts, so that only a change of what they list
// changes them; scripts/docs writes them, and a test compares them whole.

#ifndef E820CHECK_CLI_PAGES_H_
#define E820CHECK_CLI_PAGES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace e820check {

// The laws: severity, audit rule, and who suffers from a breach; and the audit
// rules that are no law, with the reason.
std::string LawsPage();

// The model's rules: the section that each restates, and what verifies it.
std::string RulesPage();

// A list item, broken at blanks into lines of 80 characters at most.
std::string ListItem(absl::string_view text);

}  // namespace e820check

#endif  // E820CHECK_CLI_PAGES_H_
