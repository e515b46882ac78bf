// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_REGULAR_FILE_H_
#define E820CHECK_SEARCH_REGULAR_FILE_H_

#include <cstddef>
#include <filesystem>
#include <string>

#include "absl/status/statusor.h"

namespace e820check {

// The bytes of a regular file, links followed. Waits for no pipe or device:
// InvalidArgument. ResourceExhausted for a file of more than `most_bytes`;
// Unavailable if it cannot be read. The message does not name the path.
absl::StatusOr<std::string> ReadRegularFile(const std::filesystem::path& path,
                                            size_t most_bytes);

}  // namespace e820check

#endif  // E820CHECK_SEARCH_REGULAR_FILE_H_
