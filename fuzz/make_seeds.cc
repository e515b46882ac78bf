// SPDX-License-Identifier: Apache-2.0

// make_seeds CORPUS: writes the binary seeds to CORPUS/<target>/<name>.

#include <cstdio>
#include <fstream>
#include <string>

#include "fuzz/seeds.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_seeds CORPUS\n");
    return 2;
  }
  for (const e820check::SeedFile& seed : e820check::SeedFiles()) {
    const std::string path = std::string(argv[1]) + "/" + seed.path;
    std::ofstream file(path, std::ios::binary);
    if (seed.bytes.empty() || !(file << seed.bytes).flush()) {
      std::fprintf(stderr, "%s: cannot be written\n", path.c_str());
      return 1;
    }
  }
  return 0;
}
