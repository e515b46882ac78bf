// SPDX-License-Identifier: Apache-2.0

// Seeds of the targets that decode tables and read fw_cfg.

#ifndef E820CHECK_FUZZ_SEEDS_TABLE_SEEDS_H_
#define E820CHECK_FUZZ_SEEDS_TABLE_SEEDS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "fuzz/seeds/seeds.h"

namespace e820check {

// The tables that QEMU 7.2 was seen to publish (corpus/recorded/
// 7.2/layouts.jsonl, whose text this takes), each table once, under the name of
// its record; then what no record has: rows of every kind, and damage.
std::vector<SeedFile> TableSeedFiles(absl::string_view recorded);

}  // namespace e820check

#endif  // E820CHECK_FUZZ_SEEDS_TABLE_SEEDS_H_
