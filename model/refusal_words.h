// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MODEL_REFUSAL_WORDS_H_
#define E820CHECK_MODEL_REFUSAL_WORDS_H_

#include <string>

#include "machine/deferred_refusal.h"
#include "model/release_rules.h"

namespace e820check::model {

// QEMU's words for what the options brought about
// (doc/spec/qemu-options.md 3, 9), hint lines after '\n'.
std::string RefusalWords(const DeferredRefusal& refusal,
                         const ReleaseRules& rules);

}  // namespace e820check::model

#endif  // E820CHECK_MODEL_REFUSAL_WORDS_H_
