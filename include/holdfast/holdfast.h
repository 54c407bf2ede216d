/* SPDX-License-Identifier: MIT */
/* libholdfast: what a program can do about its own real-time thread and its memory: keep the pages
 * in, count what is lost, look, and push pages out on purpose. Plain C (C99), no exceptions, no
 * global state but the last error of each thread, nothing printed. This file is longer than 400
 * lines because it is the whole interface, and each call stands here with its contract: what is
 * installed is one header to include and to read.
 *
 * Every struct begins with its own size, which the caller fills in: a library that is newer or
 * older than the header then knows which members there are. Set a struct to zero first.
 *
 * "RT safe" means: may be called on the real-time thread for every block; it allocates nothing,
 * waits for nothing, makes no system call, and sets no error text. docs/library.md has the cost of
 * each call. */
/* C names, in the manner of C. NOLINTBEGIN(readability-identifier-naming) */
#ifndef HOLDFAST_HOLDFAST_H
#define HOLDFAST_HOLDFAST_H

#include <holdfast/rt.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define HF_PUBLIC __attribute__((visibility("default")))
#else
#define HF_PUBLIC
#endif

/* HF_NONBLOCKING: no exception, and where the compiler can check it (RealtimeSanitizer of clang 20
 * and later), nothing that could wait. */
#if defined(__cplusplus) && defined(__clang__) && __clang_major__ >= 20
#define HF_NOTHROW noexcept
#define HF_NONBLOCKING noexcept [[clang::nonblocking]]
#elif defined(__cplusplus)
#define HF_NOTHROW noexcept
#define HF_NONBLOCKING noexcept
#else
#define HF_NOTHROW
#define HF_NONBLOCKING
#endif

/* Programs that were built with the same number run with this library; it is in its soname, too. */
#define HF_ABI_VERSION 0

#ifdef __cplusplus
extern "C" {
#endif

/* What a call returns. HF_OK is 0, errors are negative; hf_error_text() has the sentence. */
enum {
  HF_PARTLY = 1, /* Done as far as it was allowed; hf_error_text() says what is missing. */
  HF_OK = 0,
  HF_ERROR_USAGE = -1,       /* An argument makes no sense. */
  HF_ERROR_UNAVAILABLE = -2, /* This machine, or this user, cannot do it. */
  HF_ERROR_SYSTEM = -3       /* A system call failed unexpectedly, or memory is short. */
};

/* The version of the library that is running, such as "0.1.0". Never freed. Any thread. */
HF_PUBLIC const char* hf_version(void) HF_NOTHROW;

/* The HF_ABI_VERSION that the running library was built with. Any thread. */
HF_PUBLIC int hf_abi_version(void) HF_NOTHROW;

/* Why the last call of this thread failed, or what it had to leave out, in one sentence; "" when
 * all went well. Valid until this thread calls the library again; calls that are RT safe leave it
 * as it is. */
HF_PUBLIC const char* hf_error_text(void) HF_NOTHROW;

/* ---- Keeping pages in ---- */

/* Kinds of memory, in the order in which they are locked: the index of hf_protect_report.kinds. */
enum {
  HF_KIND_STACK = 0,
  HF_KIND_THREAD_LOCAL = 1,
  HF_KIND_MARKED_TEXT = 2, /* HF_RT_TEXT, HF_RT_CONST, HF_RT_DATA of holdfast/rt.h */
  HF_KIND_MARKED_CONSTANTS = 3,
  HF_KIND_MARKED_DATA = 4,
  HF_KIND_GIVEN = 5,    /* hf_protect_options.ranges */
  HF_KIND_HOLDFAST = 6, /* What libholdfast itself runs on the thread. */
  HF_KIND_PROGRAM_TEXT = 7,
  HF_KIND_PROGRAM_CONSTANTS = 8,
  HF_KIND_PROGRAM_DATA = 9,
  HF_KIND_LIBRARY_TEXT = 10,
  HF_KIND_LIBRARY_CONSTANTS = 11,
  HF_KIND_LIBRARY_DATA = 12,
  HF_KIND_HEAP = 13
};
#define HF_KINDS 16 /* Room for two more. */

/* The name of a kind, "program text"; "" for a number that is none. Never freed. Any thread. */
HF_PUBLIC const char* hf_kind_name(int kind) HF_NOTHROW;

/* For hf_protect_options.what: beside the stack, what is marked and what is given. */
enum {
  HF_PROTECT_PROGRAM = 1,     /* Code, constants and variables of the program. */
  HF_PROTECT_LIBRARIES = 2,   /* The same of every library that is loaded now. */
  HF_PROTECT_HEAP = 4,        /* The heap as it is now, with the arenas of threads where malloc()
                               * is glibc's. Large malloc()s are not in it: give them. */
  HF_PROTECT_RAISE_LIMIT = 8, /* First raise the soft lock limit to the hard one. */
  HF_PROTECT_DEFAULT = HF_PROTECT_PROGRAM | HF_PROTECT_LIBRARIES
};

typedef struct hf_protect_options {
  size_t struct_size; /* sizeof(hf_protect_options) */
  unsigned what;      /* HF_PROTECT_..., joined with |; 0 for nothing else. */
  size_t stack_bytes; /* How far below the caller its stack will go, at most 64 MiB; 0: 256 KiB */
  size_t leave_bytes; /* So much of the lock limit is left for others. */
  const hf_range* ranges; /* What else the thread touches: buffers, a gap detector. */
  size_t range_count;
  hf_rt_marks marks; /* hf_rt_marked() of the program or library that has the thread's code. */
} hf_protect_options;

/* Default options, with what is marked in the program or library that calls this. */
static inline hf_protect_options hf_protect_defaults(void) {
  hf_protect_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.what = HF_PROTECT_DEFAULT;
  options.marks = hf_rt_marked();
  return options;
}

/* What became of one kind of memory: asked = locked + refused. */
typedef struct hf_protect_kind {
  size_t asked_bytes;
  size_t locked_bytes;
  size_t refused_bytes;
  int refused_errno; /* Of the first refusal: ENOMEM over the limit, EPERM a limit of 0; or 0. */
  int reserved;
} hf_protect_kind;

typedef struct hf_protect_report {
  size_t struct_size;  /* sizeof(hf_protect_report) */
  size_t locked_bytes; /* Of all that was asked, each page once. */
  size_t refused_bytes;
  size_t stack_bytes;    /* So far below the caller the stack exists; see kinds for locked. */
  int64_t limit_bytes;   /* RLIMIT_MEMLOCK of the process; -1: none applies. */
  int64_t process_bytes; /* What the process has locked now, whoever locked it. */
  int64_t left_bytes;    /* What it may still lock; -1: no limit. */
  int64_t took_ns;
  hf_protect_kind kinds[HF_KINDS];
} hf_protect_report;

/* Locks what the calling thread needs, most important first, and brings it into memory: its stack
 * in use, its thread-local storage, what is marked, what is given, the stack further down, then
 * program and libraries, of each kind the smaller ones first. What does not fit under the lock
 * limit is left out (of the stack, the lower part), and what is behind it still gets its chance.
 *
 * HF_OK all is locked; HF_PARTLY not all of it: `report` and hf_error_text() say what, and it is no
 * reason to stop. `options` may be NULL: defaults, nothing marked. `report` may be NULL.
 *
 * Call it on the thread itself before its first block, after everything is loaded and allocated.
 * Takes 1 to 20 ms, allocates, reads /proc. It only ever locks what exists: never MCL_FUTURE, which
 * under a limit makes later threads fail and a growing stack crash. So code that is loaded and
 * memory that is allocated afterwards needs another call; that is cheap to the limit, since no page
 * is charged twice. After fork(), the child has no locks, and each page that is written in the
 * parent faults once. */
HF_PUBLIC int hf_protect_current_thread(const hf_protect_options* options,
                                        hf_protect_report* report) HF_NOTHROW;

/* Unlocks the stack of the calling thread before it ends: the C library keeps the stacks of ended
 * threads for later ones, and a locked one would go on using up the limit. Code and data stay
 * locked, since other threads may need them. Same thread, not RT safe. */
HF_PUBLIC int hf_unprotect_current_thread(void) HF_NOTHROW;

/* Locks the whole pages that hold the range, and brings them into memory. All or nothing.
 * HF_ERROR_UNAVAILABLE when the limit does not allow it; the sentence says how much it is. Any
 * thread, not RT safe. */
HF_PUBLIC int hf_lock_range(const void* address, size_t size_bytes) HF_NOTHROW;

/* Unlocks them. Locks do not nest: once is enough for any number, and pages that the range shares
 * with other memory are unlocked with it. Any thread, not RT safe. */
HF_PUBLIC int hf_unlock_range(const void* address, size_t size_bytes) HF_NOTHROW;

/* ---- Counting what is lost ---- */

/* One stream of blocks. Each block is placed by its position, and a jump is a loss of exactly so
 * many frames. Labels that sound systems get wrong are recognised, so a loss stays open for 256
 * blocks, or until the next one, before it is final. */
typedef struct hf_gap_detector hf_gap_detector;

/* Where positions come from. */
enum {
  HF_POSITION_DEVICE = 1, /* Counts frames at the device: every loss is exact. */
  HF_POSITION_SERVER = 2, /* Counts a server's cycles (JACK, PipeWire); when the server itself is
                           * late it stands still, so the clock is watched beside it. */
  HF_POSITION_CLOCK = 3   /* Made of a clock. */
};

/* Who was late. */
enum { HF_SOURCE_CLIENT = 1, HF_SOURCE_SERVER = 2, HF_SOURCE_DEVICE = 3 };

typedef struct hf_gap_detector_options {
  size_t struct_size; /* sizeof(hf_gap_detector_options) */
  uint32_t rate_hz;
  uint32_t position_source; /* HF_POSITION_...; 0: of a device. */
  uint32_t capacity;        /* Losses that wait to be fetched; 0: 1024. More are only counted. */
} hf_gap_detector_options;

enum {
  HF_BLOCK_SILENT = 1, /* Every sample is zero. Not needed with `planes`. */
  HF_BLOCK_TORN = 2    /* The device overwrote it while it was being copied. */
};

/* One block as the callback got it. Times are CLOCK_MONOTONIC. */
typedef struct hf_block {
  size_t struct_size; /* sizeof(hf_block) */
  int64_t position;   /* Of the first frame, as the sound system labels it. */
  int64_t frames;
  int64_t due_ns;             /* When its last frame existed; 0: not known, then as woke_ns. */
  int64_t woke_ns;            /* When the callback began; 0: the library asks the clock. */
  uint32_t epoch;             /* Change it where positions start anew. */
  uint32_t flags;             /* HF_BLOCK_... */
  const float* const* planes; /* The samples, one pointer a channel, read only to recognise a block
                               * that came twice or empty (JACK, PipeWire); NULL: not looked at. */
  uint32_t channels;
} hf_block;

/* Where the block goes. */
typedef struct hf_placement {
  size_t struct_size; /* sizeof(hf_placement) */
  int64_t at;         /* Frame of the stream, from 0, where it belongs. */
  int64_t missing;    /* Frames that are now known to be missing and were not before: silence to put
                       * in; negative: so many came after all. */
  int is_placed;      /* 0: throw the block away (torn, or without data). */
  int is_twin;        /* It carries the label of the block before it. */
  int64_t moved_from; /* Blocks from here on belong `moved_by` frames lower; nearly always 0. */
  int64_t moved_by;
} hf_placement;

/* A loss that nothing changes any more. */
typedef struct hf_loss {
  size_t struct_size; /* sizeof(hf_loss) */
  int64_t position;   /* Frame of the stream, from 0. */
  int64_t missing_frames;
  int64_t error_frames; /* Half-width of the bound; 0 when exact. */
  int64_t due_ns;       /* When its first block was due. */
  int64_t woke_ns;      /* When the callback was back. */
  uint32_t epoch;
  uint32_t source; /* HF_SOURCE_... */
  int is_exact;
} hf_loss;

/* Law: elapsed = received + missing. */
typedef struct hf_stream_totals {
  size_t struct_size; /* sizeof(hf_stream_totals) */
  int64_t elapsed_frames;
  int64_t received_frames;
  int64_t missing_frames;
  int64_t losses;
  int64_t blocks;
  int64_t twins;
  int64_t without_data; /* Blocks of zeros that were no silence. */
  int64_t torn;
  int64_t restarts;
  int64_t losses_not_kept; /* Nobody fetched in time. */
} hf_stream_totals;

/* Makes a detector; `*detector` is NULL on failure. Allocates; afterwards nothing does. */
HF_PUBLIC int hf_gap_detector_create(const hf_gap_detector_options* options,
                                     hf_gap_detector** detector) HF_NOTHROW;
/* After the last call of the audio thread. NULL does nothing. */
HF_PUBLIC void hf_gap_detector_destroy(hf_gap_detector* detector) HF_NOTHROW;

/* The next block, always on the same thread. `placement` may be NULL. HF_OK, or HF_ERROR_USAGE for
 * a struct without its size and for frames < 0. 0.1 us. RT safe.
 */
HF_PUBLIC int hf_gap_detector_place(hf_gap_detector* detector, const hf_block* block,
                                    hf_placement* placement) HF_NONBLOCKING;
/* Fetches the oldest final loss: 1 there was one, 0 none, or HF_ERROR_USAGE. One thread, any but
 * the audio thread or the same. RT safe. */
HF_PUBLIC int hf_gap_detector_next(hf_gap_detector* detector, hf_loss* loss) HF_NONBLOCKING;
/* The stream has ended: what is open becomes final. After the last call of the audio thread. */
HF_PUBLIC int hf_gap_detector_finish(hf_gap_detector* detector) HF_NOTHROW;
/* On the audio thread, or after its last call. RT safe. */
HF_PUBLIC int hf_gap_detector_totals(const hf_gap_detector* detector,
                                     hf_stream_totals* totals) HF_NONBLOCKING;
/* All memory of a detector, whole pages: for hf_protect_options.ranges. Any thread. */
HF_PUBLIC hf_range hf_gap_detector_memory(const hf_gap_detector* detector) HF_NOTHROW;

/* ---- Looking ---- */

/* Page faults of the calling thread since it began. */
typedef struct hf_fault_counts {
  size_t struct_size; /* sizeof(hf_fault_counts) */
  int64_t minor;
  int64_t major; /* Needed I/O. */
} hf_fault_counts;

/* One system call that does not wait, 1 us; it sets no error text. Two readings that are equal
 * prove that nothing was missing in between. On the thread itself. */
HF_PUBLIC int hf_read_faults(hf_fault_counts* counts) HF_NOTHROW;

/* ---- Pushing pages out, and where they are ---- */

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
HF_PUBLIC int hf_evict(const hf_evict_request* request, hf_evict_result* result) HF_NOTHROW;

/* What is in memory: total = sum of the others but locked_pages. */
typedef struct hf_residency {
  size_t struct_size; /* sizeof(hf_residency) */
  size_t page_bytes;
  size_t total_pages;
  size_t resident_pages;  /* The next access takes no fault. */
  size_t soft_pages;      /* In RAM, but not mapped: a minor fault. */
  size_t untouched_pages; /* Never used: the first access gets a page of zeros. */
  size_t out_pages;       /* In swap or only in their file: a major fault. */
  size_t unknown_pages;   /* The kernel does not tell this user. */
  size_t locked_pages;    /* Of the total; promised to stay once they are there. */
} hf_residency;

/* Where the pages of `of` are now; it is chosen as for hf_evict(). Brings none in. 100 us and more
 * (it reads maps, and with locks smaps), allocates: not RT safe. Any thread. */
HF_PUBLIC int hf_read_residency(const hf_evict_request* of, hf_residency* residency) HF_NOTHROW;

/* ---- Field reports ---- */

/* A report of the program's own session for those who make the program: how much sound went by and
 * how much was lost, at which load, why, on what kind of machine; docs/field-reports.md has every
 * field. Nothing is measured, kept or sent before the user agrees. What waits to be sent is a queue
 * of files, the one of `holdfast send`: that command delivers it, or hf_report_send().
 *
 * Apart from hf_report_block(), nothing of this is for the real-time thread: files are read and
 * written, and the disk may take its time. */

/* What may be told. */
enum {
  HF_CONSENT_OFF = 0,   /* Nothing; until the user says otherwise. */
  HF_CONSENT_BASIC = 1, /* Counts, causes and the kind of machine. */
  HF_CONSENT_DETAIL = 2 /* Also the load in the seconds around each glitch. */
};

/* Which program, and where its user's settings and queue are. The texts are copied. */
typedef struct hf_report_program {
  size_t struct_size;  /* sizeof(hf_report_program) */
  const char* id;      /* As the collector knows it; of a-z, 0-9, dot, underscore, minus; others
                        * become minus. */
  const char* version; /* Likewise. */
  const char* build;   /* Likewise; NULL: as `version`. */
  const char* folder;  /* An absolute path, for settings of the program's own; NULL: the ones that
                        * `holdfast send` has for this user. */
} hf_report_program;

/* HF_CONSENT_..., or an error. Reads one small file, 0.1 ms. Any thread but a real-time one. */
HF_PUBLIC int hf_report_consent(const hf_report_program* program) HF_NOTHROW;

typedef struct hf_report_settings {
  size_t struct_size;    /* sizeof(hf_report_settings) */
  int consent;           /* HF_CONSENT_... */
  uint32_t clean_weight; /* One of so many sessions without a glitch is sent, at most 1000; 0: as
                          * the collector says. */
  const char* url;       /* Of the collector; NULL: as it was. */
  const char* token;     /* Of the program there; NULL: as it was. */
} hf_report_settings;

/* Keeps what the user chose, from now on. HF_CONSENT_OFF deletes what waits and queues the wish
 * that the collector delete what was sent: hf_report_send() delivers it. A lower consent than
 * before deletes what waits. Milliseconds (it waits for the disk). Any thread but a real-time one.
 */
HF_PUBLIC int hf_report_agree(const hf_report_program* program,
                              const hf_report_settings* settings) HF_NOTHROW;

/* A session under way, or finished and not yet thrown away. */
typedef struct hf_report hf_report;

enum { HF_DIRECTION_CAPTURE = 0, HF_DIRECTION_PLAYBACK = 1, HF_DIRECTION_DUPLEX = 2 };

/* For an experiment: what was locked on purpose, and who decided. */
enum { HF_ARM_NONE = 1, HF_ARM_PARTS = 2, HF_ARM_ALL = 3 };
enum { HF_ASSIGNED_BY_USER = 0, HF_ASSIGNED_PER_INSTALL = 1, HF_ASSIGNED_PER_SESSION = 2 };

/* For hf_report_session.flags. */
enum {
  HF_REPORT_PREVIEW = 1, /* Measure although consent is off: to show the user what he would send. */
  HF_REPORT_REPAIRED = 2 /* The program puts silence where frames are missing. */
};

typedef struct hf_report_session {
  size_t struct_size; /* sizeof(hf_report_session) */
  uint32_t rate_hz;
  uint32_t block_frames;    /* The usual length of a block. */
  uint32_t channels;        /* 0: 1 */
  uint32_t position_source; /* HF_POSITION_...; 0: of a device. */
  uint32_t direction;       /* HF_DIRECTION_... */
  uint32_t capacity;        /* Blocks that may wait for the report's thread; 0: 4096, 256 KiB. */
  unsigned flags;           /* HF_REPORT_... */
  uint32_t arm;             /* HF_ARM_...; 0: as hf_report_watch_current_thread() was told. */
  uint32_t assigned;        /* HF_ASSIGNED_... */
  const char* backend;      /* "jack", "alsa"; NULL: "unknown" */
  const char* device_class; /* "usb", "pci", "bluetooth"; never the device's name; NULL: unknown */
} hf_report_session;

/* A session begins. With consent (or HF_REPORT_PREVIEW) it starts one thread of normal priority
 * that takes no signals; it reads the machine's load ten times a second, and the audio thread's
 * page faults twenty times. Without, the report is empty, has no thread, and every call on it does
 * nothing. 0.3 ms; allocates 300 KiB with the usual capacity. `*report` is NULL on failure, and
 * hf_report_block() may be called with that. Any thread but a real-time one. After fork(), the
 * child may only forget it. */
HF_PUBLIC int hf_report_create(const hf_report_program* program, const hf_report_session* session,
                               hf_report** report) HF_NOTHROW;

/* Stops its thread, throws it away. After the last call of the audio thread. NULL does nothing. */
HF_PUBLIC void hf_report_destroy(hf_report* report) HF_NOTHROW;

/* On the audio thread before its first block: its page faults become causes, and its priority is
 * told; HF_ERROR_USAGE when a block has been looked at already. `protection` is what
 * hf_protect_current_thread() answered, or NULL. 0.1 ms, reads /proc, not RT safe. */
HF_PUBLIC int hf_report_watch_current_thread(hf_report* report,
                                             const hf_protect_report* protection) HF_NOTHROW;

/* The next block, always on the same thread; `block` is that of hf_gap_detector_place(). When too
 * many wait, it is only counted. 0.1 us. RT safe. */
HF_PUBLIC int hf_report_block(hf_report* report, const hf_block* block) HF_NONBLOCKING;

/* All memory that hf_report_block() touches, whole pages: for hf_protect_options.ranges. Any
 * thread. */
HF_PUBLIC hf_range hf_report_memory(const hf_report* report) HF_NOTHROW;

/* How a session ended. */
enum { HF_END_CLEAN = 0, HF_END_DEVICE_LOST = 1 };

/* The session has ended: no block follows. Up to 0.1 s, while the thread ends. After the last call
 * of the audio thread. A second call does nothing. HF_ERROR_UNAVAILABLE when there is nothing to
 * report: without a block, or shorter than 0.2 s. */
HF_PUBLIC int hf_report_finish(hf_report* report, int end) HF_NOTHROW;

/* What is known about the measuring itself, once the session is finished. */
typedef struct hf_report_counts {
  size_t struct_size; /* sizeof(hf_report_counts) */
  int64_t blocks;     /* That the audio thread gave. */
  int64_t glitches;
  int64_t lost_frames;
  int64_t not_kept_blocks;     /* Of these, only what they add up to is known. */
  int64_t readings;            /* Of the machine's memory and processors. */
  int64_t furthest_reading_ns; /* The longest time between two of them: no glitch was further
                                * than that from one before and one after it. */
  int64_t thread_cpu_ns;       /* What the report's thread took. */
} hf_report_counts;
HF_PUBLIC int hf_report_read_counts(const hf_report* report, hf_report_counts* counts) HF_NOTHROW;

/* Exactly what would be sent about the finished session, one line of JSON; with consent off, what
 * HF_CONSENT_BASIC would send, under zeros for the install. The report's own, valid until the next
 * call with it; NULL with a sentence in hf_error_text() when there is none. */
HF_PUBLIC const char* hf_report_text(hf_report* report) HF_NOTHROW;

/* What became of a report. */
enum {
  HF_REPORT_QUEUED = 0,
  HF_REPORT_OFF = 1,            /* The user has not agreed, or withdrew since: nothing is kept. */
  HF_REPORT_NOT_SAMPLED = 2,    /* A session without a glitch; others stand for it. */
  HF_REPORT_ALREADY_QUEUED = 3, /* By an earlier call. */
  HF_REPORT_GIVEN_UP = 4,       /* It was withdrawn, refused or too old. */
  HF_REPORT_NO_ROOM = 5         /* The queue is full of reports with glitches. */
};

/* Queues the finished session's report: HF_REPORT_..., or an error. It is on the disk when this
 * returns, and nothing is sent. Milliseconds. Any thread but a real-time one. */
HF_PUBLIC int hf_report_queue(hf_report* report) HF_NOTHROW;

typedef struct hf_report_delivery {
  size_t struct_size;                /* sizeof(hf_report_delivery) */
  int is_urgent;                     /* Try even though the pause after a failure is not over. */
  int (*should_stop)(void* context); /* Asked now and then, on this thread; not 0: give up for now.
                                      * May be NULL. */
  void* context;
} hf_report_delivery;

typedef struct hf_report_outcome {
  size_t struct_size; /* sizeof(hf_report_outcome) */
  int64_t delivered;
  int64_t refused; /* By the collector, for ever. */
  int64_t waiting;
  int64_t next_try_utc_s; /* Before that, only an urgent call tries; 0: any time. */
} hf_report_outcome;

/* Sends what waits in the queue, whichever program put it there. HF_OK; HF_PARTLY when something
 * still waits because it could not be sent: hf_error_text() says why, and nothing is lost. The
 * first call loads libcurl. It waits for the network, up to a minute for each 50 reports: a thread
 * of the program's own that is not a real-time one. `delivery` and `outcome` may be NULL. */
HF_PUBLIC int hf_report_send(const hf_report_program* program, const hf_report_delivery* delivery,
                             hf_report_outcome* outcome) HF_NOTHROW;

#ifdef __cplusplus
}
#endif

#endif /* HOLDFAST_HOLDFAST_H */
/* NOLINTEND(readability-identifier-naming) */
