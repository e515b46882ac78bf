// SPDX-License-Identifier: Apache-2.0

// What both kinds of node of RangeTreeMap are made of: how much they hold, what
// a parent caches about a child, the palette of contents, and the search among
// keys. Internal to range_tree_map*.

#ifndef E820CHECK_RANGETREE_RANGE_TREE_KEYS_H_
#define E820CHECK_RANGETREE_RANGE_TREE_KEYS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "machine/memory_type.h"
#include "machine/segment.h"

namespace e820check::range_tree_internal {

// How much nodes hold. 72 packed steps are nine 32-byte vectors of keys, and
// fill six cache lines; as many bytes hold 20 plain steps.
struct CacheLineGeometry {
  static constexpr size_t kPackedSteps = 72;
  static constexpr size_t kPlainSteps = 20;
  static constexpr size_t kChildren = 64;
};

// The smallest nodes that the algorithms allow: trees of many levels out of few
// segments, for tests.
struct TinyGeometry {
  static constexpr size_t kPackedSteps = 6;
  static constexpr size_t kPlainSteps = 4;
  static constexpr size_t kChildren = 4;
};

inline constexpr size_t kCacheLineBytes = 64;

// Nodes are named by their index in the map's pools.
inline constexpr uint32_t kNoNode = UINT32_MAX;

// What holds at an address; nullopt is unmapped.
using Content = std::optional<MemoryAttributes>;

// ---- What a parent caches ----

// The types that have a total of their own. All others share one, which tells
// only where to look for them.
enum ByteClass : uint8_t {
  kRam,
  kReserved,
  kAcpiReclaimable,
  kAcpiNvs,
  kPersistent,
  kSoftReserved,
  kOther,
  kGap,  // none of them: unmapped
};
inline constexpr size_t kByteClasses = kGap;

constexpr ByteClass ClassOf(MemoryType type) {
  switch (type) {
    case MemoryType::kRam:
      return kRam;
    case MemoryType::kReserved:
      return kReserved;
    case MemoryType::kAcpiReclaimable:
      return kAcpiReclaimable;
    case MemoryType::kAcpiNvs:
      return kAcpiNvs;
    case MemoryType::kPersistent:
      return kPersistent;
    case MemoryType::kSoftReserved:
      return kSoftReserved;
    default:
      return kOther;
  }
}

constexpr ByteClass ClassOf(const Content& content) {
  return content ? ClassOf(content->type) : kGap;
}

// Of all steps in a subtree. Counts are modulo 2^64, which is never felt: a
// node has at least two children, so none of them covers all 2^64 addresses.
struct Summary {
  std::array<uint64_t, kByteClasses> bytes = {};
  uint64_t largest_gap = 0;  // bytes

  friend bool operator==(const Summary&, const Summary&) = default;
};

// ---- Palettes ----

// Contents as single bytes: 0 is unmapped, other codes are given to attributes
// as they first appear. Attributes that come when all codes are taken have
// none, and live in plain leaves.
class Palette {
 public:
  static constexpr uint32_t kUnmapped = 0;
  static constexpr uint32_t kNoCode = 256;

  struct Entry {
    Content content;
    ByteClass byte_class = kGap;  // kGap for unmapped
  };

  // By code; until the next Admit. For loops, which would else find out for
  // each code where the entries are.
  const Entry* entries() const { return entries_.data(); }
  const Content& At(uint32_t code) const { return entries()[code].content; }
  ByteClass ClassAt(uint32_t code) const { return entries()[code].byte_class; }

  // Looks at all entries, so that no branch depends on which it is.
  uint32_t CodeOf(const Content& content) const {
    if (!content) return kUnmapped;
    uint32_t found = kNoCode;
    for (uint32_t code = 1; code < entries_.size(); ++code) {
      const MemoryAttributes& attributes = *entries_[code].content;
      const bool differs = ((static_cast<uint32_t>(attributes.type) ^
                             static_cast<uint32_t>(content->type)) |
                            (attributes.owner ^ content->owner)) != 0;
      found = differs ? found : code;
    }
    return found;
  }
  // The same, after giving the content a code if there is one left.
  uint32_t Admit(const Content& content) {
    const uint32_t code = CodeOf(content);
    if (code != kNoCode || entries_.size() == kNoCode) return code;
    entries_.push_back({content, ClassOf(content)});
    return static_cast<uint32_t>(entries_.size() - 1);
  }
  size_t codes() const { return entries_.size(); }
  // Whether the codes that both have mean the same.
  bool StartsAs(const Palette& other) const {
    const size_t both = std::min(codes(), other.codes());
    const auto same = [](const Entry& a, const Entry& b) {
      return a.content == b.content;
    };
    return std::equal(entries_.begin(), entries_.begin() + both,
                      other.entries_.begin(), same);
  }
  void Clear() { entries_.resize(1); }

 private:
  // As many as most maps have.
  absl::InlinedVector<Entry, 12> entries_ = {Entry()};
};

struct Step {
  uint64_t first = 0;
  Content content;
  uint32_t code = Palette::kUnmapped;  // of the content
};

// ---- Search ----

// Numbers without sign as signed ones in the same order, which is what vector
// instructions compare. Differences stay the same, modulo the type.
constexpr int32_t Signed(uint32_t number) {
  return static_cast<int32_t>(number ^ (uint32_t{1} << 31));
}
constexpr int64_t Signed(uint64_t number) {
  return static_cast<int64_t>(number ^ (uint64_t{1} << 63));
}
constexpr uint32_t Unsigned(int32_t number) {
  return static_cast<uint32_t>(number) ^ (uint32_t{1} << 31);
}
constexpr uint64_t Unsigned(int64_t number) {
  return static_cast<uint64_t>(number) ^ (uint64_t{1} << 63);
}

// A bit for each of eight bytes, the first one's lowest, set if it is not 0.
inline uint64_t NonZeroBytes(const uint8_t* bytes) {
  constexpr uint64_t kLow = 0x7f7f7f7f7f7f7f7f;
  uint64_t word = 0;
  for (size_t i = 0; i < 8; ++i) word |= uint64_t{bytes[i]} << (8 * i);
  // The highest bit of each byte, all of which the product moves to its top.
  const uint64_t set = ((word & kLow) + kLow) | word;
  return ((set & ~kLow) >> 7) * 0x0102040810204080 >> 56;
}

template <typename Lane, size_t kBytes>
using Vector [[gnu::vector_size(kBytes)]] = Lane;

// The sum of a vector's lanes, small numbers, found by halving it; kBytes
// >= 16.
template <size_t kBytes, typename Lane>
[[gnu::always_inline]] inline size_t SumOfLanes(
    const Vector<Lane, kBytes>& vector) {
  if constexpr (kBytes > 16) {
    Vector<Lane, kBytes / 2> halves[2];
    std::memcpy(halves, &vector, kBytes);
    return SumOfLanes<kBytes / 2, Lane>(halves[0] + halves[1]);
  } else {
    uint64_t halves[2];
    std::memcpy(halves, &vector, kBytes);
    const uint64_t sum = halves[0] + halves[1];
    return sizeof(Lane) == 8 ? sum : static_cast<uint32_t>(sum + (sum >> 32));
  }
}

// How many of `count` keys are above `key`; count is a multiple of how many
// fill a vector. Every key is compared, so that no branch depends on them.
template <size_t kVectorBytes, typename Key>
[[gnu::always_inline]] inline size_t CountAboveIn(const Key* keys, size_t count,
                                                  Key key) {
  constexpr size_t kLanes = kVectorBytes / sizeof(Key);
  const Vector<Key, kVectorBytes> limit = key - Vector<Key, kVectorBytes>{};
  Vector<Key, kVectorBytes> counts = {};
  for (size_t i = 0; i < count; i += kLanes) {
    Vector<Key, kVectorBytes> block;
    std::memcpy(&block, keys + i, kVectorBytes);
    counts -= block > limit;  // a lane that is true is -1
  }
  return SumOfLanes<kVectorBytes, Key>(counts);
}

// The same of kKeys keys, however many. A compiler that may not use registers
// of kVectorBytes makes do with smaller ones.
template <size_t kVectorBytes, size_t kKeys, typename Key>
[[gnu::always_inline]] inline size_t CountAbove(const Key* keys, Key key) {
  constexpr size_t kRest = kKeys % (kVectorBytes / sizeof(Key));
  if constexpr (kVectorBytes < 16) {
    size_t count = 0;
    for (size_t i = 0; i < kKeys; ++i) count += keys[i] > key ? 1 : 0;
    return count;
  } else if constexpr (kRest > 0) {
    return CountAbove<kVectorBytes, kKeys - kRest>(keys, key) +
           CountAbove<kVectorBytes / 2, kRest>(keys + (kKeys - kRest), key);
  } else {
    return CountAboveIn<kVectorBytes>(keys, kKeys, key);
  }
}

}  // namespace e820check::range_tree_internal

#endif  // E820CHECK_RANGETREE_RANGE_TREE_KEYS_H_
