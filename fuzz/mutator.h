// SPDX-License-Identifier: Apache-2.0

// Mutations that know what an input means. Bytes alone rarely make an option of
// the grammar, a machine whose node sizes still add up, or an operation at the
// edge of another; these do. Every decision comes from `choices`, so that one
// seed gives one result.

#ifndef E820CHECK_FUZZ_MUTATOR_H_
#define E820CHECK_FUZZ_MUTATOR_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "properties/choices.h"

namespace e820check {

// Results are at most `max_size` bytes long. An empty one says that nothing
// could be done.
struct Mutator {
  std::string (*mutate)(absl::string_view bytes, size_t max_size,
                        Choices& choices);
  // Something of each.
  std::string (*cross)(absl::string_view left, absl::string_view right,
                       size_t max_size, Choices& choices);
};

// Arguments a line (options/argument_lines.h): whole options and items of the
// generator's, doubled, dropped, moved, with telling values.
extern const Mutator kArgumentsMutator;
// The same within one option's text (fuzz/option_text.h).
extern const Mutator kMemoryTextMutator;
extern const Mutator kNumaTextMutator;
extern const Mutator kObjectTextMutator;
// Records of fuzz/map_operations.h: whole operations, and ranges that begin or
// end where another's do.
extern const Mutator kMapOperationsMutator;
// Machines of fuzz/machine_codec.h: nodes, sizes and distances, with the sum of
// the sizes kept, and sections of two machines.
extern const Mutator kMachineMutator;
// The generator's choices, two bytes each.
extern const Mutator kChoicesMutator;

// That of the target that mutator_hooks.cc is linked with, which defines this.
const Mutator& TargetMutator();

}  // namespace e820check

#endif  // E820CHECK_FUZZ_MUTATOR_H_
