// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_SEED_FILES_H_
#define E820CHECK_SEARCH_SEED_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "search/mutation.h"

namespace e820check {

struct SeedFiles {
  std::vector<CommandLineArgs> lines;  // in the order of their paths
  std::vector<std::string> left_out;   // "PATH: reason"
};

// Command lines from a file with one argument a line (argument_lines.h), or
// from all files of a folder and the folders in it. Left out are pipes,
// devices, links to folders, what cannot be read, files of more than 1 MiB, and
// what comes after 64 MiB or 100,000 files. NotFound, with the path, if that is
// neither file nor folder. An interrupt ends the reading.
absl::StatusOr<SeedFiles> ReadSeedFiles(const std::string& path);

}  // namespace e820check

#endif  // E820CHECK_SEARCH_SEED_FILES_H_
