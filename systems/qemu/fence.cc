// SPDX-License-Identifier: Apache-2.0

#include "systems/qemu/fence.h"

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <vector>

#include "absl/strings/str_split.h"

namespace e820check {
namespace {

namespace fs = std::filesystem;

// Twice the time that an answer has, on two processors: a hang stays a hang.
constexpr uint64_t kCpuSeconds = 120;
// Some three for each vCPU under KVM, of which there are up to 4096.
constexpr uint64_t kOpenFiles = 16384;

constexpr const char* kReadable[] = {
    // Libraries, firmware, and the shell of a program that is a script.
    "/bin", "/lib", "/lib32", "/lib64", "/sbin", "/usr", "/gnu/store",
    "/nix/store", "/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime",
    // What memory and processors there are; without /proc/sys/vm QEMU takes
    // RAM that is not reserved for impossible.
    "/proc/sys/vm", "/sys/devices/system", "/sys/kernel/mm"};

constexpr const char* kDevices[] = {"/dev/null", "/dev/zero",   "/dev/full",
                                    "/dev/kvm",  "/dev/random", "/dev/urandom"};

bool IsHome(const fs::path& folder) {
  const char* home = std::getenv("HOME");
  return folder == folder.root_path() ||
         (home != nullptr && folder == fs::path(home).lexically_normal());
}

// Also where `program` is a link, as its folder is that of the file then.
void AddProgram(const fs::path& program, std::vector<std::string>& paths) {
  const fs::path folder = program.parent_path();
  const fs::path above = folder.parent_path();
  paths.push_back(program.string());
  if (IsHome(folder)) return;
  paths.push_back(folder.string());
  std::error_code error;
  // A build folder has links to the firmware of the sources around it.
  const bool is_build = fs::exists(folder / "qemu-bundle", error);
  if ((folder.filename() == "bin" || is_build) && !IsHome(above)) {
    paths.push_back(above.string());
  }
}

}  // namespace

Fence MakeFence(const QemuFence& limits, const std::string& program,
                const std::string& working_directory) {
  // The address space: RAM is reserved first and only then refused, and 16 TiB
  // and more are for the board to refuse; of a QEMU with AddressSanitizer 20
  // TiB are its shadow. What memory is in fact touched is watched.
  Fence fence{.address_space_bytes = QemuFence::kAddressSpaceBytes,
              .file_size_bytes = limits.file_size_bytes,
              .cpu_seconds = kCpuSeconds,
              .open_files = kOpenFiles,
              .resident_bytes = QemuFence::kResidentBytes,
              .readable_paths = {std::begin(kReadable), std::end(kReadable)},
              .writable_paths = {},
              .devices = {std::begin(kDevices), std::end(kDevices)}};
  AddProgram(program, fence.readable_paths);
  std::error_code error;
  const fs::path file = fs::canonical(program, error);
  if (!error) AddProgram(file, fence.readable_paths);
  if (const char* libraries = std::getenv("LD_LIBRARY_PATH")) {
    for (const absl::string_view folder :
         absl::StrSplit(libraries, ':', absl::SkipEmpty())) {
      fence.readable_paths.emplace_back(folder);
    }
  }
  if (!working_directory.empty()) {
    fence.writable_paths.push_back(working_directory);
  }
  return fence;
}

std::string WhatFenceLacks() {
  const int version = LandlockVersion();
  if (version == 0) {
    return "this kernel has no Landlock: QEMU runs with limits on memory, file "
           "size and time, but only the check of its arguments keeps it from "
           "files and ports";
  }
  if (version < 4) {
    return "this kernel's Landlock is older than version 4: only the check of "
           "its arguments keeps QEMU from ports";
  }
  return "";
}

}  // namespace e820check
