// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SYSTEMS_SUBJECT_GUARDED_BUFFER_H_
#define E820CHECK_SYSTEMS_SUBJECT_GUARDED_BUFFER_H_

#include <cstddef>
#include <cstdint>

namespace e820check {

// Memory for somebody else to write to, between two stretches of addresses that
// nobody may touch: the first byte before or behind it ends the process with
// SIGSEGV.
class GuardedBuffer {
 public:
  // `size_bytes` is a multiple of the page size, so that the end of the buffer
  // is the end of a page. Aborts without memory.
  GuardedBuffer(const char* name, size_t size_bytes);
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;
  ~GuardedBuffer();

  const char* name() const { return name_; }
  uint8_t* data() const { return data_; }
  size_t size_bytes() const { return size_bytes_; }

  // Whether `address` lies before or behind the buffer, where nobody may touch
  // it. Async-signal-safe.
  bool GuardHolds(uintptr_t address) const;
  // Overwrites the first `used_bytes`, so that nobody finds an old answer.
  void Forget(size_t used_bytes) const;

 private:
  const char* name_;
  uint8_t* data_;
  size_t size_bytes_;
};

}  // namespace e820check

#endif  // E820CHECK_SYSTEMS_SUBJECT_GUARDED_BUFFER_H_
