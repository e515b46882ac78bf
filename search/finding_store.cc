// SPDX-License-Identifier: Apache-2.0

#include "search/finding_store.h"

#include <sys/file.h>

#include <algorithm>
#include <cerrno>
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
constexpr char kCases[] = "cases";

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

// The file's lock ends with the process.
absl::Status FindingStore::Lock() {
  const fs::path path = directory_ / ".lock";
  lock_.reset(std::fopen(path.c_str(), "we"));
  if (lock_ == nullptr) {
    return Failed(path, std::error_code(errno, std::generic_category()));
  }
  if (flock(fileno(lock_.get()), LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(directory_.string(), ": another hunt uses this folder"));
  }
  return absl::OkStatus();
}

absl::Status FindingStore::WriteWhole(const fs::path& path,
                                      absl::string_view bytes) const {
  const fs::path unfinished = directory_ / ".unfinished";
  if (absl::Status s = WriteFile(unfinished, bytes); !s.ok()) return s;
  std::error_code error;
  fs::rename(unfinished, path, error);
  return error ? Failed(path, error) : absl::OkStatus();
}

absl::StatusOr<FindingStore> FindingStore::Open(const std::string& directory) {
  FindingStore store{fs::path(directory)};
  std::error_code error;
  fs::create_directories(store.directory_, error);
  if (error) return Failed(store.directory_, error);
  if (absl::Status locked = store.Lock(); !locked.ok()) return locked;
  std::ifstream(store.directory_ / kCases) >> store.cases_;
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

std::map<std::string, size_t> FindingStore::CountsByKind() const {
  std::map<std::string, size_t> kinds;
  for (const auto& [name, count] : counts_) {
    kinds[name.substr(0, name.rfind('-'))] += count;
  }
  return kinds;
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
  absl::Status saved = WriteWhole(directory_ / kPool / absl::StrCat(pool_size_),
                                  WithNulAfterEach(args));
  if (saved.ok()) ++pool_size_;
  return saved;
}

absl::Status FindingStore::SaveCases(uint64_t cases) {
  cases_ = cases;
  return WriteWhole(directory_ / kCases, absl::StrCat(cases, "\n"));
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
