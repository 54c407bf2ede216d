/* SPDX-License-Identifier: MIT */
/* The real-time part of Holdfast in one file to copy into any program: C99 or C++11, nothing but
 * libc and POSIX threads behind it. It marks code and data of the audio thread, locks them and the
 * thread's stack, and counts frames that were lost. libholdfast does more of each (holdfast.h); the
 * marks are the same.
 *
 *   HF_RT_DATA static float delay_line[48000];
 *   HF_RT_TEXT static void callback(int64_t position, int64_t frames) { ... }
 *
 *   hf_rt_report report = hf_rt_protect_thread(0);    in the audio thread, before its first block
 *   int64_t lost = hf_rt_place(&stream, position, frames);    in every callback */
/* C names. NOLINTBEGIN(readability-identifier-naming,bugprone-reserved-identifier) */
#ifndef HOLDFAST_RT_H
#define HOLDFAST_RT_H

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if !defined(__GNUC__)
#error "holdfast/rt.h needs a compiler with the attributes of GCC, such as gcc or clang"
#endif

/* Each puts a function or a variable into one section of the program, or of the library that it
 * becomes part of, so that what is needed in time lies together and can be locked together.
 *
 * HF_RT_TEXT  functions; not for templates and inline functions, which g++ refuses: those become
 *             part of the marked function that calls them. What it calls must be marked as well.
 * HF_RT_CONST constants. Tables of pointers belong to HF_RT_DATA, because the loader writes them.
 * HF_RT_DATA  variables, also zero ones: they take room in the program's file. */
#if defined(__APPLE__)
#define HF_RT_TEXT __attribute__((section("__TEXT,hf_rt_text")))
#define HF_RT_CONST __attribute__((section("__TEXT,hf_rt_const")))
#define HF_RT_DATA __attribute__((section("__DATA,hf_rt_data")))
#else
#define HF_RT_TEXT __attribute__((section("hf_rt_text")))
#define HF_RT_CONST __attribute__((section("hf_rt_const")))
#define HF_RT_DATA __attribute__((section("hf_rt_data")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A piece of memory; owns nothing. */
typedef struct hf_range {
  const void* address;
  size_t size_bytes;
} hf_range;

/* ---- What is marked ---- */

/* Hidden, or a library would get the bounds of the program that loads it. Under ELF they are named
 * as the linker names them: gcc 12 forgets that a name given by asm is hidden. */
#define HF_RT_BOUND_ extern const char __attribute__((weak, visibility("hidden")))
#if defined(__APPLE__)
HF_RT_BOUND_ __start_hf_rt_text[] __asm("section$start$__TEXT$hf_rt_text");
HF_RT_BOUND_ __stop_hf_rt_text[] __asm("section$end$__TEXT$hf_rt_text");
HF_RT_BOUND_ __start_hf_rt_const[] __asm("section$start$__TEXT$hf_rt_const");
HF_RT_BOUND_ __stop_hf_rt_const[] __asm("section$end$__TEXT$hf_rt_const");
HF_RT_BOUND_ __start_hf_rt_data[] __asm("section$start$__DATA$hf_rt_data");
HF_RT_BOUND_ __stop_hf_rt_data[] __asm("section$end$__DATA$hf_rt_data");
#else
HF_RT_BOUND_ __start_hf_rt_text[];
HF_RT_BOUND_ __stop_hf_rt_text[];
HF_RT_BOUND_ __start_hf_rt_const[];
HF_RT_BOUND_ __stop_hf_rt_const[];
HF_RT_BOUND_ __start_hf_rt_data[];
HF_RT_BOUND_ __stop_hf_rt_data[];
#endif
#undef HF_RT_BOUND_

/* The marked sections of the program, or of the shared library, that the caller is part of. */
typedef struct hf_rt_marks {
  hf_range text;
  hf_range constants;
  hf_range data;
} hf_rt_marks;

static inline hf_range hf_rt_range_(const char* begin, const char* end) {
  hf_range range;
  range.address = begin;
  range.size_bytes = (size_t)((uintptr_t)end - (uintptr_t)begin);
  return range;
}

/* Empty ranges where nothing is marked. Any thread, also real-time. */
static inline hf_rt_marks hf_rt_marked(void) {
  hf_rt_marks marks;
  marks.text = hf_rt_range_(__start_hf_rt_text, __stop_hf_rt_text);
  marks.constants = hf_rt_range_(__start_hf_rt_const, __stop_hf_rt_const);
  marks.data = hf_rt_range_(__start_hf_rt_data, __stop_hf_rt_data);
  return marks;
}

/* ---- Locking ---- */

static inline uintptr_t hf_rt_page_bytes_(void) {
  return (uintptr_t)sysconf(_SC_PAGESIZE);
}

/* Locks the whole pages that hold the range, and brings them into memory. 0 or an errno: ENOMEM
 * over the lock limit (RLIMIT_MEMLOCK) or not mapped, EPERM a limit of 0, EAGAIN could not be read
 * in. Any thread but a real-time one in its callback: 0.2 us a page in memory, 1.4 us a fresh one,
 * more where it must be read. Locks do not nest: one munlock() undoes any number. */
static inline int hf_rt_lock(const void* address, size_t size_bytes) {
  const uintptr_t page = hf_rt_page_bytes_();
  const uintptr_t begin = (uintptr_t)address & ~(page - 1);
  const uintptr_t end = ((uintptr_t)address + size_bytes + page - 1) & ~(page - 1);
  if (size_bytes == 0) return 0;
  if (end <= begin) return EINVAL;
  return mlock((const void*)begin, end - begin) == 0 ? 0 : errno;
}

#if defined(__GLIBC__) && !defined(__USE_GNU) /* in strict C99 they are there, but not declared */
int pthread_getattr_np(pthread_t thread, pthread_attr_t* attributes);
int pthread_attr_getstack(const pthread_attr_t* attributes, void** address, size_t* size_bytes);
#endif

/* The stack of the calling thread without its guard; empty where it is not known. 0.4 us, 40 us on
 * the main thread. Not real-time: it allocates. */
static inline hf_range hf_rt_own_stack(void) {
  hf_range stack = {NULL, 0};
#if defined(__APPLE__)
  const char* upper = (const char*)pthread_get_stackaddr_np(pthread_self());
  stack.size_bytes = pthread_get_stacksize_np(pthread_self());
  stack.address = upper - stack.size_bytes;
#else
  pthread_attr_t attributes;
  void* lowest = NULL;
  size_t size_bytes = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return stack;
  if (pthread_attr_getstack(&attributes, &lowest, &size_bytes) == 0) {
    stack.address = lowest;
    stack.size_bytes = size_bytes;
  }
  pthread_attr_destroy(&attributes);
#endif
  return stack;
}

/* Makes the pages of the stack that lie up to `size_bytes` below the caller exist. It must not
 * reach the guard: see hf_rt_own_stack(). */
static __attribute__((noinline, unused)) void hf_rt_touch_stack(size_t size_bytes) {
  volatile char* below = (volatile char*)__builtin_alloca(size_bytes + 1);
  const size_t page = (size_t)hf_rt_page_bytes_();
  size_t at = size_bytes; /* downwards, as the stack of the main thread grows */
  for (; at > page; at -= page) below[at] = 0;
  below[0] = 0;
}

enum { HF_RT_STACK_BYTES = 256 * 1024 };

/* What hf_rt_protect_thread() reached. */
typedef struct hf_rt_report {
  size_t stack_bytes;  /* Of the stack that is now locked, below and above the caller. */
  size_t marked_bytes; /* Of what is marked that is now locked. */
  int stack_errno;     /* Why the stack is not, or only half as far down, ...; 0 when it is. */
  int marked_errno;    /* Why something marked is not; 0 when all is. */
} hf_rt_report;

/* Above the caller: the frames that called it, and thread-local storage near the upper end. */
enum { HF_RT_STACK_ABOVE_ = 64 * 1024 };

static inline void hf_rt_protect_stack_(size_t size_bytes, hf_rt_report* report) {
  const uintptr_t page = hf_rt_page_bytes_();
  const hf_range stack = hf_rt_own_stack();
  const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
  const uintptr_t lowest = (uintptr_t)stack.address + 4 * page;
  uintptr_t upper = (uintptr_t)stack.address + stack.size_bytes;
  if (stack.size_bytes == 0 || here < lowest || here > upper) {
    report->stack_errno = ENOTSUP;
    return;
  }
  if (size_bytes > here - lowest) size_bytes = here - lowest;
  /* Of the main thread's stack the lowest page stays unlocked: a locked mapping that grows beyond
   * the lock limit ends in SIGSEGV. */
  hf_rt_touch_stack(size_bytes + 2 * page);
  if (upper > here + HF_RT_STACK_ABOVE_) upper = here + HF_RT_STACK_ABOVE_;
  for (;; size_bytes /= 2) {
    const int refusal = hf_rt_lock((const void*)(here - size_bytes), upper - (here - size_bytes));
    if (refusal == 0) break;
    if (report->stack_errno == 0) report->stack_errno = refusal;
    if (size_bytes < page) return;
  }
  report->stack_bytes = upper - (here - size_bytes);
}

/* Locks the stack of the calling thread from `stack_bytes` below the caller (0: HF_RT_STACK_BYTES),
 * and all that is marked. Where the lock limit is too small, less of the stack, and it says so.
 * Call it on the audio thread before its first block: some hundred microseconds. */
static inline hf_rt_report hf_rt_protect_thread(size_t stack_bytes) {
  hf_rt_report report = {0, 0, 0, 0};
  const hf_rt_marks marks = hf_rt_marked();
  hf_range ranges[3];
  int i;
  ranges[0] = marks.text;
  ranges[1] = marks.constants;
  ranges[2] = marks.data;
  for (i = 0; i < 3; i++) {
    const int refusal = hf_rt_lock(ranges[i].address, ranges[i].size_bytes);
    if (refusal == 0) {
      report.marked_bytes += ranges[i].size_bytes;
    } else {
      report.marked_errno = refusal;
    }
  }
  hf_rt_protect_stack_(stack_bytes != 0 ? stack_bytes : (size_t)HF_RT_STACK_BYTES, &report);
  return report;
}

/* ---- Lost frames ---- */

/* One stream, counted by the position of its blocks. Set it to zero before the first block. One
 * thread. */
typedef struct hf_rt_stream {
  int64_t next;           /* Position that the next block should have. */
  int64_t missing_frames; /* In all gaps. */
  int64_t gaps;
  int64_t behind; /* Blocks that began before the end of what had come; they count no gap. */
  int is_begun;
} hf_rt_stream;

/* How many frames are missing right before this block: fill in as many. A position that goes back
 * is where counting goes on from. (libholdfast's detector also knows labels that sound systems get
 * wrong, and takes such gaps back.) Real-time: no call, no system call, no allocation. */
static __attribute__((always_inline)) inline int64_t hf_rt_place(hf_rt_stream* stream,
                                                                 int64_t position, int64_t frames) {
  const int64_t missing = stream->is_begun ? position - stream->next : 0;
  stream->is_begun = 1;
  stream->next = position + frames;
  if (missing < 0) stream->behind++;
  if (missing <= 0) return 0;
  stream->gaps++;
  stream->missing_frames += missing;
  return missing;
}

#ifdef __cplusplus
}
#endif

#endif /* HOLDFAST_RT_H */
/* NOLINTEND(readability-identifier-naming,bugprone-reserved-identifier) */
