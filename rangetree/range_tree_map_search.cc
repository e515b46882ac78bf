// SPDX-License-Identifier: Apache-2.0

#include "rangetree/range_tree_map_search.h"

#include <algorithm>

#if defined(__x86_64__) && defined(__GNUC__)
#define E820CHECK_X86_TARGET(features) __attribute__((target(features)))
#else
#define E820CHECK_X86_TARGET(features)
#endif

namespace e820check::range_tree_internal {
namespace {

bool ProcessorHas(InstructionSet set) {
  if (set == InstructionSet::kPortable) return true;
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}

// Constant-initialised, so that a map used before this file's initialisers run
// finds the portable path.
constinit InstructionSet instruction_set = InstructionSet::kPortable;

[[maybe_unused]] const bool chosen_at_start =
    UseInstructionSet(InstructionSet::kAvx2);

// ---- The source of both paths ----

template <size_t kVectorBytes, typename Geometry>
[[gnu::always_inline]] inline Place<Geometry> FindBody(
    const Tree<Geometry>& tree, uint64_t address) {
  if (tree.height == 0) {
    const Leaf<Geometry>& leaf = tree.only_leaf;
    return {.leaf = &leaf,
            .slot = leaf.template SlotFor<kVectorBytes>(address, true)};
  }
  uint32_t node = tree.root;
  for (uint32_t level = 0; level < tree.height; ++level) {
    const Inner<Geometry>& inner = tree.inners[node];
    node =
        inner.child[inner.template ChildFor<kVectorBytes>(address, level == 0)];
  }
  const Leaf<Geometry>& leaf = tree.leaves[node];
  return {.leaf = &leaf,
          .slot = leaf.template SlotFor<kVectorBytes>(address, false)};
}

template <size_t kVectorBytes, typename Geometry>
[[gnu::always_inline]] inline void FindPathBody(const Tree<Geometry>& tree,
                                                uint64_t address, uint64_t last,
                                                Path& path) {
  uint32_t node = tree.root;
  uint64_t end = 0;
  for (uint32_t level = 0; level < tree.height; ++level) {
    const Inner<Geometry>& inner = tree.inners[node];
    const size_t slot =
        inner.template ChildFor<kVectorBytes>(address, level == 0);
    path.branches[level] = {.node = node, .slot = static_cast<uint32_t>(slot)};
    path.parent_end = end;
    end = inner.EndOf(slot, end);
    node = inner.child[slot];
  }
  path.leaf = node;
  path.leaf_last = end - 1;
  const Leaf<Geometry>& leaf = tree.LeafAt(node);
  path.slot = static_cast<uint32_t>(
      leaf.template SlotFor<kVectorBytes>(address, false));
  path.last_slot = static_cast<uint32_t>(leaf.template SlotFor<kVectorBytes>(
      std::min(last, path.leaf_last), false));
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

template <size_t kVectorBytes, typename Geometry>
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
        node[i] = inner.child[inner.template ChildFor<kVectorBytes>(
            addresses[begin + i], level == 0)];
        if (level + 1 == tree.height) {
          PrefetchKeys(tree.leaves[node[i]], sizeof(Leaf<Geometry>));
        } else {
          PrefetchKeys(tree.inners[node[i]], kInnerKeyBytes);
        }
      }
    }
    for (size_t i = 0; i < lanes; ++i) {
      const Leaf<Geometry>& leaf = tree.LeafAt(node[i]);
      places[begin + i] = {.leaf = &leaf,
                           .slot = leaf.template SlotFor<kVectorBytes>(
                               addresses[begin + i], false)};
    }
  }
}

template <size_t kVectorBytes, typename Geometry>
[[gnu::always_inline]] inline Sum<Geometry> FindSumBody(
    const Tree<Geometry>& tree, uint64_t address, ByteClass byte_class) {
  uint32_t node = tree.root;
  uint64_t bytes = 0;
  for (uint32_t level = 0; level < tree.height; ++level) {
    const Inner<Geometry>& inner = tree.inners[node];
    const size_t slot =
        inner.template ChildFor<kVectorBytes>(address, level == 0);
    // Looks at all children, so that no branch depends on which it is.
    for (size_t i = 0; i < inner.kCapacity; ++i) {
      bytes += i < slot ? inner.bytes[byte_class][i] : 0;
    }
    node = inner.child[slot];
  }
  const Leaf<Geometry>& leaf = tree.LeafAt(node);
  const size_t slot =
      leaf.template SlotFor<kVectorBytes>(address, tree.height == 0);
  return {.place = {.leaf = &leaf, .slot = slot}, .bytes_before = bytes};
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
      const uint32_t length = static_cast<uint32_t>(packed.offset[i + 1]) -
                              static_cast<uint32_t>(packed.offset[i]);
      const uint32_t gap = packed.code[i] == Palette::kUnmapped ? length : 0;
      inside = std::max(inside, gap);
    }
    largest = inside;
  } else {
    for (size_t i = 0; i < last; ++i) {
      if (leaf.plain.mapped[i]) continue;
      largest = std::max(largest, leaf.First(i + 1) - leaf.First(i));
    }
  }
  if (leaf.IsMapped(last)) return largest;
  return std::max(largest, leaf_end - leaf.First(last));
}

// ---- Compiled for each instruction set ----

// NOLINTBEGIN(bugprone-macro-parentheses): types and attributes have none.
#define E820CHECK_SEARCH_PATH(Name, features, vector_bytes)             \
  template <typename Geometry>                                          \
  struct Name {                                                         \
    features static Place<Geometry> Find(const Tree<Geometry>& tree,    \
                                         uint64_t address) {            \
      return FindBody<vector_bytes>(tree, address);                     \
    }                                                                   \
    features static void FindPath(const Tree<Geometry>& tree,           \
                                  uint64_t address, uint64_t last,      \
                                  Path& path) {                         \
      FindPathBody<vector_bytes>(tree, address, last, path);            \
    }                                                                   \
    features static void FindEach(const Tree<Geometry>& tree,           \
                                  absl::Span<const uint64_t> addresses, \
                                  Place<Geometry>* places) {            \
      FindEachBody<vector_bytes>(tree, addresses, places);              \
    }                                                                   \
    features static Sum<Geometry> FindSum(const Tree<Geometry>& tree,   \
                                          uint64_t address,             \
                                          ByteClass byte_class) {       \
      return FindSumBody<vector_bytes>(tree, address, byte_class);      \
    }                                                                   \
    features static uint64_t LargestGap(const Leaf<Geometry>& leaf,     \
                                        uint64_t leaf_end) {            \
      return LargestGapBody(leaf, leaf_end);                            \
    }                                                                   \
  }
// NOLINTEND(bugprone-macro-parentheses)

E820CHECK_SEARCH_PATH(Portable, , 16);
E820CHECK_SEARCH_PATH(Avx2, E820CHECK_X86_TARGET("avx2,bmi,bmi2"), 32);

#undef E820CHECK_SEARCH_PATH
#undef E820CHECK_X86_TARGET

// Calls call(isa) with the instruction set in use.
template <typename Geometry, typename Call>
[[gnu::always_inline]] inline auto Dispatch(Call call) {
  return instruction_set == InstructionSet::kAvx2 ? call(Avx2<Geometry>())
                                                  : call(Portable<Geometry>());
}

}  // namespace

bool UseInstructionSet(InstructionSet set) {
  if (!ProcessorHas(set)) return false;
  instruction_set = set;
  return true;
}

template <typename Geometry>
Place<Geometry> Search<Geometry>::Find(const Tree<Geometry>& tree,
                                       uint64_t address) {
  return Dispatch<Geometry>([&](auto isa) { return isa.Find(tree, address); });
}

template <typename Geometry>
void Search<Geometry>::FindEach(const Tree<Geometry>& tree,
                                absl::Span<const uint64_t> addresses,
                                Place<Geometry>* places) {
  Dispatch<Geometry>([&](auto isa) { isa.FindEach(tree, addresses, places); });
}

template <typename Geometry>
void Search<Geometry>::FindPath(const Tree<Geometry>& tree, uint64_t address,
                                uint64_t last, Path& path) {
  Dispatch<Geometry>(
      [&](auto isa) { isa.FindPath(tree, address, last, path); });
}

template <typename Geometry>
Sum<Geometry> Search<Geometry>::FindSum(const Tree<Geometry>& tree,
                                        uint64_t address,
                                        ByteClass byte_class) {
  return Dispatch<Geometry>(
      [&](auto isa) { return isa.FindSum(tree, address, byte_class); });
}

template <typename Geometry>
uint64_t Search<Geometry>::LargestGap(const Leaf<Geometry>& leaf,
                                      uint64_t leaf_end) {
  return Dispatch<Geometry>(
      [&](auto isa) { return isa.LargestGap(leaf, leaf_end); });
}

template struct Search<CacheLineGeometry>;
template struct Search<TinyGeometry>;

}  // namespace e820check::range_tree_internal
