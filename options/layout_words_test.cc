// SPDX-License-Identifier: Apache-2.0

#include "options/layout_words.h"

#include "gtest/gtest.h"
#include "model/refusal_words.h"
#include "rangetree/cause_text.h"

namespace e820check {

std::string LayoutWords(const std::optional<DeferredRefusal>& refusal,
                        QemuVersion release) {
  if (!refusal) return "";
  std::string words = model::RefusalWords(*refusal, model::RulesOf(release));
  EXPECT_EQ(words, CauseText(*refusal, BoardRulesOf(release)));
  return words;
}

}  // namespace e820check
