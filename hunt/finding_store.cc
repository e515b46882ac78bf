// SPDX-License-Identifier: Apache-2.0

#include "hunt/finding_store.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;

constexpr char kFindings[] = "findings";
constexpr char kPool[] = "pool";

absl::Status Failed(const fs::path& path, const std::error_code& error) {
  return absl::UnavailableError(
      absl::StrCat(path.string(), ": ", error.message()));
}

absl::Status WriteFile(const fs::path& path, absl::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(path.string(), ": not written"));
}

std::string WithNulAfterEach(const CommandLineArgs& args) {
  std::string bytes;
  for (const std::string& arg : args) {
    bytes.append(arg);
    bytes.push_back('\0');
  }
  return bytes;
}

// FNV-1a: the same names everywhere.
uint32_t Hash(absl::string_view text) {
  uint32_t hash = 2166136261;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  }
  return hash;
}

}  // namespace

absl::StatusOr<FindingStore> FindingStore::Open(const std::string& directory) {
  FindingStore store{fs::path(directory)};
  std::error_code error;
  for (const char* part : {kFindings, kPool}) {
    const fs::path path = store.directory_ / part;
    fs::create_directories(path, error);
    if (error) return Failed(path, error);
    for (fs::directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (name.front() == '.') continue;  // left unfinished
      if (part == kFindings) {
        store.counts_[name] = 0;
      } else if (size_t number; absl::SimpleAtoi(name, &number)) {
        store.pool_size_ = std::max(store.pool_size_, number + 1);
      }
    }
    if (error) return Failed(path, error);
  }
  return store;
}

std::string FindingStore::NameOf(absl::string_view kind,
                                 absl::string_view shape) {
  std::string name(kind);
  for (char& c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '-';
  }
  return absl::StrFormat("%s-%08x", name, Hash(shape));
}

absl::Status FindingStore::Save(const Finding& finding) {
  const std::string name = NameOf(finding.kind, finding.shape);
  const fs::path unfinished = directory_ / kFindings / absl::StrCat(".", name);
  const fs::path path = directory_ / kFindings / name;
  std::error_code error;
  fs::remove_all(unfinished, error);
  fs::create_directory(unfinished, error);
  if (error) return Failed(unfinished, error);
  absl::Status saved = WriteFile(unfinished / "reproduce.sh",
                                 absl::StrCat(finding.reproducer, "\n"));
  saved.Update(WriteFile(unfinished / "evidence.txt", finding.evidence));
  saved.Update(WriteFile(unfinished / "args", WithNulAfterEach(finding.args)));
  if (!saved.ok()) return saved;
  fs::rename(unfinished, path, error);
  return error ? Failed(path, error) : absl::OkStatus();
}

absl::Status FindingStore::SaveToPool(const CommandLineArgs& args) {
  const fs::path directory = directory_ / kPool;
  const fs::path unfinished = directory / ".unfinished";
  const fs::path path = directory / absl::StrCat(pool_size_);
  absl::Status saved = WriteFile(unfinished, WithNulAfterEach(args));
  if (!saved.ok()) return saved;
  std::error_code error;
  fs::rename(unfinished, path, error);
  if (error) return Failed(path, error);
  ++pool_size_;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<CommandLineArgs>> FindingStore::LoadPool() const {
  std::vector<CommandLineArgs> pool;
  for (size_t number = 0; number < pool_size_; ++number) {
    std::ifstream file(directory_ / kPool / absl::StrCat(number),
                       std::ios::binary);
    if (!file) continue;  // taken away by someone
    CommandLineArgs args;
    for (std::string arg; std::getline(file, arg, '\0');) args.push_back(arg);
    pool.push_back(std::move(args));
  }
  return pool;
}

}  // namespace e820check
