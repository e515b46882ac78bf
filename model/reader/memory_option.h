// SPDX-License-Identifier: Apache-2.0

// -m, and the machine's property "memory" (doc/spec/qemu-options.md 5).

#ifndef E820CHECK_MODEL_READER_MEMORY_OPTION_H_
#define E820CHECK_MODEL_READER_MEMORY_OPTION_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "model/reader/answer.h"
#include "model/reader/keyval.h"

namespace e820check::reader {

// One -m. Its value "memory" is what it adds to that property, which `memory`
// gets as its root.
Answer ReadMemoryOption(absl::string_view text, const Release& release,
                        Keyval& memory);

// The values are "size", "maxmem" and "slots", sizes in bytes.
Answer ReadMemoryProperty(const Keyval& tree, size_t dict,
                          const Release& release);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_MEMORY_OPTION_H_
