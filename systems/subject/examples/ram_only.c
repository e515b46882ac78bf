/* SPDX-License-Identifier: Apache-2.0
 *
 * A complete subject for a small part of the question: RAM of i440fx and q35
 * machines from 3.0 on, without NUMA, so e820 is all that they publish.
 *
 *   -machine q35|pc|pc-q35-V|pc-i440fx-V, without properties
 *   -cpu qemu64
 *   -smp with cpus=, sockets=, cores=, threads=1 and maxcpus=
 *   -m SIZE or size=SIZE, 1K to 256G, with a unit
 *
 * Everything else is answered with E820_SUBJECT_NOT_COVERED, never with a
 * guess, and so counts for nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "systems/subject/e820_subject.h"

#define KIB UINT64_C(1024)
#define GIB (UINT64_C(1) << 30)
#define MAX_RAM (256 * GIB)
#define MAX_CPUS 128 /* no APIC id beyond 254, however they are arranged */

struct machine {
  int is_q35;
  unsigned version; /* 100 * major + minor */
  uint64_t ram;     /* bytes */
};

/* A decimal number in front of `*text`, which moves behind it; 0 if none. */
static int take_number(const char **text, uint64_t *number) {
  char *end;
  if (**text < '0' || **text > '9') return 0;
  *number = strtoull(*text, &end, 10);
  if (end - *text > 15) return 0;
  *text = end;
  return 1;
}

/* "3.0" to the release's own version; QEMU has them all, and no others. */
static int parse_version(const char *text, unsigned newest, unsigned *version) {
  uint64_t major, minor;
  if (!take_number(&text, &major) || *text++ != '.') return 0;
  if (!take_number(&text, &minor) || *text != '\0') return 0;
  if (major < 3 || minor > (major == 3 ? 1 : 2)) return 0;
  *version = (unsigned)(100 * major + minor);
  return *version <= newest;
}

static int parse_machine(const char *text,
                         const struct e820_subject_request *request,
                         struct machine *machine) {
  const unsigned newest = 100 * request->qemu_major + request->qemu_minor;
  machine->version = newest;
  if (strcmp(text, "pc") == 0 || strcmp(text, "q35") == 0) {
    machine->is_q35 = text[0] == 'q';
    return 1;
  }
  machine->is_q35 = strncmp(text, "pc-q35-", 7) == 0;
  if (!machine->is_q35 && strncmp(text, "pc-i440fx-", 10) != 0) return 0;
  text += machine->is_q35 ? 7 : 10;
  /* 11.1 has dropped the oldest. */
  return parse_version(text, newest, &machine->version) &&
         (request->qemu_major < 11 || machine->version >= 502);
}

/* Each of five numbers once, so that nothing is left for QEMU to choose; levels
 * between socket and core that have one of a kind may be there. */
static int parse_smp(const char *text, uint32_t qemu_major) {
  static const char *const keys[] = {
      "cpus=",    "sockets=", "cores=",  "threads=",
      "maxcpus=", "dies=",    "modules="};
  const size_t key_count = qemu_major >= 10 ? 7 : 6;
  uint64_t n[7] = {0, 0, 0, 0, 0, 0, 0};
  while (*text != '\0') {
    size_t i = 0;
    while (i < key_count && strncmp(text, keys[i], strlen(keys[i])) != 0) ++i;
    if (i == key_count || n[i] != 0) return 0;
    text += strlen(keys[i]);
    if (!take_number(&text, &n[i]) || n[i] == 0 || n[i] > MAX_CPUS) return 0;
    if (i >= 5 && n[i] != 1) return 0;
    if (*text == ',') {
      ++text;
    } else if (*text != '\0') {
      return 0;
    }
  }
  return n[0] != 0 && n[1] * n[2] == n[4] && n[3] == 1 && n[0] <= n[4] &&
         n[4] <= MAX_CPUS;
}

static int parse_ram(const char *text, uint64_t *ram) {
  uint64_t unit;
  if (strncmp(text, "size=", 5) == 0) text += 5;
  if (!take_number(&text, ram)) return 0;
  switch (*text) {
    case 'K':
      unit = KIB;
      break;
    case 'M':
      unit = KIB * KIB;
      break;
    case 'G':
      unit = GIB;
      break;
    default:
      return 0;
  }
  if (text[1] != '\0' || *ram > MAX_RAM / unit) return 0;
  *ram = (*ram * unit + 8191) / 8192 * 8192; /* QEMU rounds up */
  return *ram != 0;
}

/* NULL, or the first word that is not covered. */
static const char *parse(const struct e820_subject_request *request,
                         struct machine *machine) {
  int seen[4] = {0, 0, 0, 0};
  machine->is_q35 = 0;
  machine->version = 100 * request->qemu_major + request->qemu_minor;
  machine->ram = 128 * KIB * KIB;
  for (int i = 0; i < request->argc; i += 2) {
    static const char *const options[] = {"-machine", "-cpu", "-smp", "-m"};
    const char *const value = request->argv[i + 1];
    int option = 0, good = 0;
    while (option < 4 && strcmp(request->argv[i], options[option]) != 0) {
      ++option;
    }
    if (option == 4 || value == NULL || seen[option]++) return request->argv[i];
    switch (option) {
      case 0:
        good = parse_machine(value, request, machine);
        break;
      case 1:
        good = strcmp(value, "qemu64") == 0;
        break;
      case 2:
        good = parse_smp(value, request->qemu_major);
        break;
      case 3:
        good = parse_ram(value, &machine->ram);
        break;
    }
    if (!good) return request->argv[i];
  }
  return NULL;
}

static void add_row(struct e820_subject_rows *rows, uint64_t address,
                    uint64_t length, uint32_t type) {
  struct e820_subject_row *const row = &rows->rows[rows->count++];
  row->address = address;
  row->length = length;
  row->type = type;
}

static void lay_out(const struct machine *machine,
                    struct e820_subject_rows *rows) {
  uint64_t low = machine->ram;
  if (machine->is_q35 && low >= 0xb0000000) {
    low = 2 * GIB;
  } else if (!machine->is_q35 && low >= 0xe0000000) {
    low = 3 * GIB;
  }
  /* qemu64 is an AMD CPU of 40 address bits. */
  if (machine->version >= 701) {
    add_row(rows, UINT64_C(0xfd00000000), 12 * GIB, 2);
  }
  add_row(rows, 0, low, 1);
  if (machine->ram > low) add_row(rows, 4 * GIB, machine->ram - low, 1);
}

/* Newer releases warn of types that they mean to drop. */
static void warn_of_age(const struct e820_subject_request *request,
                        const struct machine *machine,
                        struct e820_subject_bytes *warnings) {
  const unsigned oldest_kept = request->qemu_major < 10   ? 0
                               : request->qemu_major < 11 ? 701
                                                          : 802;
  if (machine->version >= oldest_kept) return;
  /* The NUL that snprintf() writes ends the warning. */
  warnings->size =
      1 + (size_t)snprintf((char *)warnings->bytes, warnings->capacity,
                           "warning: Machine type 'pc-%s-%u.%u' is deprecated: "
                           "machines more than 3 years old are subject to "
                           "deletion after 6 years",
                           machine->is_q35 ? "q35" : "i440fx",
                           machine->version / 100, machine->version % 100);
}

uint32_t e820_subject_abi_version(void) { return E820_SUBJECT_ABI_VERSION; }

int e820_subject_answer(const struct e820_subject_request *request,
                        struct e820_subject_response *response) {
  struct machine machine;
  const char *const stranger = parse(request, &machine);
  if (stranger != NULL) {
    const int size = snprintf((char *)response->text.bytes,
                              response->text.capacity, "%.60s", stranger);
    response->text.size = (size_t)size;
    return E820_SUBJECT_NOT_COVERED;
  }
  if (response->e820.capacity < 3) return E820_SUBJECT_TOO_SMALL;
  warn_of_age(request, &machine, &response->warnings);
  lay_out(&machine, &response->e820);
  return E820_SUBJECT_ACCEPTED;
}
