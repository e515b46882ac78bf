// SPDX-License-Identifier: Apache-2.0

// Stands in for libFuzzer where there is none: runs a target on the files, and
// on every file below the folders, that the command line names. Exit status 2:
// something is no input.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

// libFuzzer makes no larger ones, and reads no more of a larger file.
constexpr size_t kMaxInputBytes = 1 << 20;

constexpr int kWrongArgument = 2;

// What is wrong with inputs, in words; empty: nothing.
using Reason = std::string;

// A device or a pipe may have no end.
Reason WhyNoInput(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (error) return error.message();
  if (!fs::is_regular_file(status)) return "is neither a file nor a folder";
  const uintmax_t size_bytes = fs::file_size(path, error);
  if (error) return error.message();
  if (size_bytes > kMaxInputBytes) {
    return "has " + std::to_string(size_bytes) +
           " bytes, and inputs have at most " + std::to_string(kMaxInputBytes);
  }
  return "";
}

// Adds the files at or below `path`, those of a folder sorted.
Reason AddFiles(const fs::path& path, std::vector<fs::path>& files) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    files.push_back(path);
    return "";
  }
  std::vector<fs::path> found;
  fs::recursive_directory_iterator entry(path, error);
  while (!error && entry != fs::recursive_directory_iterator()) {
    std::error_code broken_link;  // which WhyNoInput() tells of
    if (!entry->is_directory(broken_link)) found.push_back(entry->path());
    entry.increment(error);
  }
  if (error) return error.message();
  if (found.empty()) return "holds no file";
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
  return "";
}

Reason Run(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> bytes(kMaxInputBytes + 1);
  if (!file || (file.read(bytes.data(), std::ssize(bytes)), file.bad())) {
    return "cannot be read";
  }
  bytes.resize(file.gcount());
  if (bytes.size() > kMaxInputBytes) return "grows while it is read";
  bytes.shrink_to_fit();  // so that reading past the end shows
  // Printed first, so that a crash shows on which input.
  std::printf("Running: %s\n", path.c_str());
  std::fflush(stdout);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()),
                         bytes.size());
  return "";
}

int Refuse(const fs::path& path, const Reason& reason) {
  std::fprintf(stderr, "%s: %s\n", path.c_str(), reason.c_str());
  return kWrongArgument;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    const fs::path argument = argv[i];
    // libFuzzer's flags, and the bare "--" that OSS-Fuzz puts before them.
    if (argument.native().starts_with('-')) continue;
    const Reason reason = AddFiles(argument, files);
    if (!reason.empty()) return Refuse(argument, reason);
  }
  if (files.empty()) return Refuse(argv[0], "needs files or folders to run");
  for (const fs::path& file : files) {
    const Reason reason = WhyNoInput(file);
    if (!reason.empty()) return Refuse(file, reason);
  }
  for (const fs::path& file : files) {
    const Reason reason = Run(file);
    if (!reason.empty()) return Refuse(file, reason);
  }
  std::printf("Ran %zu inputs\n", files.size());
  return 0;
}
