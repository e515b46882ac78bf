// SPDX-License-Identifier: Apache-2.0

#include "search/own_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;

absl::Status Failed(const fs::path& path, const std::error_code& error) {
  return absl::UnavailableError(
      absl::StrCat(path.string(), ": ", error.message()));
}

absl::Status CheckIs(const fs::path& path, fs::file_type wanted,
                     absl::string_view what) {
  std::error_code error;
  const fs::file_type type = fs::symlink_status(path, error).type();
  if (type == fs::file_type::not_found || type == wanted) {
    return absl::OkStatus();
  }
  if (type == fs::file_type::none) return Failed(path, error);
  return absl::FailedPreconditionError(
      absl::StrCat(path.string(), type == fs::file_type::symlink
                                      ? ": this is a link, and a hunt follows "
                                        "none; remove it, or hunt elsewhere"
                                      : absl::StrCat(": this is no ", what)));
}

absl::Status Mark(const fs::path& path) {
  const fs::path mark = path / std::string(kFolderMark);
  const int file =
      open(mark.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  // Another process may have made it since.
  if (file < 0 && errno != EEXIST) {
    return Failed(mark, std::error_code(errno, std::generic_category()));
  }
  if (file >= 0) close(file);
  return absl::OkStatus();
}

// Earlier versions made no mark.
bool LooksLikeAnEarlierHunt(const fs::path& path) {
  std::error_code error;
  return fs::exists(path / "cases", error) &&
         fs::exists(path / "pool", error) &&
         fs::exists(path / "findings", error);
}

}  // namespace

absl::Status CheckIsFolder(const fs::path& path) {
  return CheckIs(path, fs::file_type::directory, "folder");
}

absl::Status CheckIsFile(const fs::path& path) {
  return CheckIs(path, fs::file_type::regular, "file");
}

absl::Status TakeFolder(const fs::path& path) {
  if (absl::Status s = CheckIsFolder(path); !s.ok()) return s;
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return Failed(path, error);
  const fs::path mark = path / std::string(kFolderMark);
  if (absl::Status s = CheckIsFile(mark); !s.ok()) return s;
  if (fs::exists(mark, error)) return absl::OkStatus();
  const bool is_empty = fs::is_empty(path, error);
  if (error) return Failed(path, error);
  if (is_empty) return Mark(path);
  return absl::FailedPreconditionError(absl::StrCat(
      path.string(), ": no hunt made this folder, as it has no file ",
      kFolderMark,
      LooksLikeAnEarlierHunt(path)
          ? absl::StrCat("; if an earlier version did, and nothing in it is "
                         "yours, remove ",
                         (path / "run").string(), " and say: touch ",
                         mark.string())
          : "; name another, or an empty one"));
}

}  // namespace e820check
