// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_JUDGE_CONSEQUENCES_H_
#define E820CHECK_PROPERTIES_JUDGE_CONSEQUENCES_H_

#include "absl/strings/string_view.h"

namespace e820check {

// For the id of a defect (defects.h) or of a failure to answer: what a
// guest sees, and which later step of firmware or kernel breaks. From
// doc/spec/bug-zoo.md and doc/spec/audit-rules.md; laws bring their own.
absl::string_view WhatBreaks(absl::string_view id);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_JUDGE_CONSEQUENCES_H_
