// SPDX-License-Identifier: Apache-2.0

// What a child may take of its host, whatever it does: limits, and a view of
// the file system (Landlock) in which nothing but what is named can be opened.

#ifndef E820CHECK_SYSTEMS_PROCESS_FENCE_H_
#define E820CHECK_SYSTEMS_PROCESS_FENCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "systems/process/file_descriptor.h"

namespace e820check {

// Descendants of the child are inside, too, each with limits of its own but for
// `resident_bytes`, which is that of all together.
struct Fence {
  uint64_t address_space_bytes = 0;  // reserved or used
  uint64_t file_size_bytes = 0;      // of each file that it writes or extends
  uint64_t cpu_seconds = 0;
  uint64_t open_files = 0;
  uint64_t resident_bytes = 0;  // in memory; watched, so exceeded for a moment

  // Files, and folders with all that is beneath. What is not there is left out.
  // Besides them a child sees its own /proc/self.
  std::vector<std::string> readable_paths;  // and executable
  std::vector<std::string> writable_paths;
  std::vector<std::string> devices;  // readable, writable, and for ioctl()
};

// The version of the kernel's Landlock interface, 0 where it has none (older
// than Linux 5.13, not configured, or hidden by a container).
int LandlockVersion();

// A fence that is ready to be entered by a child between fork() and execve().
class PreparedFence {
 public:
  // ResourceExhausted if the kernel has Landlock and refuses the paths.
  static absl::StatusOr<PreparedFence> Make(const Fence& fence);

  // Makes the calling process stay inside for good; false with errno if that
  // fails. Async-signal-safe.
  bool Enter() const;

 private:
  explicit PreparedFence(const Fence& fence) : fence_(&fence) {}

  const Fence* fence_;      // outlives this
  FileDescriptor ruleset_;  // not open: this kernel has no Landlock
};

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_PROCESS_FENCE_H_
