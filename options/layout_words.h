// SPDX-License-Identifier: Apache-2.0

// What the layouts make of causes, for tests.

#ifndef E820CHECK_OPTIONS_LAYOUT_WORDS_H_
#define E820CHECK_OPTIONS_LAYOUT_WORDS_H_

#include <optional>
#include <string>

#include "machine/deferred_refusal.h"
#include "machine/release.h"

namespace e820check {

// The model's words, empty for no cause; a test failure if rangetree has
// others.
std::string LayoutWords(const std::optional<DeferredRefusal>& refusal,
                        QemuVersion release = kDefaultRelease);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_LAYOUT_WORDS_H_
