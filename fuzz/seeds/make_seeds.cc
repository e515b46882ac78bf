// SPDX-License-Identifier: Apache-2.0

// make_seeds CORPUS            writes the binary seeds to
// CORPUS/<target>/<name>,
//                              those of tables from the answers in
//                              CORPUS/recorded
// make_seeds CORPUS MATERIAL   writes to MATERIAL/<target>/ what corpora are
//                              distilled from

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "fuzz/seeds/material.h"
#include "fuzz/seeds/seeds.h"

namespace {

std::optional<std::string> Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
    return std::nullopt;
  }
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

bool Write(const std::string& folder,
           const std::vector<e820check::SeedFile>& seeds) {
  for (const e820check::SeedFile& seed : seeds) {
    const std::filesystem::path path = folder + "/" + seed.path;
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    std::ofstream file(path, std::ios::binary);
    if (!(file << seed.bytes).flush()) {
      std::fprintf(stderr, "%s: cannot be written\n", path.c_str());
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: make_seeds CORPUS [MATERIAL]\n");
    return 2;
  }
  const std::string recorded = std::string(argv[1]) + "/recorded/7.2/";
  const auto layouts = Read(recorded + "layouts.jsonl");
  const auto options = Read(recorded + "options.jsonl");
  if (!layouts || !options) return 1;
  const bool written =
      argc == 2 ? Write(argv[1], e820check::SeedFiles(*layouts))
                : Write(argv[2], e820check::Material(*layouts + *options));
  return written ? 0 : 1;
}
