// SPDX-License-Identifier: Apache-2.0

#include "rangetree/qom_order.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

#include "absl/strings/string_view.h"

namespace e820check {
namespace {

constexpr uint32_t kEmpty = UINT32_MAX;
constexpr size_t kLeastBuckets = 8;

// The hash of a C string: signed characters, and never one of the two values
// that mark unused buckets.
uint32_t HashOf(absl::string_view name) {
  uint32_t hash = 5381;
  for (const char c : name) {
    hash += (hash << 5) + static_cast<uint32_t>(static_cast<signed char>(c));
  }
  return std::max(hash, uint32_t{2});
}

// The prime with which a table of this many buckets finds the first one to try.
uint32_t PrimeFor(size_t buckets) {
  static constexpr uint32_t kPrimes[] = {
      7,    13,   31,   61,    127,   251,   509,    1021,
      2039, 4093, 8191, 16381, 32749, 65521, 131071, 262139};
  return kPrimes[std::countr_zero(buckets / kLeastBuckets)];
}

// Buckets hold indexes of hashes.
class Buckets {
 public:
  explicit Buckets(std::vector<uint32_t> hashes)
      : hashes_(std::move(hashes)), buckets_(kLeastBuckets, kEmpty) {
    for (uint32_t i = 0; i < hashes_.size(); ++i) {
      size_t bucket = First(i);
      for (size_t step = 1; buckets_[bucket] != kEmpty; ++step) {
        bucket = (bucket + step) & (buckets_.size() - 1);
      }
      buckets_[bucket] = i;
      const size_t count = i + 1;
      if (count + count / 16 >= buckets_.size()) Rebuild(count);
    }
  }

  std::vector<uint32_t> Contents() && {
    std::erase(buckets_, kEmpty);
    return std::move(buckets_);
  }

 private:
  size_t First(uint32_t index) const {
    return hashes_[index] * 11u % PrimeFor(buckets_.size());
  }

  // GLib moves entries within the array: each into its new bucket, from where
  // it expels an entry that has not been moved yet. Moved ones stay.
  void Rebuild(size_t count) {
    const auto wanted = static_cast<size_t>(static_cast<double>(count) * 1.333);
    const size_t before = buckets_.size();
    buckets_.resize(std::max(kLeastBuckets, std::bit_floor(wanted) * 2),
                    kEmpty);
    std::vector<bool> final(buckets_.size());
    for (size_t from = 0; from < before; ++from) {
      if (final[from]) continue;
      uint32_t expelled = std::exchange(buckets_[from], kEmpty);
      while (expelled != kEmpty) {
        size_t to = First(expelled);
        for (size_t step = 1; final[to]; ++step) {
          to = (to + step) & (buckets_.size() - 1);
        }
        final[to] = true;
        std::swap(buckets_[to], expelled);
      }
    }
  }

  std::vector<uint32_t> hashes_;
  std::vector<uint32_t> buckets_;
};

}  // namespace

std::vector<uint32_t> VisitingOrder(const std::vector<std::string>& names) {
  std::vector<uint32_t> hashes;
  hashes.reserve(names.size());
  for (const std::string& name : names) hashes.push_back(HashOf(name));
  return Buckets(std::move(hashes)).Contents();
}

}  // namespace e820check
