// SPDX-License-Identifier: Apache-2.0

#include "systems/process/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace e820check {
namespace {

// The kernel's interface (Documentation/userspace-api/landlock.rst), stated
// here as the headers of older systems lack the newer half of it.
constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr uint32_t kAskForVersion = 1;
constexpr int kPathBeneath = 1;

struct RulesetAttributes {
  uint64_t handled_files;
  uint64_t handled_network;  // version 4
  uint64_t scoped;           // version 6
};
struct [[gnu::packed]] PathBeneathAttributes {
  uint64_t allowed;
  int32_t parent;
};

constexpr uint64_t kExecute = 1 << 0;
constexpr uint64_t kWriteFile = 1 << 1;
constexpr uint64_t kReadFile = 1 << 2;
constexpr uint64_t kReadFolder = 1 << 3;
constexpr uint64_t kTruncate = 1 << 14;
constexpr uint64_t kDeviceIoctl = 1 << 15;
constexpr uint64_t kOfFiles =
    kExecute | kWriteFile | kReadFile | kTruncate | kDeviceIoctl;
constexpr uint64_t kRead = kExecute | kReadFile | kReadFolder;

// Everything that can be done with files, by version.
uint64_t HandledFiles(int version) {
  uint64_t rights = (1 << 13) - 1;
  if (version >= 2) rights |= 1 << 13;  // to link and rename across folders
  if (version >= 3) rights |= kTruncate;
  if (version >= 5) rights |= kDeviceIoctl;
  return rights;
}

// To bind and to connect by TCP.
uint64_t HandledNetwork(int version) { return version >= 4 ? 3 : 0; }
// Abstract sockets of, and signals to, others.
uint64_t Scoped(int version) { return version >= 6 ? 3 : 0; }

size_t AttributesSize(int version) {
  if (version >= 6) return sizeof(RulesetAttributes);
  if (version >= 4) return offsetof(RulesetAttributes, scoped);
  return offsetof(RulesetAttributes, handled_network);
}

// Async-signal-safe.
bool AddRule(int ruleset, int path, uint64_t allowed) {
  const PathBeneathAttributes rule = {.allowed = allowed, .parent = path};
  return syscall(kAddRule, ruleset, kPathBeneath, &rule, 0) == 0;
}

absl::Status Allow(const std::vector<std::string>& paths, uint64_t rights,
                   int ruleset) {
  for (const std::string& path : paths) {
    const FileDescriptor file(open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!file.open()) continue;
    struct stat info;
    if (fstat(file.get(), &info) != 0) continue;
    const uint64_t allowed = S_ISDIR(info.st_mode) ? rights : rights & kOfFiles;
    if (AddRule(ruleset, file.get(), allowed)) continue;
    return absl::ResourceExhaustedError(
        absl::StrCat("Landlock: ", path, ": ", strerror(errno)));
  }
  return absl::OkStatus();
}

// Async-signal-safe. Where the own hard limit is lower already, that stays.
bool Limit(decltype(RLIMIT_AS) resource, uint64_t limit) {
  rlimit now;
  if (getrlimit(resource, &now) != 0) return false;
  if (now.rlim_max != RLIM_INFINITY && now.rlim_max < limit) {
    limit = now.rlim_max;
  }
  const rlimit wanted = {.rlim_cur = limit, .rlim_max = limit};
  return setrlimit(resource, &wanted) == 0;
}

}  // namespace

int LandlockVersion() {
  const long version =
      syscall(kCreateRuleset, nullptr, size_t{0}, kAskForVersion);
  return version < 0 ? 0 : static_cast<int>(version);
}

absl::StatusOr<PreparedFence> PreparedFence::Make(const Fence& fence) {
  PreparedFence prepared(fence);
  const int version = LandlockVersion();
  if (version == 0) return prepared;
  const uint64_t handled = HandledFiles(version);
  const RulesetAttributes attributes = {
      .handled_files = handled,
      .handled_network = HandledNetwork(version),
      .scoped = Scoped(version)};
  prepared.ruleset_ = FileDescriptor(static_cast<int>(syscall(
      kCreateRuleset, &attributes, AttributesSize(version), uint32_t{0})));
  if (!prepared.ruleset_.open()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("Landlock: ", strerror(errno)));
  }
  const int ruleset = prepared.ruleset_.get();
  absl::Status allowed = Allow(fence.readable_paths, kRead, ruleset);
  allowed.Update(Allow(fence.writable_paths, handled & ~kDeviceIoctl, ruleset));
  allowed.Update(Allow(fence.devices,
                       handled & (kReadFile | kWriteFile | kDeviceIoctl),
                       ruleset));
  if (!allowed.ok()) return allowed;
  return prepared;
}

bool PreparedFence::Enter() const {
  // To end rather than to dump core at either limit is the default.
  if (!Limit(RLIMIT_AS, fence_->address_space_bytes) ||
      !Limit(RLIMIT_FSIZE, fence_->file_size_bytes) ||
      !Limit(RLIMIT_CPU, fence_->cpu_seconds) ||
      !Limit(RLIMIT_NOFILE, fence_->open_files)) {
    return false;
  }
  if (!ruleset_.open()) return true;
  // Another process than the one that made the ruleset.
  const int own = open("/proc/self", O_PATH | O_CLOEXEC);
  if (own >= 0) {
    const bool added = AddRule(ruleset_.get(), own, kReadFile | kReadFolder);
    close(own);
    if (!added) return false;
  }
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall(kRestrictSelf, ruleset_.get(), 0) == 0;
}

}  // namespace e820check
