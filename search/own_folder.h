// SPDX-License-Identifier: Apache-2.0

// Folders in which a hunt may write and remove: those that it made.

#ifndef E820CHECK_SEARCH_OWN_FOLDER_H_
#define E820CHECK_SEARCH_OWN_FOLDER_H_

#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace e820check {

// A file of this name, made first of all, says that a folder is a hunt's.
inline constexpr absl::string_view kFolderMark = ".e820check-hunt";

// Makes the folder, with those above it, and marks it; an empty one is marked,
// too. FailedPrecondition, with the path, for a folder that holds something and
// no mark, for a link, and for what is no folder. Unavailable: the file system
// fails.
absl::Status TakeFolder(const std::filesystem::path& path);

// FailedPrecondition, with the path, if something is there and is no folder,
// but a link to one, for instance.
absl::Status CheckIsFolder(const std::filesystem::path& path);
// The same of a file.
absl::Status CheckIsFile(const std::filesystem::path& path);

}  // namespace e820check

#endif  // E820CHECK_SEARCH_OWN_FOLDER_H_
