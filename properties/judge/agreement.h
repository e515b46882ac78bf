// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_PROPERTIES_JUDGE_AGREEMENT_H_
#define E820CHECK_PROPERTIES_JUDGE_AGREEMENT_H_

#include "absl/status/status.h"
#include "machine/guest_layout.h"

namespace e820check {

// Verify that two systems give one answer: acceptance first, then the text of
// the refusal and the warnings, then e820, SRAT, SLIT and HMAT to the byte.
// Nothing is sorted or normalised. FailedPrecondition describes the first
// divergence, expected before actual.
absl::Status CheckAgreement(const Answer& expected, const Answer& actual);

}  // namespace e820check

#endif  // E820CHECK_PROPERTIES_JUDGE_AGREEMENT_H_
