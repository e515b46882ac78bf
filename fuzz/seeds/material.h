// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_FUZZ_SEEDS_MATERIAL_H_
#define E820CHECK_FUZZ_SEEDS_MATERIAL_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "fuzz/seeds/seeds.h"

namespace e820check {

// What corpora are distilled from (scripts/corpus merge), thousands of files:
// the command lines of `recorded`, JSON lines as in corpus/recorded/, and
// command lines, options, machines and choices of the generators, of every
// release and dialect. The same for everybody.
std::vector<SeedFile> Material(absl::string_view recorded);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SEEDS_MATERIAL_H_
