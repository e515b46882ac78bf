// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_FUZZ_SUPPORT_DAMAGE_H_
#define E820CHECK_FUZZ_SUPPORT_DAMAGE_H_

#include "machine/guest_layout.h"
#include "properties/generate/choices.h"

namespace e820check {

// The answer as a wrong implementation might give it: rows changed, moved, left
// out or doubled, distances and bytes changed, tables, warnings and words of
// refusal other than they ought to be. Now and then it is as it was.
Answer Damage(Answer answer, Choices& choices);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_DAMAGE_H_
