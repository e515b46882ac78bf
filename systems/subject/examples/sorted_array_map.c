/* SPDX-License-Identifier: Apache-2.0
 *
 * A map as kernels keep theirs at boot: entries in one array, sorted, apart and
 * as long as they can be.
 */
#include <stdlib.h>
#include <string.h>

#include "systems/subject/range_map_subject.h"

struct range_map_subject {
  struct range_map_entry *entries;
  size_t count;
  size_t capacity;
};

struct range_map_subject *range_map_create(void) {
  return calloc(1, sizeof(struct range_map_subject));
}

void range_map_destroy(struct range_map_subject *map) {
  if (map != NULL) free(map->entries);
  free(map);
}

/* The first entry that ends at or above `address`. */
static size_t find(const struct range_map_subject *map, uint64_t address) {
  size_t low = 0, high = map->count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (map->entries[middle].last < address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* An edit adds at most two entries; with room for them it cannot fail. */
static int reserve_two(struct range_map_subject *map) {
  if (map->count + 2 > map->capacity) {
    const size_t capacity = 2 * map->capacity + 16;
    struct range_map_entry *const grown =
        realloc(map->entries, capacity * sizeof *grown);
    if (grown == NULL) return -1;
    map->entries = grown;
    map->capacity = capacity;
  }
  return 0;
}

/* Puts `added` entries where entries [from, to) were. */
static void splice(struct range_map_subject *map, size_t from, size_t to,
                   const struct range_map_entry *added, size_t added_count) {
  if (map->count > to) {
    memmove(map->entries + from + added_count, map->entries + to,
            (map->count - to) * sizeof *added);
  }
  memcpy(map->entries + from, added, added_count * sizeof *added);
  map->count = map->count - (to - from) + added_count;
}

int range_map_erase(struct range_map_subject *map, uint64_t first,
                    uint64_t last) {
  struct range_map_entry rest[2];
  size_t rest_count = 0;
  const size_t from = find(map, first);
  size_t to = from;
  if (reserve_two(map) != 0) return -1;
  while (to < map->count && map->entries[to].first <= last) ++to;
  if (from == to) return 0;
  if (map->entries[from].first < first) {
    rest[rest_count] = map->entries[from];
    rest[rest_count++].last = first - 1;
  }
  if (map->entries[to - 1].last > last) {
    rest[rest_count] = map->entries[to - 1];
    rest[rest_count++].first = last + 1;
  }
  splice(map, from, to, rest, rest_count);
  return 0;
}

static int alike(const struct range_map_entry *a,
                 const struct range_map_entry *b) {
  return a->type == b->type && a->owner == b->owner;
}

int range_map_assign(struct range_map_subject *map,
                     const struct range_map_entry *entry) {
  struct range_map_entry all = *entry;
  size_t from, to;
  if (range_map_erase(map, entry->first, entry->last) != 0) return -1;
  if (reserve_two(map) != 0) return -1;
  from = to = find(map, entry->first);
  if (from > 0 && map->entries[from - 1].last + 1 == all.first &&
      alike(&map->entries[from - 1], &all)) {
    all.first = map->entries[--from].first;
  }
  if (to < map->count && map->entries[to].first == all.last + 1 &&
      alike(&map->entries[to], &all)) {
    all.last = map->entries[to++].last;
  }
  splice(map, from, to, &all, 1);
  return 0;
}

int range_map_next(const struct range_map_subject *map, uint64_t address,
                   struct range_map_entry *entry) {
  const size_t at = find(map, address);
  if (at == map->count) return 0;
  *entry = map->entries[at];
  return 1;
}

int range_map_query(const struct range_map_subject *map, uint64_t address,
                    struct range_map_entry *entry) {
  return range_map_next(map, address, entry) && entry->first <= address;
}
