// SPDX-License-Identifier: Apache-2.0

// Stands in for libFuzzer where there is none: runs a target on the files, and
// on every file below the directories, that the command line names.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

// The files at or below `path`, sorted; none if there is no such path.
std::vector<fs::path> FilesAt(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (!fs::exists(path, error)) return {};
    return {path};
  }
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(path, error)) {
    if (entry.is_regular_file(error)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// False if the file cannot be read.
bool Run(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  // Printed first, so that a crash shows on which input.
  std::printf("Running: %s\n", path.c_str());
  std::fflush(stdout);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()),
                         bytes.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  size_t run = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    // libFuzzer's flags, and the bare "--" that OSS-Fuzz puts before them.
    if (!argument.empty() && argument[0] == '-') continue;
    const std::vector<fs::path> files = FilesAt(argument);
    if (files.empty()) {
      std::fprintf(stderr, "%s: no input there\n", argument.c_str());
      return 1;
    }
    for (const fs::path& file : files) {
      if (!Run(file)) {
        std::fprintf(stderr, "%s: cannot be read\n", file.c_str());
        return 1;
      }
      ++run;
    }
  }
  std::printf("Ran %zu inputs\n", run);
  return run == 0 ? 1 : 0;
}
