// SPDX-License-Identifier: Apache-2.0

// Where large trees live. Internal to range_tree_map*.

#ifndef E820CHECK_RANGETREE_RANGE_TREE_MAP_MEMORY_H_
#define E820CHECK_RANGETREE_RANGE_TREE_MAP_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace e820check::range_tree_internal {

inline constexpr size_t kHugePageBytes = size_t{2} << 20;

// Allocates from the global heap, aligned as T is. Blocks of several huge pages
// are aligned to such pages, and ask for them: a search of a large tree would
// else spend more time on the way to its pages than in them.
template <typename T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <typename U>
  explicit HugePageAllocator(const HugePageAllocator<U>&) {}

  T* allocate(size_t count) {
    const size_t size_bytes = count * sizeof(T);
    if (!IsHuge(count)) return AllocateSmall(size_bytes);
    void* const block =
        ::operator new(size_bytes, std::align_val_t(kHugePageBytes));
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    // No more than advice: without such pages all works the same.
    (void)madvise(block, size_bytes, MADV_HUGEPAGE);
#endif
    return static_cast<T*>(block);
  }
  void deallocate(T* block, size_t count) {
    if (IsHuge(count)) {
      ::operator delete(block, std::align_val_t(kHugePageBytes));
    } else {
      ::operator delete(reinterpret_cast<Start*>(block)[-1].block);
    }
  }

  friend bool operator==(const HugePageAllocator&,
                         const HugePageAllocator&) = default;

 private:
  static bool IsHuge(size_t count) {
    return count * sizeof(T) >= 2 * kHugePageBytes;
  }

  // In front of what AllocateSmall gives away: where the block that it is a
  // part of starts.
  struct Start {
    void* block;
  };

  // Allocators find plain blocks several times as fast as aligned ones, so this
  // asks for more and aligns what it gets.
  static T* AllocateSmall(size_t size_bytes) {
    void* const block = ::operator new(size_bytes + alignof(T));
    auto* const bytes = static_cast<char*>(block);
    const size_t excess = reinterpret_cast<uintptr_t>(bytes) % alignof(T);
    char* const aligned = bytes + (alignof(T) - excess);
    static_assert(alignof(T) > __STDCPP_DEFAULT_NEW_ALIGNMENT__ &&
                  sizeof(Start) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    reinterpret_cast<Start*>(aligned)[-1].block = block;
    return reinterpret_cast<T*>(aligned);
  }
};

}  // namespace e820check::range_tree_internal

#endif  // E820CHECK_RANGETREE_RANGE_TREE_MAP_MEMORY_H_
