/* SPDX-License-Identifier: MIT */
/* Would my thread have to wait for its pages? Protects a thread, pushes its table of constants and
 * its variables out of memory, as memory pressure would, and counts the page faults that the thread
 * takes then. With the word "unprotected" it leaves the protection out, to show the difference.
 *
 * cc -std=c99 protect_thread.c $(pkg-config --cflags --libs holdfast) -lpthread -o protect_thread
 * Exit codes: 0 no major fault, 1 major faults or an error. */
#include <holdfast/holdfast.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { kTableBytes = 32 * 4096 };

/* Not all zero: that would be in no file. */
HF_RT_CONST static const unsigned char table[kTableBytes] = {1};
HF_RT_DATA static unsigned char lines[kTableBytes] = {1};
static int is_protected = 1;

HF_RT_TEXT static void callback(unsigned n) {
  unsigned i;
  for (i = 0; i < kTableBytes; i += 4096)
    lines[i] = (unsigned char)(lines[i] + table[(i + n) % kTableBytes]);
}

static void protect(void) {
  hf_protect_options options = hf_protect_defaults();
  hf_protect_report report;
  int kind;
  memset(&report, 0, sizeof report);
  report.struct_size = sizeof report;
  if (hf_protect_current_thread(&options, &report) != HF_OK) printf("%s\n", hf_error_text());
  for (kind = 0; *hf_kind_name(kind) != '\0'; kind++) {
    const hf_protect_kind* it = &report.kinds[kind];
    if (it->asked_bytes == 0) continue;
    printf("%-22s %6zu KiB locked", hf_kind_name(kind), it->locked_bytes / 1024);
    if (it->refused_errno != 0)
      printf(", %zu not (%s)", it->refused_bytes / 1024, strerror(it->refused_errno));
    printf("\n");
  }
}

static void push_out(const void* address) {
  hf_evict_request request;
  memset(&request, 0, sizeof request);
  request.struct_size = sizeof request;
  request.address = address;
  request.size_bytes = kTableBytes;
  if (hf_evict(&request, NULL) != HF_OK) fprintf(stderr, "protect_thread: %s\n", hf_error_text());
}

static void* audio_thread(void* majors) {
  hf_fault_counts before, after;
  unsigned n;
  before.struct_size = after.struct_size = sizeof before;
  callback(0);
  if (is_protected) protect();
  push_out(lines);
  push_out(table);
  hf_read_faults(&before);
  for (n = 1; n <= 1000; n++) callback(n);
  hf_read_faults(&after);
  *(int64_t*)majors = after.major - before.major;
  hf_unprotect_current_thread();
  return NULL;
}

int main(int count, char** words) {
  pthread_t thread;
  int64_t majors = 0;
  is_protected = count < 2 || strcmp(words[1], "unprotected") != 0;
  if (pthread_create(&thread, NULL, audio_thread, &majors) != 0) return 1;
  pthread_join(thread, NULL);
  printf("%d major faults in 1000 blocks\n", (int)majors);
  return majors == 0 ? 0 : 1;
}
