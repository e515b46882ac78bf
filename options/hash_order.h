// SPDX-License-Identifier: Apache-2.0

// The two orders in which QEMU walks keys that it holds in hash tables. They
// decide which of several mistakes a refusal names
// (doc/spec/qemu-options.md 3.7).

#ifndef E820CHECK_OPTIONS_HASH_ORDER_H_
#define E820CHECK_OPTIONS_HASH_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace e820check {

// GLib's string-keyed GHashTable: open addressing over a power-of-two table
// whose home slots come from a prime modulus (doc/spec/qemu-layout.md 6.7).
// Keys are views; what they point at must outlive the table. All keys go in
// before the first comes out, so erased slots need no reuse.
class GlibTable {
 public:
  GlibTable() : slots_(kMinSize), taken_steps_(kMinSize) {}

  // No effect if the key is there.
  void Insert(absl::string_view key);
  // No effect if it is not.
  void Erase(absl::string_view key);

  // The key in the lowest slot, where a walk starts.
  std::optional<absl::string_view> First() const;

 private:
  static constexpr size_t kMinSize = 8;

  struct Slot {
    enum class State { kUnused, kErased, kUsed };
    State state = State::kUnused;
    uint32_t hash = 0;
    absl::string_view key;
  };

  size_t Home(uint32_t hash) const;
  void ResizeIfNeeded();
  void Resize();

  std::vector<Slot> slots_;
  absl::flat_hash_set<absl::string_view> keys_;
  // By home slot: how many steps of the walk from there are known to end at a
  // key. Someone can choose keys that all have one home; without this each of
  // them would walk past all others.
  std::vector<uint32_t> taken_steps_;
  size_t used_ = 0;      // keys
  size_t occupied_ = 0;  // keys and erased slots
};

// The bucket, of 512, in which a QDict keeps the key. A walk goes from bucket 0
// up, within a bucket from the key that came last.
uint32_t QDictBucket(absl::string_view key);

}  // namespace e820check

#endif  // E820CHECK_OPTIONS_HASH_ORDER_H_
