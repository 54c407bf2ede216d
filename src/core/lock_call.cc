// SPDX-License-Identifier: MIT
#include "core/lock_call.h"

#include <algorithm>
#include <cstdio>

namespace holdfast {
namespace {

constexpr uint32_t kMapLocked = 0x2000;
constexpr uint32_t kShmLockCommand = 11;
constexpr uint32_t kShmUnlockCommand = 12;
constexpr uint32_t kIpc64 = 0x100;  // a version bit that 32-bit callers set in the command
constexpr uint32_t kMemlock = 8;    // RLIMIT_MEMLOCK

// Not MADV_DONTNEED and MADV_FREE: allocators give memory back with them all day.
constexpr uint32_t kAdvice[] = {1, 3, 20, 21, 22, 23, 24};
constexpr uint32_t kLockedFlag[] = {kMapLocked};
constexpr uint32_t kShmCommands[] = {kShmLockCommand, kShmUnlockCommand};
constexpr uint32_t kMemlockOnly[] = {kMemlock};

constexpr ArgumentTest kAnything = {};
constexpr ArgumentTest kWithMapLocked = {3, kMapLocked, kLockedFlag};
constexpr ArgumentTest kAdvises = {2, ~0U, kAdvice};
constexpr ArgumentTest kAdvisesOthers = {3, ~0U, kAdvice};
constexpr ArgumentTest kLocksShm = {1, ~kIpc64, kShmCommands};
constexpr ArgumentTest kSetsLimit = {0, ~0U, kMemlockOnly};
constexpr ArgumentTest kSetsLimitOf = {1, ~0U, kMemlockOnly};

/// A row of the kernel's tables of numbers, in the order of `kMeanings`.
constexpr size_t kCalls = 11;
constexpr std::array<ArgumentTest, kCalls> kTests = {
    kAnything, kAnything,      kAnything, kAnything,  kAnything,   kWithMapLocked,
    kAdvises,  kAdvisesOthers, kLocksShm, kSetsLimit, kSetsLimitOf};
constexpr std::array<LockCallKind, kCalls> kMeanings = {
    LockCallKind::kMlock,      LockCallKind::kMunlock,        LockCallKind::kMlockall,
    LockCallKind::kMunlockall, LockCallKind::kMlock2,         LockCallKind::kMmap,
    LockCallKind::kMadvise,    LockCallKind::kProcessMadvise, LockCallKind::kShmLock,
    LockCallKind::kLimit,      LockCallKind::kLimit};

constexpr std::array<WatchedCall, kCalls> table(uint32_t architecture,
                                                const std::array<uint32_t, kCalls>& numbers) {
  std::array<WatchedCall, kCalls> rows = {};
  for (size_t i = 0; i < kCalls; ++i) rows[i] = {architecture, numbers[i], kTests[i]};
  return rows;
}

constexpr auto kX86Wide =
    table(kArchitectureX86Wide, {149, 150, 151, 152, 325, 9, 28, 440, 31, 160, 302});
constexpr auto kX86 =
    table(kArchitectureX86, {150, 151, 152, 153, 376, 192, 219, 440, 395, 75, 340});
constexpr auto kArm64 =
    table(kArchitectureArm64, {228, 229, 230, 231, 284, 222, 233, 440, 195, 164, 261});

bool fits(const ArgumentTest& test, const SystemCall& call) {
  if (test.values.empty()) return true;
  const auto argument = static_cast<uint32_t>(call.arguments[test.index]) & test.mask;
  return std::ranges::find(test.values, argument) != test.values.end();
}

LockCall understand(LockCallKind kind, const ArgumentTest& test, const SystemCall& call) {
  const auto& a = call.arguments;
  switch (kind) {
    case LockCallKind::kMlockall:
      return {kind, 0, 0, a[0]};
    case LockCallKind::kMunlockall:
      return {kind};
    case LockCallKind::kMmap:
      return {kind, a[0], a[1], a[3]};
    case LockCallKind::kShmLock: {
      const bool is_lock = (a[1] & test.mask) == kShmLockCommand;
      return {is_lock ? LockCallKind::kShmLock : LockCallKind::kShmUnlock, 0, 0, a[0]};
    }
    case LockCallKind::kProcessMadvise:
      return {kind, 0, 0, a[3]};
    case LockCallKind::kLimit:
      return {kind};
    default:
      return {kind, a[0], a[1], kind == LockCallKind::kMlock ? 0 : a[2]};
  }
}

struct Bit {
  uint64_t value;
  const char* name;
};

/// "CURRENT|FUTURE"; bits without a name as a number.
std::string bit_names(uint64_t flags, std::span<const Bit> bits) {
  std::string names;
  const auto append = [&](const std::string& name) { names += (names.empty() ? "" : "|") + name; };
  for (const Bit& bit : bits) {
    if ((flags & bit.value) == 0) continue;
    append(bit.name);
    flags &= ~bit.value;
  }
  if (flags != 0) append(std::to_string(flags));
  return names.empty() ? "0" : names;
}

std::string advice_name(uint64_t advice) {
  constexpr Bit kNames[] = {{1, "RANDOM"},          {3, "WILLNEED"},       {20, "COLD"},
                            {21, "PAGEOUT"},        {22, "POPULATE_READ"}, {23, "POPULATE_WRITE"},
                            {24, "DONTNEED_LOCKED"}};
  for (const Bit& name : kNames) {
    if (name.value == advice) return name.name;
  }
  return std::to_string(advice);
}

}  // namespace

std::span<const WatchedCall> watched_calls(uint32_t architecture) {
  switch (architecture) {
    case kArchitectureX86Wide:
      return kX86Wide;
    case kArchitectureX86:
      return kX86;
    case kArchitectureArm64:
      return kArm64;
    default:
      return {};
  }
}

std::optional<LockCall> decode_lock_call(const SystemCall& call) {
  const auto rows = watched_calls(call.architecture);
  uint64_t number = call.number;
  if (call.architecture == kArchitectureX86Wide) number &= ~uint64_t{kX32Bit};
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].number != number || !fits(rows[i].test, call)) continue;
    // prlimit64 that only asks
    constexpr size_t kNewLimit = 2;
    if (rows[i].test.index == 1 && kMeanings[i] == LockCallKind::kLimit &&
        call.arguments[kNewLimit] == 0) {
      return std::nullopt;
    }
    return understand(kMeanings[i], rows[i].test, call);
  }
  return std::nullopt;
}

LockEffect effect_of(LockCallKind kind) {
  switch (kind) {
    case LockCallKind::kMlock:
    case LockCallKind::kMlock2:
    case LockCallKind::kMlockall:
    case LockCallKind::kMmap:
    case LockCallKind::kShmLock:
      return LockEffect::kLocks;
    case LockCallKind::kMunlock:
    case LockCallKind::kMunlockall:
    case LockCallKind::kShmUnlock:
      return LockEffect::kUnlocks;
    case LockCallKind::kLimit:
      return LockEffect::kLimits;
    case LockCallKind::kMadvise:
    case LockCallKind::kProcessMadvise:
      break;
  }
  return LockEffect::kAdvises;
}

std::string_view name_of(LockCallKind kind) {
  switch (kind) {
    case LockCallKind::kMlock:
      return "mlock";
    case LockCallKind::kMlock2:
      return "mlock2";
    case LockCallKind::kMlockall:
      return "mlockall";
    case LockCallKind::kMunlock:
      return "munlock";
    case LockCallKind::kMunlockall:
      return "munlockall";
    case LockCallKind::kMmap:
      return "mmap";
    case LockCallKind::kShmLock:
    case LockCallKind::kShmUnlock:
      return "shmctl";
    case LockCallKind::kMadvise:
      return "madvise";
    case LockCallKind::kProcessMadvise:
      return "process_madvise";
    case LockCallKind::kLimit:
      return "setrlimit";
  }
  return "?";
}

std::string call_words(const LockCall& call) {
  constexpr Bit kAllBits[] = {{1, "CURRENT"}, {2, "FUTURE"}, {4, "ONFAULT"}};
  constexpr Bit kSomeBits[] = {{1, "ONFAULT"}};
  std::string name(name_of(call.kind));
  switch (call.kind) {
    case LockCallKind::kMlock2:
      return name + "(" + bit_names(call.flags, kSomeBits) + ")";
    case LockCallKind::kMlockall:
      return name + "(" + bit_names(call.flags, kAllBits) + ")";
    case LockCallKind::kMmap:
      return name + "(MAP_LOCKED)";
    case LockCallKind::kShmLock:
      return name + "(SHM_LOCK)";
    case LockCallKind::kShmUnlock:
      return name + "(SHM_UNLOCK)";
    case LockCallKind::kMadvise:
    case LockCallKind::kProcessMadvise:
      return name + "(" + advice_name(call.flags) + ")";
    case LockCallKind::kLimit:
      return name + "(MEMLOCK)";
    default:
      return name;
  }
}

}  // namespace holdfast
