// SPDX-License-Identifier: MIT
// Which system calls decide whether pages may leave memory, and what one of them asks for. The same
// table tells the kernel which calls to stop at and reads those that it stopped at, so that the two
// cannot disagree.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace holdfast {

/// The instruction sets whose system calls are known, numbered as in <linux/audit.h>. A 64-bit
/// program can make calls of the 32-bit kind as well.
inline constexpr uint32_t kArchitectureX86 = 0x40000003;
inline constexpr uint32_t kArchitectureX86Wide = 0xC000003E;
inline constexpr uint32_t kArchitectureArm64 = 0xC00000B7;

/// A system call as the kernel sees it.
struct SystemCall {
  uint32_t architecture = 0;
  uint64_t number = 0;
  std::array<uint64_t, 6> arguments = {};
};

/// The calls that are told.
enum class LockCallKind : uint8_t {
  kMlock,
  kMlock2,
  kMlockall,
  kMunlock,
  kMunlockall,
  kMmap,  ///< With MAP_LOCKED.
  kShmLock,
  kShmUnlock,
  kMadvise,         ///< Advice that brings pages in or pushes them out; not malloc's everyday ones.
  kProcessMadvise,  ///< The same about another process.
  kLimit,           ///< setrlimit or prlimit64 that sets RLIMIT_MEMLOCK.
};

/// What a call does to the caller's pages, when it succeeds.
enum class LockEffect : uint8_t { kLocks, kUnlocks, kAdvises, kLimits };

/// A SystemCall, understood.
struct LockCall {
  LockCallKind kind = LockCallKind::kMlock;
  uint64_t address = 0;     ///< 0 where the call names none; for kMmap what was wished for.
  uint64_t size_bytes = 0;  ///< As asked; 0 where the call names none.
  uint64_t flags = 0;       ///< Flags, the advice, or the id of shared memory.
};

/// What an argument has to be for a call to be of interest: (argument & mask) is one of `values`.
struct ArgumentTest {
  unsigned index = 0;
  uint32_t mask = 0;
  std::span<const uint32_t> values;  ///< Empty: anything.
};

/// One row of the table.
struct WatchedCall {
  uint32_t architecture = 0;
  uint32_t number = 0;
  ArgumentTest test;
};

/// The bit that marks calls of the x32 kind, which have the numbers of x86-64 otherwise.
inline constexpr uint32_t kX32Bit = 0x40000000;

/// All that is watched on one instruction set; empty where it is not known.
std::span<const WatchedCall> watched_calls(uint32_t architecture);

/// Nothing when the call is not one of those.
std::optional<LockCall> decode_lock_call(const SystemCall& call);

LockEffect effect_of(LockCallKind kind);

/// "mlock", "munlockall", "mmap" ...
std::string_view name_of(LockCallKind kind);

/// "mlock", "mlock2(ONFAULT)", "mlockall(CURRENT|FUTURE)", "madvise(PAGEOUT)",
/// "setrlimit(MEMLOCK)".
std::string call_words(const LockCall& call);

}  // namespace holdfast
