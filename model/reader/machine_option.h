// SPDX-License-Identifier: Apache-2.0

// -machine and -smp: syntax, and the types of -smp
// (doc/spec/qemu-options.md 2.2, 6). memory_option.h has the types of -machine
// memory.*.

#ifndef E820CHECK_MODEL_READER_MACHINE_OPTION_H_
#define E820CHECK_MODEL_READER_MACHINE_OPTION_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "model/reader/answer.h"
#include "model/reader/keyval.h"

namespace e820check::reader {

// One -machine or -smp, whose implied key is "type" or "cpus". Its value "tree"
// is what `tree` gets.
Answer ReadKeyvalOption(absl::string_view text, absl::string_view implied_key,
                        Keyval& tree);

// The machine's property "smp": its numbers as typed.
Answer ReadSmpProperty(const Keyval& tree, size_t dict, const Release& release);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_MACHINE_OPTION_H_
