// SPDX-License-Identifier: Apache-2.0

#include "options/hash_order.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace e820check {
namespace {

// The largest prime that GLib takes for a table of 2^i slots, i from 3.
constexpr uint32_t kModulus[] = {
    7,         13,        31,        61,         127,       251,
    509,       1021,      2039,      4093,       8191,      16381,
    32749,     65521,     131071,    262139,     524287,    1048573,
    2097143,   4194301,   8388593,   16777213,   33554393,  67108859,
    134217689, 268435399, 536870909, 1073741789, 2147483647};

uint32_t Djb2(absl::string_view key) {
  uint32_t hash = 5381;
  for (const char c : key) {
    // GLib adds a signed char, so a byte above 127 subtracts.
    hash = hash * 33 + static_cast<uint32_t>(static_cast<signed char>(c));
  }
  return std::max<uint32_t>(hash, 2);  // 0 and 1 mark free slots there
}

// The slot of step n of a walk is n * (n + 1) / 2 behind its home.
size_t AtStep(size_t home, uint64_t step, size_t slot_count) {
  return (home + step * (step + 1) / 2) & (slot_count - 1);
}

}  // namespace

size_t GlibTable::Home(uint32_t hash) const {
  const auto log2 = static_cast<size_t>(std::countr_zero(slots_.size()));
  return (hash * 11) % kModulus[log2 - 3];
}

void GlibTable::Insert(absl::string_view key) {
  if (!keys_.insert(key).second) return;
  const uint32_t hash = Djb2(key);
  const size_t home = Home(hash);
  uint32_t& step = taken_steps_[home];
  size_t at = AtStep(home, step, slots_.size());
  while (slots_[at].state != Slot::State::kUnused) {
    at = AtStep(home, ++step, slots_.size());
  }
  slots_[at] = {Slot::State::kUsed, hash, key};
  ++used_;
  ++occupied_;
  ResizeIfNeeded();
}

void GlibTable::Erase(absl::string_view key) {
  if (keys_.erase(key) == 0) return;
  const uint32_t hash = Djb2(key);
  size_t at = Home(hash);
  for (size_t step = 0; slots_[at].state != Slot::State::kUnused;) {
    Slot& slot = slots_[at];
    if (slot.state == Slot::State::kUsed && slot.hash == hash &&
        slot.key == key) {
      slot = {Slot::State::kErased, 0, {}};
      --used_;
      ResizeIfNeeded();
      return;
    }
    at = (at + ++step) & (slots_.size() - 1);
  }
}

std::optional<absl::string_view> GlibTable::First() const {
  for (const Slot& slot : slots_) {
    if (slot.state == Slot::State::kUsed) return slot.key;
  }
  return std::nullopt;
}

void GlibTable::ResizeIfNeeded() {
  const bool sparse = slots_.size() > kMinSize && slots_.size() > 4 * used_;
  const bool crowded = slots_.size() <= occupied_ + occupied_ / 16;
  if (sparse || crowded) Resize();
}

// Rehashes in place as GLib does: slots in ascending order, each key moving to
// its new place and sending away the key it finds there.
void GlibTable::Resize() {
  const auto wanted = static_cast<size_t>(static_cast<double>(used_) * 1.333);
  size_t size = kMinSize;
  while (size <= wanted) size *= 2;
  const size_t old_size = slots_.size();
  std::vector<Slot> from = std::move(slots_);
  from.resize(std::max(old_size, size));
  slots_.assign(size, Slot{});
  taken_steps_.assign(size, 0);
  std::vector<bool> placed(size);
  for (size_t i = 0; i < old_size; ++i) {
    Slot moving = std::exchange(from[i], Slot{});
    while (moving.state == Slot::State::kUsed) {
      const size_t home = Home(moving.hash);
      uint32_t& step = taken_steps_[home];
      while (placed[AtStep(home, step, size)]) ++step;
      const size_t at = AtStep(home, step, size);
      placed[at] = true;
      slots_[at] = moving;
      moving = std::exchange(from[at], Slot{});
    }
  }
  occupied_ = used_;
}

uint32_t QDictBucket(absl::string_view key) {
  uint32_t value = 0x238F13AF * static_cast<uint32_t>(key.size());
  for (size_t i = 0; i < key.size(); ++i) {
    value += static_cast<uint32_t>(static_cast<unsigned char>(key[i]))
             << (i * 5 % 24);
  }
  return (1103515243 * value + 12345) % 512;
}

}  // namespace e820check
