// SPDX-License-Identifier: Apache-2.0

// The seeds of the targets whose inputs are binary, from readable literals.
// corpus/ keeps their bytes; make_seeds writes them, a test compares them.

#ifndef E820CHECK_FUZZ_SEEDS_SEEDS_H_
#define E820CHECK_FUZZ_SEEDS_SEEDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "fuzz/support/map_operations.h"
#include "machine/machine_options.h"

namespace e820check {

struct LayoutSeed {
  std::string name;  // the file's, in corpus/layout/
  MachineOptions machine;
};
std::vector<LayoutSeed> LayoutSeeds();

struct RangeTreeMapSeed {
  std::string name;  // the file's, in corpus/range_tree_map/
  std::vector<MapOperation> operations;
};
std::vector<RangeTreeMapSeed> RangeTreeMapSeeds();

struct SeedFile {
  std::string path;  // "layout/two_nodes"
  std::string bytes;
};
// Both of the above, encoded, and those of table_seeds.h; a seed without an
// encoding has no bytes. `recorded` is the text of recorded/7.2/layouts.jsonl.
std::vector<SeedFile> SeedFiles(absl::string_view recorded);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SEEDS_SEEDS_H_
