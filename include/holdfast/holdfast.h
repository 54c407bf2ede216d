/* SPDX-License-Identifier: MIT */
/* libholdfast: what a program can do about its own memory. Plain C (C99), no exceptions, no global
 * state but the last error of each thread.
 *
 * Every struct begins with its own size, which the caller fills in: a library that is newer or
 * older than the header then knows which members there are. Set a struct to zero first. */
/* C names, in the manner of C. NOLINTBEGIN(readability-identifier-naming) */
#ifndef HOLDFAST_HOLDFAST_H
#define HOLDFAST_HOLDFAST_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define HF_PUBLIC __attribute__((visibility("default")))
#else
#define HF_PUBLIC
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a call returns. HF_OK is 0, errors are negative; hf_error_text() has the sentence. */
enum {
  HF_OK = 0,
  HF_ERROR_USAGE = -1,       /* An argument makes no sense. */
  HF_ERROR_UNAVAILABLE = -2, /* This machine, or this user, cannot do it. */
  HF_ERROR_SYSTEM = -3       /* A system call failed unexpectedly, or memory is short. */
};

/* The version of the library that is running, such as "0.1.0". Never freed. Any thread. */
HF_PUBLIC const char* hf_version(void);

/* Why the last call of this thread failed, in one sentence; "" when it did not. Valid until this
 * thread calls the library again. */
HF_PUBLIC const char* hf_error_text(void);

/* Kinds of memory, for hf_evict_request.what. */
enum {
  HF_EVICT_STACK = 1, /* The stack of `thread`. */
  HF_EVICT_TEXT = 2,  /* Code and constants of the program, or of `file`: needs no swap. */
  HF_EVICT_DATA = 4,  /* Variables of the program, or of `file`. */
  HF_EVICT_HEAP = 8,  /* What malloc() gave, and what else is in no file. */
  HF_EVICT_ALL = 16   /* Everything that is mapped. */
};

/* What is to leave memory: kinds, or an address range, or both. */
typedef struct hf_evict_request {
  size_t struct_size;  /* sizeof(hf_evict_request) */
  unsigned what;       /* HF_EVICT_..., joined with |; 0 for none. */
  const void* address; /* Widened to whole pages; NULL for none. */
  size_t size_bytes;   /* From `address`. */
  const char* file;    /* Name of a mapped file, such as "libm.so.6"; NULL: the program. */
  int thread;          /* Kernel thread id, for HF_EVICT_STACK; 0: the calling thread. */
} hf_evict_request;

/* What became of the pages that were in RAM:
 * asked = left + half_out + unknown + the sum of stayed_... */
typedef struct hf_evict_result {
  size_t struct_size; /* sizeof(hf_evict_result) */
  size_t page_bytes;
  size_t already_out_pages; /* Were in swap or only in their file before; not asked. */
  size_t asked_pages;       /* Were in RAM. */
  size_t left_pages;        /* Are not in RAM: the next access is a major fault. */
  size_t half_out_pages;    /* Are unmapped, but still in RAM: a minor fault. */
  size_t unknown_pages;     /* Are unmapped; the kernel does not tell this user the rest. */
  size_t stayed_locked_pages;
  size_t stayed_shared_pages;        /* Another process uses them, too. */
  size_t stayed_dirty_pages;         /* Their file does not have this content yet. */
  size_t stayed_not_permitted_pages; /* Of a file that this user neither owns nor may write. */
  size_t stayed_no_swap_pages;       /* Of no file, and there is no free swap. */
  size_t stayed_in_use_pages;        /* Left, and were used again meanwhile. */
  size_t stayed_kept_pages;          /* The kernel kept them and does not say why. */
  int64_t took_ns;
} hf_evict_result;

/* Pushes pages of the calling process out of memory, hard: so that the next access needs I/O, as
 * after memory pressure. For the tests of a program: what happens to my audio when this page is
 * out? Needs no privilege. Each page is verified by what is resident afterwards.
 *
 * Returns HF_OK when it could try, also when nothing left: `result` says what did. Code comes back
 * from its file without swap; stack, data and heap leave only where there is swap. Pages that
 * other threads use meanwhile come back and count as in use: let them rest, or use
 * `holdfast evict` from outside, which holds them. Takes milliseconds and allocates: never call it
 * on a real-time thread. It resets the read-ahead advice (madvise) of the files concerned. One call
 * at a time in a process. `result` may be NULL. */
HF_PUBLIC int hf_evict(const hf_evict_request* request, hf_evict_result* result);

#ifdef __cplusplus
}
#endif

#endif /* HOLDFAST_HOLDFAST_H */
/* NOLINTEND(readability-identifier-naming) */
