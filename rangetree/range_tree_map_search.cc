// SPDX-License-Identifier: Apache-2.0

#include "rangetree/range_tree_map_search.h"

#include <algorithm>

#if defined(__x86_64__) && defined(__GNUC__)
#define E820CHECK_HAS_AVX2_PATH 1
#else
#define E820CHECK_HAS_AVX2_PATH 0
#endif

namespace e820check::range_tree_internal {
namespace {

// Constant-initialised, so that a map made before this file's initialisers run
// finds the portable path.
constinit bool use_avx2 = false;

bool ProcessorHasAvx2() {
#if E820CHECK_HAS_AVX2_PATH
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("popcnt");
#else
  return false;
#endif
}

[[maybe_unused]] const bool chosen_at_start =
    UseInstructionSet(InstructionSet::kAvx2);

// ---- The source of both paths ----

template <typename Geometry>
[[gnu::always_inline]] inline Place<Geometry> FindBody(
    const Tree<Geometry>& tree, uint64_t address) {
  uint32_t node = tree.root;
  for (uint32_t level = 0; level < tree.height; ++level) {
    const Inner<Geometry>& inner = tree.inners[node];
    node = inner.child[inner.ChildFor(address)];
  }
  const Leaf<Geometry>& leaf = tree.leaves[node];
  return {.leaf = &leaf, .slot = leaf.SlotFor(address)};
}

template <typename Geometry>
[[gnu::always_inline]] inline void FindPathBody(const Tree<Geometry>& tree,
                                                uint64_t address, Path& path) {
  uint32_t node = tree.root;
  uint64_t end = 0;
  for (uint32_t level = 0; level < tree.height; ++level) {
    const Inner<Geometry>& inner = tree.inners[node];
    const size_t slot = inner.ChildFor(address);
    path.branches[level] = {.node = node, .slot = static_cast<uint32_t>(slot)};
    end = inner.EndOf(slot, end);
    node = inner.child[slot];
  }
  path.leaf = node;
  path.slot = static_cast<uint32_t>(tree.leaves[node].SlotFor(address));
  path.leaf_last = end - 1;
}

// What a descent reads of a node, asked for before it is needed.
template <typename Node>
[[gnu::always_inline]] inline void PrefetchKeys(const Node& node,
                                                size_t key_bytes) {
  const char* bytes = reinterpret_cast<const char*>(&node);
  for (size_t at = 0; at < key_bytes; at += kCacheLineBytes) {
    __builtin_prefetch(bytes + at);
  }
}

template <typename Geometry>
[[gnu::always_inline]] inline void FindEachBody(
    const Tree<Geometry>& tree, absl::Span<const uint64_t> addresses,
    Place<Geometry>* places) {
  // Enough to keep the processor's miss buffers busy.
  constexpr size_t kLanes = 16;
  constexpr size_t kInnerKeyBytes = offsetof(Inner<Geometry>, count);
  for (size_t begin = 0; begin < addresses.size(); begin += kLanes) {
    const size_t lanes = std::min(kLanes, addresses.size() - begin);
    uint32_t node[kLanes];
    std::fill_n(node, lanes, tree.root);
    for (uint32_t level = 0; level < tree.height; ++level) {
      for (size_t i = 0; i < lanes; ++i) {
        const Inner<Geometry>& inner = tree.inners[node[i]];
        node[i] = inner.child[inner.ChildFor(addresses[begin + i])];
        if (level + 1 == tree.height) {
          PrefetchKeys(tree.leaves[node[i]], sizeof(Leaf<Geometry>));
        } else {
          PrefetchKeys(tree.inners[node[i]], kInnerKeyBytes);
        }
      }
    }
    for (size_t i = 0; i < lanes; ++i) {
      const Leaf<Geometry>& leaf = tree.leaves[node[i]];
      places[begin + i] = {.leaf = &leaf,
                           .slot = leaf.SlotFor(addresses[begin + i])};
    }
  }
}

template <typename Geometry>
[[gnu::always_inline]] inline uint64_t LargestGapBody(
    const Leaf<Geometry>& leaf, uint64_t leaf_end) {
  const size_t last = leaf.count - 1;
  uint64_t largest = 0;
  if (leaf.is_packed) {
    const auto& packed = leaf.packed;
    uint32_t inside = 0;
    for (size_t i = 0; i < last; ++i) {
      const uint32_t length = packed.offset[i + 1] - packed.offset[i];
      const uint32_t gap = packed.code[i] == Palette::kUnmapped ? length : 0;
      inside = std::max(inside, gap);
    }
    largest = inside;
  } else {
    for (size_t i = 0; i < last; ++i) {
      if (leaf.plain.mapped[i]) continue;
      largest =
          std::max(largest, leaf.plain.first[i + 1] - leaf.plain.first[i]);
    }
  }
  if (leaf.IsMapped(last)) return largest;
  return std::max(largest, leaf_end - leaf.First(last));
}

// ---- Compiled twice ----

template <typename Geometry>
struct Portable {
  static Place<Geometry> Find(const Tree<Geometry>& tree, uint64_t address) {
    return FindBody(tree, address);
  }
  static void FindPath(const Tree<Geometry>& tree, uint64_t address,
                       Path& path) {
    FindPathBody(tree, address, path);
  }
  static void FindEach(const Tree<Geometry>& tree,
                       absl::Span<const uint64_t> addresses,
                       Place<Geometry>* places) {
    FindEachBody(tree, addresses, places);
  }
  static uint64_t LargestGap(const Leaf<Geometry>& leaf, uint64_t leaf_end) {
    return LargestGapBody(leaf, leaf_end);
  }
};

#if E820CHECK_HAS_AVX2_PATH
#define E820CHECK_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
template <typename Geometry>
struct Avx2 {
  E820CHECK_AVX2 static Place<Geometry> Find(const Tree<Geometry>& tree,
                                             uint64_t address) {
    return FindBody(tree, address);
  }
  E820CHECK_AVX2 static void FindPath(const Tree<Geometry>& tree,
                                      uint64_t address, Path& path) {
    FindPathBody(tree, address, path);
  }
  E820CHECK_AVX2 static void FindEach(const Tree<Geometry>& tree,
                                      absl::Span<const uint64_t> addresses,
                                      Place<Geometry>* places) {
    FindEachBody(tree, addresses, places);
  }
  E820CHECK_AVX2 static uint64_t LargestGap(const Leaf<Geometry>& leaf,
                                            uint64_t leaf_end) {
    return LargestGapBody(leaf, leaf_end);
  }
};
#undef E820CHECK_AVX2
#else
template <typename Geometry>
using Avx2 = Portable<Geometry>;
#endif

}  // namespace

bool UseInstructionSet(InstructionSet set) {
  if (set == InstructionSet::kAvx2 && !ProcessorHasAvx2()) return false;
  use_avx2 = set == InstructionSet::kAvx2;
  return true;
}

template <typename Geometry>
Place<Geometry> Search<Geometry>::Find(Tree<Geometry> tree, uint64_t address) {
  return use_avx2 ? Avx2<Geometry>::Find(tree, address)
                  : Portable<Geometry>::Find(tree, address);
}

template <typename Geometry>
void Search<Geometry>::FindEach(Tree<Geometry> tree,
                                absl::Span<const uint64_t> addresses,
                                Place<Geometry>* places) {
  return use_avx2 ? Avx2<Geometry>::FindEach(tree, addresses, places)
                  : Portable<Geometry>::FindEach(tree, addresses, places);
}

template <typename Geometry>
void Search<Geometry>::FindPath(Tree<Geometry> tree, uint64_t address,
                                Path& path) {
  return use_avx2 ? Avx2<Geometry>::FindPath(tree, address, path)
                  : Portable<Geometry>::FindPath(tree, address, path);
}

template <typename Geometry>
uint64_t Search<Geometry>::LargestGap(const Leaf<Geometry>& leaf,
                                      uint64_t leaf_end) {
  return use_avx2 ? Avx2<Geometry>::LargestGap(leaf, leaf_end)
                  : Portable<Geometry>::LargestGap(leaf, leaf_end);
}

template struct Search<CacheLineGeometry>;
template struct Search<TinyGeometry>;

}  // namespace e820check::range_tree_internal
