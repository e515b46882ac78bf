// SPDX-License-Identifier: Apache-2.0

// QEMU's option words: which there are, which want an argument, and what each
// means here (doc/spec/qemu-options.md 4 step 0).

#ifndef E820CHECK_OPTIONS_OPTION_WORDS_H_
#define E820CHECK_OPTIONS_OPTION_WORDS_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "machine/machine_type.h"

namespace e820check {

enum class OptionMeaning {
  kAccel,
  kCpu,
  kDevice,
  kEnableKvm,
  kGlobal,
  kHelp,  // prints help, or the version, and ends
  kMachine,
  kMemory,
  kMemPath,
  kNoAcpi,
  kNuma,
  kObject,
  kPreconfig,
  kReadConfig,
  kSet,
  kSmp,
  kHarness,      // says nothing about the guest: -S, -nodefaults, -qtest ...
  kIgnored,      // changes the guest, but no memory table
  kOtherTarget,  // exists, for other guests than x86
  kNotCovered,   // may change a memory table or what is read
};

struct OptionWord {
  absl::string_view name;  // without dashes
  bool has_argument = false;
  OptionMeaning meaning = OptionMeaning::kIgnored;
  QemuVersion since = kSinceEver;
  std::optional<QemuVersion> until = std::nullopt;  // as in Lifetime
};

// Each word, once, sorted by name.
absl::Span<const OptionWord> AllOptionWords();

// The option behind a word with its one or two dashes; nullptr if unknown.
const OptionWord* FindOptionWord(absl::string_view word, QemuVersion qemu);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_OPTION_WORDS_H_
