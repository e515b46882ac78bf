/* SPDX-License-Identifier: Apache-2.0
 *
 * How any map from 64-bit addresses to attributes is put to the test: an
 * interval tree, a sorted array of e820 rows, a kernel's memory blocks.
 *
 *   cmake -DE820CHECK_RANGE_MAP_SUBJECT=map.c (or a library)
 *
 * builds it into the fuzz target range_map_subject and into the properties of
 * range_map_subject_test. systems/subject/examples/sorted_array_map.c is one.
 *
 * Ranges are given by their first and last address, both included, so that all
 * 2^64 addresses have one. The caller never passes last < first.
 */
#ifndef E820CHECK_SUBJECT_RANGE_MAP_SUBJECT_H_
#define E820CHECK_SUBJECT_RANGE_MAP_SUBJECT_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct range_map_subject; /* the implementation's own */

/* A maximal run of addresses with equal attributes: neighbours of an entry
 * leave a gap, or differ in type or owner. */
struct range_map_entry {
  uint64_t first;
  uint64_t last;
  uint32_t type;
  uint32_t owner;
};

/* An empty map, or NULL without memory. */
struct range_map_subject *range_map_create(void);
void range_map_destroy(struct range_map_subject *map);

/* Overwrites what the range held. 0, or -1 without memory, which ends a test
 * without a finding. */
int range_map_assign(struct range_map_subject *map,
                     const struct range_map_entry *entry);
/* Unmaps the range, whose parts may be unmapped already. As above. */
int range_map_erase(struct range_map_subject *map, uint64_t first,
                    uint64_t last);

/* 1 and the entry that holds `address`, or 0. */
int range_map_query(const struct range_map_subject *map, uint64_t address,
                    struct range_map_entry *entry);
/* 1 and the lowest entry that ends at or above `address`, or 0. With
 * entry.last + 1 for the next address, this visits all entries. */
int range_map_next(const struct range_map_subject *map, uint64_t address,
                   struct range_map_entry *entry);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* E820CHECK_SUBJECT_RANGE_MAP_SUBJECT_H_ */
