// SPDX-License-Identifier: Apache-2.0

#include "search/memory_bill.h"

#include <algorithm>

#include "systems/qemu/fence.h"

namespace e820check {
namespace {

// Three bitmaps, with a bit for each page.
constexpr uint64_t kBitmaps = 3;
constexpr uint64_t kBytesPerBitmapByte = 8 * uint64_t{4096};

// Measured with 192 of them: 2.8 MiB each with 1 GiB of RAM, 7.2 MiB with 1
// TiB.
constexpr uint64_t kBytesPerProcessor = uint64_t{6} << 20;

// RAM that does not fit the address space of a QEMU in its fence is refused
// before anything is made for it.
bool CanBeHad(uint64_t size_bytes) {
  return size_bytes <= QemuFence::kAddressSpaceBytes;
}

uint64_t Sum(uint64_t a, uint64_t b, uint64_t most) {
  return a >= most - std::min(b, most) ? most : a + b;
}

}  // namespace

void MemoryBill::Add(const Backend& backend) {
  const uint64_t in_file_bytes =
      Sum(backend.size_bytes, backend.offset_bytes, INT64_MAX);
  if (backend.is_named_file) {
    named_file_bytes_ = std::max(named_file_bytes_, in_file_bytes);
  }
  // A file gets its size before it is mapped.
  if (backend.is_named_file || backend.may_be_shared) {
    file_bytes_ = std::max(file_bytes_, in_file_bytes);
  }
  if (!CanBeHad(backend.size_bytes)) return;
  mapped_bytes_ = Sum(mapped_bytes_, backend.size_bytes, kMost);
  if (backend.is_touched) {
    touched_bytes_ = Sum(touched_bytes_, backend.size_bytes, kMost);
  }
}

void MemoryBill::OfferRam(uint64_t size_bytes) {
  if (CanBeHad(size_bytes)) ram_bytes_ = std::max(ram_bytes_, size_bytes);
}

uint64_t MemoryBill::touched_bytes() const {
  const uint64_t bitmap_bytes =
      Sum(mapped_bytes_, ram_bytes_, kMost) / kBytesPerBitmapByte * kBitmaps;
  return Sum(bitmap_bytes, touches_all_ ? mapped_bytes_ : touched_bytes_,
             kMost);
}

uint64_t MemoryBill::processor_bytes() const {
  return processors_ * kBytesPerProcessor;
}

uint64_t MemoryBill::named_file_bytes() const {
  return std::max(named_file_bytes_, ram_is_file_ ? ram_bytes_ : 0);
}

}  // namespace e820check
