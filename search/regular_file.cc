// SPDX-License-Identifier: Apache-2.0

#include "search/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace e820check {

absl::StatusOr<std::string> ReadRegularFile(const std::filesystem::path& path,
                                            size_t most_bytes) {
  const auto failed = [] {
    return absl::UnavailableError(std::strerror(errno));
  };
  const int descriptor =
      open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0) return failed();
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fdopen(descriptor, "r"),
                                                   std::fclose);
  if (file == nullptr) {
    close(descriptor);
    return failed();
  }
  struct stat info;
  if (fstat(descriptor, &info) != 0) return failed();
  if (!S_ISREG(info.st_mode)) return absl::InvalidArgumentError("not a file");
  // The size that it has says nothing of files of the kernel's.
  std::string bytes(most_bytes + 1, '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
  if (std::ferror(file.get()) != 0) return failed();
  if (bytes.size() > most_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("more than ", most_bytes, " bytes"));
  }
  return bytes;
}

}  // namespace e820check
