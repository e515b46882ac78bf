/* SPDX-License-Identifier: Apache-2.0
 *
 * How any implementation of a machine's memory tables is put to the test: a
 * hypervisor's own C files, another hypervisor, firmware, or a rewrite of them,
 * behind two functions of C99. Nothing else of e820check is needed.
 *
 *   as a shared object   e820check diff --right so:./subject.so
 *   in a fuzz target     cmake -DE820CHECK_SUBJECT=subject.c (or a library)
 *
 * A third way in needs no C: a process that answers JSON lines, --right
 * "exec:COMMAND". subject/examples/ has one of each.
 *
 * Who owns what. All memory belongs to the caller and is valid during the call
 * only. The request is read-only. Of the response, a subject writes into the
 * buffers, never beyond their capacity, and sets sizes; everything else it
 * leaves alone. The caller has set all sizes to 0.
 *
 * Calls come one at a time and must not depend on earlier ones. Standard output
 * and error are the subject's own, for diagnosis: what it prints is shown when
 * it fails, and a flood of it counts as a failure. A subject that crashes,
 * ends, hangs, or writes where it may not is reported as such and loaded again.
 */
#ifndef E820CHECK_SUBJECT_E820_SUBJECT_H_
#define E820CHECK_SUBJECT_E820_SUBJECT_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows when a struct or a meaning below changes. */
#define E820_SUBJECT_ABI_VERSION 1u

/* Which options a command line may use. */
#define E820_DIALECT_STOCK 0u       /* those of QEMU */
#define E820_DIALECT_MEMMAP_TYPE 1u /* and -numa node,memmap-type= */

struct e820_subject_request {
  uint32_t dialect; /* E820_DIALECT_... */
  /* Whose rules are asked for: 7 and 2, 10 and 0, 11 and 1. */
  uint32_t qemu_major;
  uint32_t qemu_minor;
  /* What would follow "qemu-system-x86_64 -display none -nodefaults -accel tcg
   * -S": argc words, UTF-8, then a null pointer. There is no program name. */
  int argc;
  const char *const *argv;
};

/* A row of fw_cfg's etc/e820, in bytes. Rows stand in the order of that file;
 * they are compared without being sorted or merged. */
struct e820_subject_row {
  uint64_t address;
  uint64_t length;
  uint32_t type; /* 1 RAM, 2 reserved, ..., 0xEFFFFFFF soft reserved */
  uint32_t unused;
};

struct e820_subject_rows {
  struct e820_subject_row *rows;
  size_t capacity; /* in rows; at least 512 */
  size_t count;
};

struct e820_subject_bytes {
  uint8_t *bytes;
  size_t capacity; /* in bytes; at least 1 MiB, 64 KiB for texts */
  size_t size;
};

struct e820_subject_response {
  /* E820_SUBJECT_ACCEPTED: what firmware reads. Tables are in ACPI form, with
   * header and checksum; size 0 where the machine publishes no such table. */
  struct e820_subject_rows e820;
  struct e820_subject_bytes srat;
  struct e820_subject_bytes slit;
  struct e820_subject_bytes hmat;
  /* E820_SUBJECT_REFUSED: what QEMU prints after its own name and a colon, with
   * hint lines after '\n'. Otherwise the reason of the code. */
  struct e820_subject_bytes text;
  /* Of a machine accepted or refused: lines such as "warning: ...", in order,
   * each followed by a NUL. */
  struct e820_subject_bytes warnings;
  /* E820_SUBJECT_HELP: the exit status of QEMU, which prints help instead. */
  int32_t help_exit_status;
};

/* What e820_subject_answer() returns; any other value is reported as garbage.
 */
#define E820_SUBJECT_ACCEPTED 0
#define E820_SUBJECT_REFUSED 1
#define E820_SUBJECT_HELP 2
/* The subject does not know an option or machine; no finding. */
#define E820_SUBJECT_NOT_COVERED 3
/* A buffer is too small; the text, if any, says which. No finding. */
#define E820_SUBJECT_TOO_SMALL 4
/* The subject failed by its own account: a finding. */
#define E820_SUBJECT_FAILED 5

/* E820_SUBJECT_ABI_VERSION of the header that the subject was built with. */
uint32_t e820_subject_abi_version(void);

int e820_subject_answer(const struct e820_subject_request *request,
                        struct e820_subject_response *response);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* E820CHECK_SUBJECT_E820_SUBJECT_H_ */
