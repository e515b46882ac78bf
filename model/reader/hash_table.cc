// SPDX-License-Identifier: Apache-2.0

#include "model/reader/hash_table.h"

#include <algorithm>
#include <utility>

namespace e820check::reader {
namespace {

// djb2, of signed characters.
uint32_t Djb2(absl::string_view key) {
  uint32_t hash = 5381;
  for (const char c : key) {
    hash = hash * 33 + static_cast<uint32_t>(static_cast<signed char>(c));
  }
  return hash < 2 ? 2 : hash;  // 0 and 1 mark slots without a key
}

// The largest prime below the size.
size_t Modulus(size_t size) {
  size_t prime = size - 1;
  const auto is_prime = [](size_t n) {
    for (size_t d = 2; d * d <= n; ++d) {
      if (n % d == 0) return false;
    }
    return true;
  };
  while (!is_prime(prime)) --prime;
  return prime;
}

size_t FirstSlot(uint32_t hash, size_t size) {
  return uint32_t{hash * 11} % Modulus(size);
}

// The size for so many keys: the power of two above their number and a third.
size_t SizeFor(size_t keys) {
  size_t size = 1;
  while (size <= keys + keys / 3) size *= 2;
  return std::max<size_t>(size, 8);
}

}  // namespace

size_t HashTable::FindSlot(absl::string_view key, uint32_t hash) const {
  std::optional<size_t> removed;
  size_t at = FirstSlot(hash, slots_.size());
  for (size_t step = 1; slots_[at].state != Slot::State::kUnused; ++step) {
    if (slots_[at].state == Slot::State::kRemoved) {
      if (!removed) removed = at;
    } else if (slots_[at].hash == hash && slots_[at].key == key) {
      return at;
    }
    at = (at + step) % slots_.size();
  }
  return removed.value_or(at);
}

void HashTable::Insert(absl::string_view key) {
  const uint32_t hash = Djb2(key);
  Slot& slot = slots_[FindSlot(key, hash)];
  if (slot.state == Slot::State::kHeld) return;
  const bool was_unused = slot.state == Slot::State::kUnused;
  slot = {Slot::State::kHeld, hash, std::string(key)};
  ++held_;
  if (was_unused) {
    ++occupied_;
    ResizeIfNeeded();
  }
}

void HashTable::Remove(absl::string_view key) {
  Slot& slot = slots_[FindSlot(key, Djb2(key))];
  slot = {Slot::State::kRemoved, 0, ""};
  --held_;
  ResizeIfNeeded();
}

std::optional<std::string> HashTable::First() const {
  for (const Slot& slot : slots_) {
    if (slot.state == Slot::State::kHeld) return slot.key;
  }
  return std::nullopt;
}

// The keys move within one array, from the lowest slot up. A key that comes to
// a slot whose key has not moved yet takes its place, and that one moves next.
void HashTable::ResizeIfNeeded() {
  const size_t old_size = slots_.size();
  const bool too_large = old_size > 8 && old_size > held_ * 4;
  const bool too_small = old_size <= occupied_ + occupied_ / 16;
  if (!too_large && !too_small) return;

  const size_t size = SizeFor(held_);
  slots_.resize(std::max(size, old_size));
  std::vector<bool> has_moved(slots_.size());
  for (size_t from = 0; from < old_size; ++from) {
    if (has_moved[from]) continue;
    Slot moving = std::exchange(slots_[from], Slot());
    while (moving.state == Slot::State::kHeld) {
      size_t to = FirstSlot(moving.hash, size);
      for (size_t step = 1; has_moved[to]; ++step) to = (to + step) % size;
      has_moved[to] = true;
      std::swap(moving, slots_[to]);
    }
  }
  slots_.resize(size);
  occupied_ = held_;
}

std::vector<size_t> QDictOrder(const std::vector<std::string>& keys) {
  const auto bucket = [](absl::string_view key) {
    uint32_t sum = uint32_t{0x238F13AF} * static_cast<uint32_t>(key.size());
    for (size_t i = 0; i < key.size(); ++i) {
      sum += uint32_t{static_cast<unsigned char>(key[i])} << (5 * i % 24);
    }
    return (1103515243 * sum + 12345) % 512;
  };
  std::vector<size_t> order;
  for (size_t i = keys.size(); i-- > 0;) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return bucket(keys[a]) < bucket(keys[b]);
  });
  return order;
}

}  // namespace e820check::reader
