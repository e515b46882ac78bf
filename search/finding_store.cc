// SPDX-License-Identifier: Apache-2.0

#include "search/finding_store.h"

#include <sys/file.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "search/interrupt.h"
#include "search/own_folder.h"
#include "search/regular_file.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;

constexpr char kFindings[] = "findings";
constexpr char kPool[] = "pool";
constexpr char kCases[] = "cases";
constexpr char kSeeds[] = "seeds";
constexpr char kRun[] = "run";
constexpr char kUnfinished[] = ".unfinished";
constexpr char kLock[] = ".lock";

// Larger numbers are not a pool's, nor are larger files.
constexpr uint32_t kMostPoolNumber = 999'999'999;
constexpr size_t kMostPoolFileBytes = 4 << 20;
constexpr size_t kMostSeedListBytes = 16 << 20;

absl::Status Failed(const fs::path& path, const std::error_code& error) {
  return absl::UnavailableError(
      absl::StrCat(path.string(), ": ", error.message()));
}

// A new file, whatever was there.
absl::Status WriteFile(const fs::path& path, absl::string_view bytes) {
  std::error_code ignored;
  fs::remove(path, ignored);
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

std::string LongHash(absl::string_view text) {
  uint64_t hash = 14695981039346656037U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
  return absl::StrFormat("%016x", hash);
}

// What SaveToPool() calls its files.
std::optional<uint32_t> PoolNumber(const std::string& name) {
  uint32_t number = 0;
  if (!absl::SimpleAtoi(name, &number) || number > kMostPoolNumber ||
      absl::StrCat(number) != name) {
    return std::nullopt;
  }
  return number;
}

// Calls check(path) for what a folder holds; none: it is not there.
absl::Status ForEachIn(
    const fs::path& folder,
    const std::function<absl::Status(const fs::path&)>& check) {
  std::error_code error;
  if (!fs::exists(folder, error)) return absl::OkStatus();
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (absl::Status s = check(entry->path()); !s.ok()) return s;
  }
  return error ? Failed(folder, error) : absl::OkStatus();
}

}  // namespace

// Before anything is changed.
absl::Status FindingStore::CheckParts() const {
  for (const char* file : {kCases, kSeeds, kUnfinished, kLock}) {
    if (absl::Status s = CheckIsFile(directory_ / file); !s.ok()) return s;
  }
  for (const char* folder : {kFindings, kPool, kRun}) {
    if (absl::Status s = CheckIsFolder(directory_ / folder); !s.ok()) return s;
  }
  absl::Status checked = ForEachIn(directory_ / kFindings, CheckIsFolder);
  if (checked.ok()) checked = ForEachIn(directory_ / kPool, CheckIsFile);
  if (checked.ok()) checked = ForEachIn(directory_ / kRun, TakeFolder);
  return checked;
}

// The file's lock ends with the process.
absl::Status FindingStore::Lock() {
  const fs::path path = directory_ / kLock;
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
  const fs::path unfinished = directory_ / kUnfinished;
  if (absl::Status s = WriteFile(unfinished, bytes); !s.ok()) return s;
  std::error_code error;
  fs::rename(unfinished, path, error);
  return error ? Failed(path, error) : absl::OkStatus();
}

absl::Status FindingStore::ReadParts() {
  std::ifstream(directory_ / kCases) >> cases_;
  for (const char* part : {kFindings, kPool}) {
    std::error_code error;
    fs::create_directories(directory_ / part, error);
    if (error) return Failed(directory_ / part, error);
  }
  absl::Status read = ForEachIn(directory_ / kFindings, [&](const fs::path& p) {
    const std::string name = p.filename().string();
    if (name.front() != '.') counts_[name] = 0;  // else left unfinished
    return absl::OkStatus();
  });
  read.Update(ForEachIn(directory_ / kPool, [&](const fs::path& p) {
    const std::optional<uint32_t> number = PoolNumber(p.filename().string());
    if (number) pool_numbers_.insert(*number);
    return absl::OkStatus();
  }));
  const absl::StatusOr<std::string> seeds =
      ReadRegularFile(directory_ / kSeeds, kMostSeedListBytes);
  if (seeds.ok()) {
    const std::vector<std::string> hashes = absl::StrSplit(*seeds, '\n');
    seeds_.insert(hashes.begin(), hashes.end());
  }
  return read;
}

absl::StatusOr<FindingStore> FindingStore::Open(const std::string& directory) {
  // The folder itself may be reached by a link.
  std::error_code error;
  fs::path path = fs::canonical(directory, error);
  if (error) path = directory;
  FindingStore store{std::move(path)};
  if (absl::Status taken = TakeFolder(store.directory_); !taken.ok()) {
    return taken;
  }
  absl::Status opened = store.CheckParts();
  if (opened.ok()) opened = store.Lock();
  if (opened.ok()) opened = store.ReadParts();
  if (!opened.ok()) return opened;
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
  // What an interrupted run left there is written over.
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
  const uint32_t number =
      pool_numbers_.empty() ? 0 : *pool_numbers_.rbegin() + 1;
  absl::Status saved = WriteWhole(directory_ / kPool / absl::StrCat(number),
                                  WithNulAfterEach(args));
  if (saved.ok()) pool_numbers_.insert(number);
  return saved;
}

absl::Status FindingStore::SaveCases(uint64_t cases) {
  cases_ = cases;
  return WriteWhole(directory_ / kCases, absl::StrCat(cases, "\n"));
}

bool FindingStore::HasSeed(const CommandLineArgs& args) const {
  return seeds_.count(LongHash(WithNulAfterEach(args))) != 0;
}

absl::Status FindingStore::SaveSeeds(absl::Span<const CommandLineArgs> seeds) {
  for (const CommandLineArgs& args : seeds) {
    seeds_.insert(LongHash(WithNulAfterEach(args)));
  }
  return WriteWhole(directory_ / kSeeds, absl::StrJoin(seeds_, "\n"));
}

std::vector<CommandLineArgs> FindingStore::LoadPool() const {
  std::vector<CommandLineArgs> pool;
  for (const uint32_t number : pool_numbers_) {
    if (Interrupted()) break;
    const absl::StatusOr<std::string> bytes = ReadRegularFile(
        directory_ / kPool / absl::StrCat(number), kMostPoolFileBytes);
    if (!bytes.ok()) continue;  // taken away by someone, or not a hunt's
    CommandLineArgs args = absl::StrSplit(*bytes, '\0');
    if (args.back().empty()) args.pop_back();  // after the last NUL
    pool.push_back(std::move(args));
  }
  return pool;
}

}  // namespace e820check
