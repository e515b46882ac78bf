// SPDX-License-Identifier: Apache-2.0

// The orders in which QEMU walks its tables of keys, which decide what a
// refusal names (doc/spec/qemu-options.md 3.7).

#ifndef E820CHECK_MODEL_READER_HASH_TABLE_H_
#define E820CHECK_MODEL_READER_HASH_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace e820check::reader {

// GLib's hash table of strings, walked from the lowest slot.
class HashTable {
 public:
  // Does nothing for a key that it holds.
  void Insert(absl::string_view key);
  // Wants a key that it holds.
  void Remove(absl::string_view key);
  // nullopt: it is empty.
  std::optional<std::string> First() const;

 private:
  struct Slot {
    enum class State { kUnused, kRemoved, kHeld };
    State state = State::kUnused;
    uint32_t hash = 0;
    std::string key;
  };

  // The key's slot, or the one that it would get.
  size_t FindSlot(absl::string_view key, uint32_t hash) const;
  void ResizeIfNeeded();

  std::vector<Slot> slots_ = std::vector<Slot>(8);
  size_t held_ = 0;
  size_t occupied_ = 0;  // held or removed
};

// The indexes of a QDict's keys, given in the order in which they came, in the
// order in which QEMU walks them.
std::vector<size_t> QDictOrder(const std::vector<std::string>& keys);

}  // namespace e820check::reader

#endif  // E820CHECK_MODEL_READER_HASH_TABLE_H_
