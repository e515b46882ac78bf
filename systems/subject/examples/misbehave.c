/* SPDX-License-Identifier: Apache-2.0
 *
 * What a subject must not do, one way for each word in E820_MISBEHAVE. The
 * tests hold the harness against it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "systems/subject/e820_subject.h"

uint32_t e820_subject_abi_version(void) { return E820_SUBJECT_ABI_VERSION; }

int e820_subject_answer(const struct e820_subject_request *request,
                        struct e820_subject_response *response) {
  const char *const way = getenv("E820_MISBEHAVE");
  (void)request;
  if (way == NULL) return E820_SUBJECT_NOT_COVERED;
  if (strcmp(way, "crash") == 0) {
    fputs("about to crash\n", stderr);
    raise(SIGSEGV);
  }
  if (strcmp(way, "exit") == 0) exit(3);
  if (strcmp(way, "hang") == 0) {
    for (;;) pause();
  }
  if (strcmp(way, "garbage-code") == 0) return 12345;
  if (strcmp(way, "garbage-size") == 0) {
    response->srat.size = response->srat.capacity + 1;
    return E820_SUBJECT_ACCEPTED;
  }
  if (strcmp(way, "garbage-warnings") == 0) {
    memcpy(response->warnings.bytes, "no end", 6);
    response->warnings.size = 6;
    return E820_SUBJECT_REFUSED;
  }
  /* Both streams: neither is the harness's. */
  while (strcmp(way, "flood-stdout") == 0) puts("words without end");
  while (strcmp(way, "flood-stderr") == 0) fputs("words without end", stderr);
  if (strcmp(way, "flood-and-answer") == 0) {
    for (size_t i = 0; i < 1000000; ++i) puts("words without end");
    return E820_SUBJECT_NOT_COVERED;
  }
  if (strcmp(way, "overrun-rows") == 0) {
    for (size_t i = 0; i <= response->e820.capacity; ++i) {
      response->e820.rows[i].address = i;
    }
  }
  if (strcmp(way, "overrun-one-byte") == 0) {
    response->text.bytes[response->text.capacity] = 0;
  }
  if (strcmp(way, "underrun") == 0) response->hmat.bytes[-1] = 0;
  if (strcmp(way, "moved-buffer") == 0) response->slit.bytes += 8;
  if (strcmp(way, "failed") == 0) return E820_SUBJECT_FAILED;
  return E820_SUBJECT_ACCEPTED;
}
