// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_RANGETREE_CAUSE_TEXT_H_
#define E820CHECK_RANGETREE_CAUSE_TEXT_H_

#include <string>

#include "machine/deferred_refusal.h"
#include "rangetree/release_rules.h"

namespace e820check {

// What QEMU prints, without location, where the board refuses for this cause.
std::string CauseText(const DeferredRefusal& cause, const BoardRules& release);

}  // namespace e820check

#endif  // E820CHECK_RANGETREE_CAUSE_TEXT_H_
