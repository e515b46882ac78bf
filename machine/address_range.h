// SPDX-License-Identifier: Apache-2.0

#ifndef E820CHECK_MACHINE_ADDRESS_RANGE_H_
#define E820CHECK_MACHINE_ADDRESS_RANGE_H_

#include <cstdint>
#include <optional>
#include <string>

namespace e820check {

inline constexpr uint64_t kKiB = uint64_t{1} << 10;
inline constexpr uint64_t kMiB = uint64_t{1} << 20;
inline constexpr uint64_t kGiB = uint64_t{1} << 30;
inline constexpr uint64_t kTiB = uint64_t{1} << 40;

// A non-empty half-open range [start, start + size) of 64-bit addresses.
//
// The end may be 2^64, which no uint64_t holds, so the range is kept as its
// first and last address; there is no empty AddressRange, and operations whose
// result may be empty return std::optional. The one range whose size does not
// fit uint64_t is the whole address space, [0, 2^64).
class AddressRange {
 public:
  struct StartAndSize {
    uint64_t start;
    uint64_t size_bytes;
  };
  struct FirstAndLast {
    uint64_t first;
    uint64_t last;  // inclusive
  };

  // nullopt if the size is 0 or the end exceeds 2^64.
  static constexpr std::optional<AddressRange> Create(StartAndSize r) {
    if (r.size_bytes == 0) return std::nullopt;
    if (r.size_bytes - 1 > UINT64_MAX - r.start) return std::nullopt;
    return AddressRange(r.start, r.start + (r.size_bytes - 1));
  }

  // nullopt if last < first.
  static constexpr std::optional<AddressRange> Create(FirstAndLast r) {
    if (r.last < r.first) return std::nullopt;
    return AddressRange(r.first, r.last);
  }

  static constexpr AddressRange Everything() {
    return AddressRange(0, UINT64_MAX);
  }

  constexpr uint64_t first() const { return first_; }
  constexpr uint64_t last() const { return last_; }

  // One past the last address; nullopt where that is 2^64.
  constexpr std::optional<uint64_t> end() const {
    if (last_ == UINT64_MAX) return std::nullopt;
    return last_ + 1;
  }

  // nullopt for [0, 2^64), whose size does not fit.
  constexpr std::optional<uint64_t> size_bytes() const {
    if (first_ == 0 && last_ == UINT64_MAX) return std::nullopt;
    return last_ - first_ + 1;
  }

  constexpr bool Contains(uint64_t address) const {
    return first_ <= address && address <= last_;
  }
  constexpr bool Contains(const AddressRange& other) const {
    return first_ <= other.first_ && other.last_ <= last_;
  }
  constexpr bool Overlaps(const AddressRange& other) const {
    return first_ <= other.last_ && other.first_ <= last_;
  }
  // Whether `next` starts at the address where this range ends.
  constexpr bool Touches(const AddressRange& next) const {
    return last_ != UINT64_MAX && last_ + 1 == next.first_;
  }

  constexpr std::optional<AddressRange> Intersection(
      const AddressRange& other) const {
    return Create(
        FirstAndLast{.first = first_ > other.first_ ? first_ : other.first_,
                     .last = last_ < other.last_ ? last_ : other.last_});
  }

  // "[0x100000, 0x80000000)"; the end 2^64 prints as 0x10000000000000000.
  std::string ToString() const;

  friend constexpr bool operator==(const AddressRange&,
                                   const AddressRange&) = default;

 private:
  constexpr AddressRange(uint64_t first, uint64_t last)
      : first_(first), last_(last) {}

  uint64_t first_;
  uint64_t last_;
};

// a + b, or nullopt where the sum exceeds 2^64 - 1.
constexpr std::optional<uint64_t> CheckedAdd(uint64_t a, uint64_t b) {
  if (b > UINT64_MAX - a) return std::nullopt;
  return a + b;
}

}  // namespace e820check

#endif  // E820CHECK_MACHINE_ADDRESS_RANGE_H_
