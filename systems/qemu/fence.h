// SPDX-License-Identifier: Apache-2.0

// What a QEMU may take of its host that is started with words nobody chose.

#ifndef E820CHECK_SYSTEMS_QEMU_FENCE_H_
#define E820CHECK_SYSTEMS_QEMU_FENCE_H_

#include <cstdint>
#include <string>

#include "systems/process/fence.h"

namespace e820check {

struct QemuFence {
  // Of each file, those without a name (memfd) included.
  uint64_t file_size_bytes = uint64_t{1} << 30;

  // Larger RAM cannot be had inside.
  static constexpr uint64_t kAddressSpaceBytes = uint64_t{40} << 40;

  // QEMU itself holds some 50 MiB, and a few more for each vCPU; what a machine
  // may touch besides is at most 1 GiB (search/harmless.h).
  static constexpr uint64_t kResidentBytes = uint64_t{2} << 30;
};

// Reads of the program, which is an absolute path, what lies in its folder and,
// where that is PREFIX/bin, below PREFIX; of the host its libraries, programs,
// firmware and description of processors; writes below `working_directory`.
Fence MakeFence(const QemuFence& limits, const std::string& program,
                const std::string& working_directory);

// What this kernel's Landlock is too old to keep a fenced QEMU from, in one
// line; empty: nothing.
std::string WhatFenceLacks();

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_QEMU_FENCE_H_
