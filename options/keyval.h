// SPDX-License-Identifier: Apache-2.0

// Keyval, the syntax of -machine and -smp: "q35,smp.cpus=4,sgx-epc.0.node=1"
// (doc/spec/qemu-options.md 2.2).

#ifndef E820CHECK_OPTIONS_KEYVAL_H_
#define E820CHECK_OPTIONS_KEYVAL_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "options/value_tree.h"

namespace e820check {

// Adds the items of `text` to the root dict of `tree`. A dict whose keys are
// all indexes becomes a list when the text ends, so a later text cannot add to
// it. True if an item asks for help. `implied_key` is that of a first item
// without '='.
absl::StatusOr<bool> ParseKeyval(absl::string_view text,
                                 absl::string_view implied_key,
                                 ValueTree& tree);

// Adds what `source`'s root holds to that of `target`: scalars take the place
// of scalars, dicts are merged, and lists appended.
absl::Status MergeKeyval(const ValueTree& source, ValueTree& target);

// The same, as if `source` were the member `key` of its root.
absl::Status MergeKeyval(absl::string_view key, const ValueTree& source,
                         ValueTree& target);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_KEYVAL_H_
