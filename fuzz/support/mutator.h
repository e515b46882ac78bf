// SPDX-License-Identifier: Apache-2.0

// Mutations that know what an input means. Bytes alone rarely make an option of
// the grammar, a machine whose node sizes still add up, or an operation at the
// edge of another; these do. Every decision comes from `choices`, so that one
// seed gives one result.
//
// A target has one only if that reaches more. Edges after as many runs from the
// seeds alone, bytes against this, the mean of two seeds (2026-11-28):
//   numa_option     6000 runs   1798  1910    layout          1500   6793  6863
//   memory_option   6000        1613  1642    machine          500   8569  9408
//   object_option   6000        2826  3026    range_tree_map  1500   2136  2204
//   command_line    1500        6636  6872    options         1500   3103  3491
// Targets of other choices gained nothing: divergence 4884 against 4218 after
// 800 runs, generated 8657 against 8926 after 1000, one seed up and one down.

#ifndef E820CHECK_FUZZ_SUPPORT_MUTATOR_H_
#define E820CHECK_FUZZ_SUPPORT_MUTATOR_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "properties/generate/choices.h"

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
// The same within one option's text (fuzz/support/option_text.h).
extern const Mutator kMemoryTextMutator;
extern const Mutator kNumaTextMutator;
extern const Mutator kObjectTextMutator;
// Records of fuzz/support/map_operations.h: whole operations, and ranges that
// begin or end where another's do.
extern const Mutator kMapOperationsMutator;
// Machines of fuzz/support/machine_codec.h: nodes, sizes and distances, with
// the sum of the sizes kept, and sections of two machines.
extern const Mutator kMachineMutator;
// The generator's choices, two bytes each.
extern const Mutator kChoicesMutator;

// That of the target that mutator_hooks.cc is linked with, which defines this.
const Mutator& TargetMutator();

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SUPPORT_MUTATOR_H_
