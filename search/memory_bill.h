// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_SEARCH_MEMORY_BILL_H_
#define E820CHECK_SEARCH_MEMORY_BILL_H_

#include <cstdint>

namespace e820check {

// An upper bound of the memory that a QEMU with this RAM touches, and of the
// size of its files: RAM is only reserved, unless it is asked to be touched at
// once, but QEMU keeps bitmaps of it, of which it sets each bit.
class MemoryBill {
 public:
  struct Backend {
    uint64_t size_bytes = 0;
    uint64_t offset_bytes = 0;   // of RAM in its file
    bool is_named_file = false;  // that lies on a disk
    bool may_be_shared = false;  // by a file without a name
    bool is_touched = false;
  };
  void Add(const Backend& backend);

  // Of -m; the largest counts.
  void OfferRam(uint64_t size_bytes);
  void PutRamIntoFile() { ram_is_file_ = true; }
  void AddProcessors(uint32_t count) { processors_ = count; }
  // A device may touch any backend.
  void TouchAll() { touches_all_ = true; }

  uint64_t touched_bytes() const;     // of RAM, and what describes it
  uint64_t processor_bytes() const;   // what QEMU keeps for virtual processors
  uint64_t named_file_bytes() const;  // the largest
  uint64_t file_bytes() const { return file_bytes_; }  // likewise, of all

 private:
  // Sums stop far beyond what any caller allows.
  static constexpr uint64_t kMost = uint64_t{1} << 60;

  uint64_t mapped_bytes_ = 0;   // of backends that can be had at all
  uint64_t touched_bytes_ = 0;  // of them
  uint64_t ram_bytes_ = uint64_t{128} << 20;
  uint64_t named_file_bytes_ = 0;
  uint64_t file_bytes_ = 0;
  uint32_t processors_ = 1;
  bool ram_is_file_ = false;
  bool touches_all_ = false;
};

}  // namespace e820check

#endif  // E820CHECK_SEARCH_MEMORY_BILL_H_
