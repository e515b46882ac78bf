// SPDX-License-Identifier: Apache-2.0

// make_seeds CORPUS: writes the binary seeds to CORPUS/<target>/<name>, those
// of tables from the answers in CORPUS/recorded.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz/seeds.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_seeds CORPUS\n");
    return 2;
  }
  const std::string source =
      std::string(argv[1]) + "/recorded/layouts-7.2.jsonl";
  std::ifstream recorded(source);
  if (!recorded) {
    std::fprintf(stderr, "%s: cannot be read\n", source.c_str());
    return 1;
  }
  const std::string text{std::istreambuf_iterator<char>(recorded), {}};
  for (const e820check::SeedFile& seed : e820check::SeedFiles(text)) {
    const std::string path = std::string(argv[1]) + "/" + seed.path;
    std::ofstream file(path, std::ios::binary);
    if (seed.bytes.empty() || !(file << seed.bytes).flush()) {
      std::fprintf(stderr, "%s: cannot be written\n", path.c_str());
      return 1;
    }
  }
  return 0;
}
