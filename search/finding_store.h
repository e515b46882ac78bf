// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_FINDING_STORE_H_
#define E820CHECK_SEARCH_FINDING_STORE_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "search/case_files.h"
#include "search/mutation.h"

namespace e820check {

struct Finding {
  std::string kind;   // "crash", "refusal", "law slit.follows-options", ...
  std::string shape;  // what other findings of the kind do not show
  CommandLineArgs args;
  std::string reproducer;  // one line of shell
  std::string evidence;    // for a reader: expected, actual, first divergence
};

// A folder that keeps one of each kind and shape, and the command lines that a
// later run starts from:
//
//   findings/KIND-HASH/reproduce.sh   the line of shell
//   findings/KIND-HASH/evidence.txt
//   findings/KIND-HASH/args           the arguments, a NUL after each
//   pool/NUMBER                       likewise
//   cases                             how many command lines were tried
//   seeds                             which of them were given, a hash each
//   run/NUMBER/work                   where a command line runs
//
// What is there is whole: folders and files get their names last. One process
// at a time has it open. Only what has a hunt's mark (own_folder.h) is changed,
// and no link is followed.
class FindingStore {
 public:
  // Makes `directory` if it is not there, and reads what it holds. An error of
  // the file system names the path; so does FailedPrecondition, if another
  // process has it open, or if it or a part of it is not a hunt's own.
  static absl::StatusOr<FindingStore> Open(const std::string& directory);

  // "crash-0badc0de": where a finding of this kind and shape goes.
  static std::string NameOf(absl::string_view kind, absl::string_view shape);
  bool Has(absl::string_view kind, absl::string_view shape) const {
    return counts_.count(NameOf(kind, shape)) != 0;
  }
  // Of a finding that Has(); otherwise makes it known before it is saved.
  void CountOne(absl::string_view kind, absl::string_view shape) {
    ++counts_[NameOf(kind, shape)];
  }
  // How often each was met since Open(); 0 for those that it read.
  const std::map<std::string, size_t>& counts() const { return counts_; }

  // The same by kind, of which only names are left.
  std::map<std::string, size_t> CountsByKind() const;

  absl::Status Save(const Finding& finding);
  absl::Status SaveToPool(const CommandLineArgs& args);
  // In the order in which they were saved. An interrupt ends it.
  std::vector<CommandLineArgs> LoadPool() const;

  uint64_t cases() const { return cases_; }
  absl::Status SaveCases(uint64_t cases);

  // Given command lines that were tried, by this run or one before.
  bool HasSeed(const CommandLineArgs& args) const;
  absl::Status SaveSeeds(absl::Span<const CommandLineArgs> seeds);

  RunFolder RunFolderOf(size_t worker) const {
    return RunFolder((directory_ / "run" / absl::StrCat(worker)).string());
  }

 private:
  explicit FindingStore(std::filesystem::path directory)
      : directory_(std::move(directory)) {}

  absl::Status CheckParts() const;
  absl::Status Lock();
  absl::Status ReadParts();
  absl::Status WriteWhole(const std::filesystem::path& path,
                          absl::string_view bytes) const;

  struct CloseFile {
    void operator()(FILE* file) const { std::fclose(file); }
  };

  std::filesystem::path directory_;
  std::unique_ptr<FILE, CloseFile> lock_;
  std::map<std::string, size_t> counts_;
  std::set<uint32_t> pool_numbers_;
  uint64_t cases_ = 0;
  std::set<std::string> seeds_;  // hashes
};

}  // namespace e820check

#endif  // E820CHECK_SEARCH_FINDING_STORE_H_
