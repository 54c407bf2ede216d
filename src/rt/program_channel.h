// SPDX-License-Identifier: MIT
// What `holdfast run` and the library in the program's processes say to each other, in memory that
// both have mapped: no descriptor stays open that the program could close or take for its own, and
// what a program did before it crashed is still there to be read.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "rt/shared_ring.h"

namespace holdfast {

/// What is done to whole pages [begin, begin + size_bytes), or to everything.
enum class MemoryCall : uint32_t {
  kNone,
  kLock,      ///< mlock: reads in, and keeps.
  kUnlock,    ///< munlock.
  kLockAll,   ///< mlockall(MCL_CURRENT). Never MCL_FUTURE: it makes later growth fail.
  kUnmap,     ///< Pages of files that nobody can write: the next access maps them again.
  kPageOut,   ///< MADV_PAGEOUT.
  kBringIn,   ///< MADV_POPULATE_READ.
  kRandom,    ///< MADV_RANDOM: no read-ahead, so that what comes back costs one page.
  kKeepWarm,  ///< From now on, one byte of each page is read every few milliseconds.
  kRealtime,  ///< Only as an answer: a thread became real-time; its stack was locked.
};

/// From `holdfast run` to the process.
struct MemoryOrder {
  MemoryCall call = MemoryCall::kNone;
  uint32_t is_unasked = 0;  ///< 1: nobody ordered it; the process did it by itself.
  uint64_t begin = 0;
  uint64_t size_bytes = 0;
};

/// Back: what became of it.
struct MemoryAnswer {
  MemoryOrder order;
  int32_t system_errno = 0;
  uint32_t thread = 0;  ///< kRealtime: whose stack; 0 when only its stack is known.
  int64_t took_ns = 0;
  uint64_t stack_begin = 0;  ///< kRealtime: all of the stack; 0 when it is not known.
  uint64_t stack_bytes = 0;
};

/// One process. Zeroed memory is a free one. A program maps its own only: what it has mapped counts
/// against its lock limit when it locks everything.
struct alignas(4096) ProgramChannel {
  std::atomic<uint32_t> execs;  ///< Counts the programs that this process has begun.
  std::atomic<int32_t> server;  ///< The thread that executes orders; 0 while there is none.
  std::atomic<uint32_t> bell;   ///< Futex: moves when an order was written.
  char name[16];                ///< Of the program, as the kernel has it; complete before `execs`.
  SharedRing<MemoryOrder, 256> orders;
  SharedRing<MemoryAnswer, 256> answers;
};

/// What all processes map.
struct alignas(4096) ProgramChannelsHead {
  static constexpr uint32_t kMagic = 0x48464332;  ///< "HFC2"; changes with this layout.
  static constexpr size_t kMost = 64;

  uint32_t magic;
  uint32_t locks_all;                ///< At once, everything, when a thread becomes real-time.
  uint64_t stack_bytes;              ///< How much of a stack is locked at once.
  uint64_t keep_warm_ns;             ///< How often.
  std::atomic<int32_t> pids[kMost];  ///< Whose channel it is; 0: nobody's.
};

/// The whole memory.
struct ProgramChannels {
  ProgramChannelsHead head;
  ProgramChannel channels[ProgramChannelsHead::kMost];
};

/// The environment variable with the path of that memory.
inline constexpr const char* kChannelsVariable = "HOLDFAST_RUN";

}  // namespace holdfast
