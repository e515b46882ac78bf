// SPDX-License-Identifier: Apache-2.0

// Where large trees live. Internal to range_tree_map*.

#ifndef E820CHECK_RANGETREE_RANGE_TREE_MAP_MEMORY_H_
#define E820CHECK_RANGETREE_RANGE_TREE_MAP_MEMORY_H_

#include <cstddef>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace e820check::range_tree_internal {

inline constexpr size_t kHugePageBytes = size_t{2} << 20;

// Allocates from the global heap, but aligns blocks of several huge pages to
// such pages and asks for them: a search of a large tree would else spend more
// time on the way to its pages than in them.
template <typename T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <typename U>
  explicit HugePageAllocator(const HugePageAllocator<U>&) {}

  static constexpr size_t AlignmentOf(size_t size_bytes) {
    return size_bytes >= 2 * kHugePageBytes ? kHugePageBytes : alignof(T);
  }
  T* allocate(size_t count) {
    const size_t size_bytes = count * sizeof(T);
    const size_t alignment = AlignmentOf(size_bytes);
    void* const block = ::operator new(size_bytes, std::align_val_t(alignment));
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    // No more than advice: without such pages all works the same.
    if (alignment == kHugePageBytes) {
      (void)madvise(block, size_bytes, MADV_HUGEPAGE);
    }
#endif
    return static_cast<T*>(block);
  }
  void deallocate(T* block, size_t count) {
    ::operator delete(block, std::align_val_t(AlignmentOf(count * sizeof(T))));
  }

  friend bool operator==(const HugePageAllocator&,
                         const HugePageAllocator&) = default;
};

}  // namespace e820check::range_tree_internal

#endif  // E820CHECK_RANGETREE_RANGE_TREE_MAP_MEMORY_H_
