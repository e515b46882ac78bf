// SPDX-License-Identifier: Apache-2.0

#include "search/seed_files.h"

#include <cstddef>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "options/argument_lines.h"
#include "search/interrupt.h"
#include "search/regular_file.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostFileBytes = 1 << 20;
constexpr size_t kMostBytes = 64 << 20;
constexpr size_t kMostFiles = 100'000;

class SeedReader {
 public:
  SeedFiles Read(const fs::path& root) {
    std::error_code error;
    if (fs::is_directory(root, error)) {
      ListFolder(root);
    } else {
      paths_.insert(root);
    }
    for (const fs::path& path : paths_) {
      if (Interrupted()) break;
      ReadFile(path);
    }
    return std::move(seeds_);
  }

 private:
  void LeaveOut(const fs::path& path, absl::string_view reason) {
    seeds_.left_out.push_back(absl::StrCat(path.string(), ": ", reason));
  }

  // Those of a folder's folders come when they are met; recursion is as deep as
  // a path is long.
  void ListFolder(const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end;
         !error && entry != end && !Interrupted(); entry.increment(error)) {
      const fs::path& path = entry->path();
      std::error_code unknown;
      if (entry->is_directory(unknown)) {
        if (entry->is_symlink(unknown)) {
          LeaveOut(path, "a link to a folder");
        } else {
          ListFolder(path);
        }
      } else if (paths_.size() < kMostFiles) {
        paths_.insert(path);
      } else {
        LeaveOut(path, absl::StrCat("more than ", kMostFiles, " files"));
        return;
      }
    }
    if (error) LeaveOut(folder, error.message());
  }

  void ReadFile(const fs::path& path) {
    const absl::StatusOr<std::string> text =
        ReadRegularFile(path, kMostFileBytes);
    if (!text.ok()) return LeaveOut(path, text.status().message());
    bytes_ += text->size();
    if (bytes_ > kMostBytes) {
      return LeaveOut(
          path, absl::StrCat("more than ", kMostBytes, " bytes in all files"));
    }
    ArgumentLines lines = SplitArgumentLines(*text);
    if (lines.unknown_word) {
      return LeaveOut(
          path, absl::StrCat("its first line names \"", *lines.unknown_word,
                             "\", no release and no dialect"));
    }
    seeds_.lines.push_back(std::move(lines.args));
  }

  std::set<fs::path> paths_;
  size_t bytes_ = 0;
  SeedFiles seeds_;
};

}  // namespace

absl::StatusOr<SeedFiles> ReadSeedFiles(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::is_directory(status) && !fs::is_regular_file(status)) {
    return absl::NotFoundError(absl::StrCat(path, ": ",
                                            fs::exists(status) || !error
                                                ? "neither a folder nor a file"
                                                : error.message()));
  }
  return SeedReader().Read(path);
}

}  // namespace e820check
