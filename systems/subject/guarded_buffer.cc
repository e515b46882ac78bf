// SPDX-License-Identifier: Apache-2.0

#include "systems/subject/guarded_buffer.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace e820check {
namespace {

// A multiple of the page size; addresses cost no memory.
constexpr size_t kGuardBytes = 16 << 20;
constexpr uint8_t kPattern = 0xA5;

}  // namespace

GuardedBuffer::GuardedBuffer(const char* name, size_t size_bytes)
    : name_(name), data_(nullptr), size_bytes_(size_bytes) {
  void* const all = mmap(nullptr, kGuardBytes + size_bytes + kGuardBytes,
                         PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) {
    std::perror("mmap");
    std::abort();
  }
  data_ = static_cast<uint8_t*>(all) + kGuardBytes;
  if (mprotect(data_, size_bytes, PROT_READ | PROT_WRITE) != 0) {
    std::perror("mprotect");
    std::abort();
  }
}

GuardedBuffer::~GuardedBuffer() {
  munmap(data_ - kGuardBytes, kGuardBytes + size_bytes_ + kGuardBytes);
}

bool GuardedBuffer::GuardHolds(uintptr_t address) const {
  const auto start = reinterpret_cast<uintptr_t>(data_);
  const uintptr_t end = start + size_bytes_;
  return (address >= start - kGuardBytes && address < start) ||
         (address >= end && address < end + kGuardBytes);
}

void GuardedBuffer::Forget(size_t used_bytes) const {
  std::memset(data_, kPattern, std::min(used_bytes, size_bytes_));
}

}  // namespace e820check
