// SPDX-License-Identifier: MIT
// The one format in which facts cross every border: thread (ring), process (shared memory), disk
// (.hft trace) and network. 64 bytes each, little-endian, no pointers. Every kind begins with the
// same 16 bytes, so that a reader can skip kinds it does not know. docs/trace-format.md lists the
// fields; the test `TraceFormatPageListsEveryField` compares.
#pragma once

#include <bit>
#include <cstdint>

#include "base/quantity.h"
#include "base/realtime.h"
#include "rt/block.h"
#include "rt/timeline.h"

namespace holdfast {

/// What a record is about. Numbers are for ever; new kinds get new numbers.
enum class RecordKind : uint16_t {
  kBlock = 1,    ///< One block, as delivered.
  kDropped = 2,  ///< The ring was full: blocks the audio thread counted but could not record.
  kFaults = 3,   ///< The audio thread's own page faults since it started.
  kClock = 4,    ///< UTC beside CLOCK_MONOTONIC, to name moments.
  kEnd = 5,      ///< The run ended in order.

  // What is known about a thread's time; core/attribute makes causes of it.
  kFault = 6,        ///< One page fault of an observed thread.
  kOffCpu = 7,       ///< An observed thread did not run: preempted, or it slept.
  kCallback = 8,     ///< What one callback of the observed thread used.
  kThreadUse = 9,    ///< What an observed thread has used since it began.
  kMemory = 10,      ///< Memory and swap of the machine, and how long tasks stalled for them.
  kPause = 11,       ///< More than one thread stood still: the process stopped, or the host paused.
  kLost = 12,        ///< Facts of a probe that found no room.
  kText = 13,        ///< A part of a line of text: names of threads, mappings, symbols.
  kProcessors = 14,  ///< What the machine's processors did, and the stalls of one cgroup.
  kFollowedText = 15,  ///< As kText, about another program of the graph.
  kResidency = 16,     ///< Where the pages of one region of the observed process are.
};

/// The first 16 bytes of every record.
struct RecordHead {
  RecordKind kind = RecordKind::kBlock;
  uint16_t flags = 0;
  uint32_t epoch = 0;
  int64_t mono_ns = 0;  ///< When: CLOCK_MONOTONIC.
};

/// A record of unknown kind.
struct Record {
  RecordHead head;
  unsigned char body[48] = {};
};

inline constexpr uint16_t kBlockIsSilent = 1;
inline constexpr uint16_t kBlockIsTorn = 2;
inline constexpr uint16_t kBlockSourceShift = 8;  ///< LossSource in the flags' high byte.

/// kBlock; head.mono_ns is when the audio thread woke for it.
struct BlockRecord {
  RecordHead head;
  int64_t position_frames = 0;
  int64_t due_ns = 0;
  uint64_t content = 0;
  int64_t lost_before_frames = -1;
  uint32_t frames = 0;
  uint32_t lost_error_frames = 0;
  uint64_t reserved = 0;
};

/// kDropped: what happened meanwhile, by the audio thread's own timeline. The counts are sums over
/// all that was not recorded since the last block that was; the other two say where it went on.
struct DroppedRecord {
  RecordHead head;
  int64_t blocks = 0;
  int64_t received_frames = 0;
  int64_t missing_frames = 0;
  int64_t gaps = 0;
  int64_t device_front_frames = 0;  ///< Device position where the record goes on.
  int64_t last_due_ns = 0;
};

/// kFaults: the audio thread's counters, read by somebody else.
struct FaultsRecord {
  RecordHead head;
  int64_t major = 0;  ///< Needed I/O; since just before its first block.
  int64_t minor = 0;
  int64_t reserved[4] = {};
};

/// kClock: UTC = head.mono_ns + utc_minus_mono_ns.
struct ClockRecord {
  RecordHead head;
  int64_t utc_minus_mono_ns = 0;
  int64_t reserved[5] = {};
};

/// Why a run ended.
enum class EndReason : int64_t {
  kFinished = 1,
  kInterrupted = 2,
  kDeviceGone = 3,
  kThreadEnded = 4,  ///< The thread of another program that was counted.
};

/// kEnd.
struct EndRecord {
  RecordHead head;
  int64_t reason = 0;
  int64_t reserved[5] = {};
};

inline constexpr uint16_t kFaultIsMajor = 1;     ///< Needed I/O.
inline constexpr uint16_t kFaultIsInKernel = 2;  ///< Taken by the kernel on the thread's behalf.
inline constexpr uint16_t kFaultHasNoEnd = 4;    ///< Its completion was not seen; end_ns is unset.
inline constexpr uint16_t kFaultHasNoBegin = 8;  ///< Its begin was not seen; mono_ns is its end.

/// kFault; head.mono_ns is its begin. What the thread did inside tell the kOffCpu records.
struct FaultRecord {
  RecordHead head;
  int64_t end_ns = 0;
  uint64_t address = 0;      ///< What was touched; in the page that was missing.
  uint64_t instruction = 0;  ///< What touched it; the same page when code itself was missing.
  uint32_t thread = 0;       ///< Kernel id.
  uint32_t processor = 0;
  uint64_t reserved[2] = {};
};

inline constexpr uint16_t kOffCpuIsPreempted = 1;  ///< It could have run; else it slept.

/// kOffCpu; head.mono_ns is when the thread left its processor.
struct OffCpuRecord {
  RecordHead head;
  int64_t end_ns = 0;      ///< When it was back on a processor.
  uint32_t thread = 0;     ///< Kernel id.
  uint32_t processor = 0;  ///< Where it came back.
  uint32_t instead = 0;    ///< Thread that ran there just before it came back; 0 not known.
  uint32_t unused = 0;
  int64_t instead_since_ns = 0;  ///< Since when that one ran; 0 not known.
  uint64_t reserved[2] = {};
};

/// kCallback; head.mono_ns is its begin. Only written for callbacks that took long or met trouble;
/// for all others its absence says that they did not.
struct CallbackRecord {
  RecordHead head;
  int64_t end_ns = 0;
  int64_t cpu_ns = 0;      ///< Time on a processor, kernel included.
  uint32_t major = 0;      ///< Page faults inside that needed I/O, kernel mode included.
  uint32_t minor = 0;      ///< Those that did not.
  uint32_t slept = 0;      ///< Voluntary context switches inside.
  uint32_t preempted = 0;  ///< Involuntary context switches inside.
  uint64_t reserved[2] = {};
};

/// kThreadUse: counters of one thread, read by somebody else at head.mono_ns.
struct ThreadUseRecord {
  RecordHead head;           ///< flags: the state letter of proc(5), e.g. 'S'.
  int64_t cpu_ns = 0;        ///< Time on a processor.
  int64_t run_delay_ns = 0;  ///< Time runnable but not running.
  int64_t major = 0;         ///< Page faults that needed I/O.
  int64_t minor = 0;         ///< Those that did not.
  uint32_t thread = 0;       ///< Kernel id.
  uint32_t unused = 0;
  uint64_t reserved = 0;
};

/// kMemory: the machine at head.mono_ns. Counters count since the machine started; -1: not known.
struct MemoryRecord {
  RecordHead head;
  int64_t available_bytes = -1;
  int64_t swap_used_bytes = -1;
  int64_t swapped_in_bytes = -1;   ///< Counter.
  int64_t swapped_out_bytes = -1;  ///< Counter.
  int64_t stalled_some_ns = -1;    ///< Counter: at least one task waited for memory (PSI).
  int64_t stalled_full_ns = -1;    ///< Counter: all tasks that were not idle did.
};

/// kProcessors: all processors together, at head.mono_ns. Counters count since the machine (or the
/// cgroup) started, in ticks of mostly 10 ms; -1: not known.
struct ProcessorsRecord {
  RecordHead head;
  int64_t busy_ns = -1;            ///< Programs, kernel, interrupts.
  int64_t idle_ns = -1;            ///< With nothing to do.
  int64_t iowait_ns = -1;          ///< Idle while somebody waited for I/O.
  int64_t steal_ns = -1;           ///< Ready to run, but the host ran something else.
  int64_t cgroup_stalled_ns = -1;  ///< At least one task of the observed thread's cgroup waited for
                                   ///< memory (PSI; cgroup version 2 only).
  uint64_t reserved = 0;
};

/// kResidency: the pages of one region of memory at head.mono_ns; a `region` line of text names it.
/// Written when anything has changed, and now and then. Of `pages`, each is in one of the six
/// numbers after it.
struct ResidencyRecord {
  RecordHead head;
  uint32_t region = 0;     ///< The number in its line.
  uint32_t pages = 0;      ///< 0: the region is no more.
  uint32_t mapped = 0;     ///< In memory, and an access takes no fault.
  uint32_t unmapped = 0;   ///< In memory, but the next access takes a minor fault.
  uint32_t untouched = 0;  ///< Never used, or given back.
  uint32_t swapped = 0;    ///< In swap.
  uint32_t file_only = 0;  ///< Only in their file on disk.
  uint32_t unknown = 0;    ///< Not mapped in, and the kernel tells this user no more.
  uint32_t used = 0;       ///< Have been mapped in, now or at a look before; and all in swap.
  uint32_t out = 0;        ///< Of these: not in memory now.
  uint64_t reserved = 0;
};

inline constexpr uint16_t kPauseIsHost = 1;      ///< All processors stood still; else: our process
                                                 ///< was stopped by a signal.
inline constexpr uint16_t kPauseHasNoBegin = 2;  ///< Only its end was seen: both times are that.

/// kPause; head.mono_ns is its begin.
struct PauseRecord {
  RecordHead head;
  int64_t end_ns = 0;
  int64_t steal_ns = -1;  ///< What the hypervisor admits for that time, all processors; -1 unknown.
  uint64_t reserved[4] = {};
};

/// kLost: a probe had no room for facts between head.mono_ns and end_ns.
struct LostRecord {
  RecordHead head;
  int64_t end_ns = 0;
  int64_t facts = 0;  ///< How many.
  uint64_t reserved[4] = {};
};

inline constexpr uint16_t kTextIsLast = 1;  ///< The line ends with this part.

/// kText and kFollowedText: 48 bytes of a line, the rest 0. Parts of one line follow each other;
/// core/text_lines puts them together.
struct TextRecord {
  RecordHead head;
  char text[48] = {};
};

static_assert(sizeof(FaultRecord) == 64 && sizeof(OffCpuRecord) == 64 &&
              sizeof(CallbackRecord) == 64 && sizeof(ThreadUseRecord) == 64 &&
              sizeof(MemoryRecord) == 64 && sizeof(PauseRecord) == 64 && sizeof(LostRecord) == 64 &&
              sizeof(TextRecord) == 64 && sizeof(ProcessorsRecord) == 64 &&
              sizeof(ResidencyRecord) == 64);
static_assert(sizeof(Record) == 64 && sizeof(BlockRecord) == 64 && sizeof(DroppedRecord) == 64 &&
              sizeof(FaultsRecord) == 64 && sizeof(ClockRecord) == 64 && sizeof(EndRecord) == 64);

/// Copies a record between its kind's type and the plain one. RT safe.
template <class To, class From>
HF_RT_INLINE To record_cast(const From& from) {
  return std::bit_cast<To>(from);
}

/// A block as a record. RT safe.
HF_RT_INLINE BlockRecord to_record(const Block& block) {
  BlockRecord record;
  record.head.kind = RecordKind::kBlock;
  record.head.flags = static_cast<uint16_t>(
      (block.is_silent ? kBlockIsSilent : 0) | (block.is_torn ? kBlockIsTorn : 0) |
      (static_cast<unsigned>(block.source) << kBlockSourceShift));
  record.head.epoch = block.epoch;
  record.head.mono_ns = block.woke.count;
  record.position_frames = block.position.count;
  record.due_ns = block.due.count;
  record.content = block.content;
  record.lost_before_frames = block.lost_before.count;
  record.frames = static_cast<uint32_t>(block.frames.count);
  record.lost_error_frames = static_cast<uint32_t>(block.lost_error.count);
  return record;
}

/// A record as a block. RT safe.
Block to_block(const BlockRecord& record) HF_REALTIME;

}  // namespace holdfast
