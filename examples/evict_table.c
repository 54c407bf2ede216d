/* SPDX-License-Identifier: MIT */
/* What does it cost my callback when this table is not in memory? Pushes a table of constants out,
 * touches it as an audio callback would, and counts the page faults of the thread. Needs neither
 * root nor swap: constants come back from the program's file.
 *
 * cc -std=c99 evict_table.c $(pkg-config --cflags --libs holdfast) -o evict_table
 * Exit codes: 0 it left, and had to be waited for; 1 not. */
#define _GNU_SOURCE /* RUSAGE_THREAD */
#include <holdfast/holdfast.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { kTableBytes = 64 * 4096 };

/* Not all zero: that would be in no file. */
static const unsigned char table[kTableBytes] = {1};

static long major_faults(void) {
  struct rusage usage;
  return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_majflt : -1;
}

static unsigned touch_table(void) {
  const volatile unsigned char* bytes = table;
  unsigned sum = 0;
  size_t i;
  for (i = 0; i < kTableBytes; i += 4096) sum += bytes[i];
  return sum;
}

int main(void) {
  hf_evict_request request;
  hf_evict_result result;
  long faults;
  memset(&request, 0, sizeof request);
  memset(&result, 0, sizeof result);
  request.struct_size = sizeof request;
  request.address = table;
  request.size_bytes = sizeof table;
  result.struct_size = sizeof result;

  touch_table(); /* as long as it was not used, it is not in memory */
  if (hf_evict(&request, &result) != HF_OK) {
    fprintf(stderr, "evict_table: %s\n", hf_error_text());
    return 1;
  }
  faults = major_faults();
  touch_table();
  faults = major_faults() - faults;
  printf("libholdfast %s: %zu of %zu pages left, %ld major faults to get them back\n", hf_version(),
         result.left_pages, result.asked_pages, faults);
  return result.left_pages > 0 && faults > 0 ? 0 : 1;
}
