/* SPDX-License-Identifier: MIT */
/* What library_protect_test.py runs: an audio thread with a stack, marked and unmarked code,
 * tables, variables and a buffer. It is protected or not, everything is pushed out of memory, and
 * then its page faults over many blocks are counted. Prints one JSON object.
 *
 * usage: program protect|none|minimum|raise [BLOCKS [LEAVE_KIB]] */
#define _GNU_SOURCE
#include <holdfast/holdfast.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { kPages = 16, kPageBytes = 4096, kTableBytes = kPages * kPageBytes, kStackBytes = 96 * 1024 };

static const char* mode;
static int blocks = 200;
static size_t leave_bytes;
static hf_protect_report report;
static int code;
static char text[600];
static hf_fault_counts before, after;
static hf_residency residency;
static size_t evicted_pages;

/* Not all zero: that would be in no file. */
HF_RT_CONST static const unsigned char marked_table[kTableBytes] = {1};
HF_RT_DATA static unsigned char marked_lines[kTableBytes] = {1};
static const unsigned char plain_table[kTableBytes] = {1};
static unsigned char plain_lines[kTableBytes] = {1};

static __attribute__((noinline, aligned(4096))) unsigned plain_code(unsigned x) {
  return x * 2654435761u + plain_table[x % kTableBytes];
}

static void mark(int number) { /* seen by strace, and nothing else does it */
  syscall(SYS_kill, 0x7fffffff, number);
}

HF_RT_TEXT static __attribute__((noinline)) unsigned use_stack(unsigned x) {
  volatile unsigned char frame[kStackBytes];
  unsigned i, sum = 0;
  for (i = 0; i < kStackBytes; i += kPageBytes) frame[i] = (unsigned char)x;
  for (i = 0; i < kStackBytes; i += kPageBytes) sum += frame[i];
  return sum;
}

HF_RT_TEXT static __attribute__((noinline)) unsigned callback(hf_gap_detector* detector, int64_t n,
                                                              volatile unsigned char* buffer) {
  hf_block block;
  hf_placement placement;
  unsigned i, sum = 0;
  memset(&block, 0, sizeof block);
  memset(&placement, 0, sizeof placement);
  block.struct_size = sizeof block;
  placement.struct_size = sizeof placement;
  block.position = 64 * n;
  block.frames = 64;
  hf_gap_detector_place(detector, &block, &placement);
  for (i = 0; i < kTableBytes; i += kPageBytes) {
    const unsigned at = (i + (unsigned)n) % kTableBytes;
    sum += marked_table[at] + plain_code(at);
    marked_lines[at]++;
    plain_lines[at]++;
    buffer[at]++;
  }
  return sum + use_stack(sum);
}

static void protect(hf_gap_detector* detector, const unsigned char* buffer) {
  hf_range ranges[2];
  hf_protect_options options = hf_protect_defaults();
  if (strcmp(mode, "minimum") == 0) options.what = 0;
  if (strcmp(mode, "raise") == 0) options.what |= HF_PROTECT_RAISE_LIMIT;
  ranges[0] = hf_gap_detector_memory(detector);
  ranges[1].address = buffer;
  ranges[1].size_bytes = kTableBytes;
  options.ranges = ranges;
  options.range_count = 2;
  options.leave_bytes = leave_bytes;
  report.struct_size = sizeof report;
  code = hf_protect_current_thread(&options, &report);
  strncpy(text, hf_error_text(), sizeof text - 1);
}

/* Returns how many pages left. */
static size_t push_out(unsigned what, const void* address) {
  hf_evict_request request;
  hf_evict_result result;
  memset(&request, 0, sizeof request);
  memset(&result, 0, sizeof result);
  request.struct_size = sizeof request;
  request.what = what;
  request.address = address;
  request.size_bytes = address != NULL ? kTableBytes : 0;
  result.struct_size = sizeof result;
  if (hf_evict(&request, &result) != HF_OK) fprintf(stderr, "%s\n", hf_error_text());
  return result.left_pages;
}

static size_t table_pages_in_memory(void) {
  hf_evict_request request;
  hf_residency found;
  memset(&request, 0, sizeof request);
  memset(&found, 0, sizeof found);
  request.struct_size = sizeof request;
  request.address = plain_table;
  request.size_bytes = kTableBytes;
  found.struct_size = sizeof found;
  if (hf_read_residency(&request, &found) != HF_OK) fprintf(stderr, "%s\n", hf_error_text());
  return found.resident_pages + found.soft_pages;
}

/* The table until it is out: on the way back from the first, read-ahead brings it in again, and
 * pages that are still being read cannot leave. With locked pages, this looks once. */
static void push_everything_out(void) {
  int tries = report.locked_bytes > 0 ? 1 : 1000;
  evicted_pages = push_out(HF_EVICT_ALL | HF_EVICT_STACK, NULL);
  do {
    evicted_pages += push_out(0, plain_table);
  } while (table_pages_in_memory() > 0 && --tries > 0);
}

static void look_at_stack(void) {
  hf_evict_request request;
  memset(&request, 0, sizeof request);
  request.struct_size = sizeof request;
  request.what = HF_EVICT_STACK;
  residency.struct_size = sizeof residency;
  if (hf_read_residency(&request, &residency) != HF_OK) fprintf(stderr, "%s\n", hf_error_text());
}

static void* audio_thread(void* nothing) {
  hf_gap_detector_options options;
  hf_gap_detector* detector = NULL;
  unsigned char* buffer = (unsigned char*)malloc(kTableBytes);
  unsigned sum = 0;
  int64_t n = 0;
  (void)nothing;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.rate_hz = 48000;
  if (buffer == NULL || hf_gap_detector_create(&options, &detector) != HF_OK) exit(1);
  memset(buffer, 1, kTableBytes);
  before.struct_size = after.struct_size = sizeof before;
  while (n < 10) sum += callback(detector, n++, buffer);
  if (strcmp(mode, "none") != 0) protect(detector, buffer);
  push_everything_out();
  mark(1);
  hf_read_faults(&before);
  while (n < 10 + blocks) sum += callback(detector, n++, buffer);
  hf_read_faults(&after);
  mark(2);
  if (sum == 0) puts("");
  look_at_stack();
  hf_unprotect_current_thread();
  hf_gap_detector_destroy(detector);
  free(buffer);
  return NULL;
}

static void print(void) {
  int kind;
  printf("{\"code\":%d,\"text\":\"%s\",\"evicted\":%zu,\"major\":%lld,\"minor\":%lld,", code, text,
         evicted_pages, (long long)(after.major - before.major),
         (long long)(after.minor - before.minor));
  printf(
      "\"locked\":%zu,\"refused\":%zu,\"limit\":%lld,\"process\":%lld,\"left\":%lld,\"took_ns\":%"
      "lld,",
      report.locked_bytes, report.refused_bytes, (long long)report.limit_bytes,
      (long long)report.process_bytes, (long long)report.left_bytes, (long long)report.took_ns);
  printf("\"stack_locked_pages\":%zu,\"stack_below\":%zu,\"kinds\":{", residency.locked_pages,
         report.stack_bytes);
  for (kind = 0; kind < HF_KINDS && *hf_kind_name(kind) != '\0'; kind++) {
    printf("%s\"%s\":[%zu,%zu,%zu,%d]", kind == 0 ? "" : ",", hf_kind_name(kind),
           report.kinds[kind].asked_bytes, report.kinds[kind].locked_bytes,
           report.kinds[kind].refused_bytes, report.kinds[kind].refused_errno);
  }
  puts("}}");
}

/* What MCL_FUTURE under a limit would make fail: a stack that grows, and a thread. */
static __attribute__((noinline)) int grow(int depth) {
  volatile char frame[kPageBytes];
  frame[0] = (char)depth;
  return depth == 0 ? frame[0] : grow(depth - 1) + frame[0];
}

static void* do_nothing(void* value) {
  return value;
}

int main(int count, char** words) {
  pthread_t thread;
  mode = count > 1 ? words[1] : "protect";
  if (count > 2) blocks = atoi(words[2]);
  if (count > 3) leave_bytes = (size_t)atoi(words[3]) * 1024;
  if (pthread_create(&thread, NULL, audio_thread, NULL) != 0) return 1;
  pthread_join(thread, NULL);
  print();
  fflush(stdout);
  if (strcmp(mode, "none") != 0) { /* the main thread as well, whose stack grows */
    int main_code = hf_protect_current_thread(NULL, NULL);
    if (main_code != HF_OK && main_code != HF_PARTLY) return 2;
    if (pthread_create(&thread, NULL, do_nothing, NULL) != 0) return 3;
    pthread_join(thread, NULL);
    if (grow(1500) == 7) puts("");
  }
  return 0;
}
