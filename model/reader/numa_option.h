// SPDX-License-Identifier: Apache-2.0

// -numa: syntax and types of one option (doc/spec/qemu-options.md 7, 7.1, 12).

#ifndef E820CHECK_MODEL_READER_NUMA_OPTION_H_
#define E820CHECK_MODEL_READER_NUMA_OPTION_H_

#include "absl/strings/string_view.h"
#include "model/reader/answer.h"

namespace e820check::reader {

// The values are "type" and the members of that type; "mem" in bytes, with MiB
// as its default unit.
Answer ReadNumaOption(absl::string_view text, const Release& release);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_NUMA_OPTION_H_
