// SPDX-License-Identifier: MIT
#include "lib/thread_protection_linux.h"

#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "act/lock.h"
#include "act/lock_budget.h"
#include "act/own_ranges.h"
#include "lib/choice_linux.h"
#include "lib/own_thread_linux.h"
#include "probe/clock_linux.h"
#include "probe/page_cache_linux.h"

namespace holdfast::lib {
namespace {

constexpr size_t kFunctionBytes = 1024;
constexpr const char* kHowToRaise =
    "to raise it, put '@audio - memlock unlimited' into /etc/security/limits.d/audio.conf, join "
    "the "
    "group with 'sudo usermod -aG audio $USER', and log in again";

std::string kibibytes(int64_t bytes) {
  return std::to_string((bytes + 1023) / 1024) + " KiB";
}

class KernelLocker : public PageLocker {
 public:
  int lock(uintptr_t begin, size_t size_bytes) override {
    return mlock(reinterpret_cast<const void*>(begin), size_bytes) == 0 ? 0 : errno;
  }
};

/// The file of this library, where it is one of its own; "" where it is part of the program.
std::string own_file(const std::vector<Region>& regions) {
  const uintptr_t inside = act::own_realtime_text().begin;
  for (const Region& region : regions) {
    const bool is_own =
        region.kind == RegionKind::kLibraryText &&
        std::any_of(region.parts.begin(), region.parts.end(),
                    [inside](const Mapping& part) { return part.contains(inside); });
    if (is_own) return region.name.substr(0, region.name.rfind(' '));
  }
  return "";
}

/// What this library runs on the audio thread: its marked code, three functions of libc, and, where
/// it is a library of its own, its constants and data.
std::vector<MemoryRange> own_memory(const std::vector<Region>& regions, const std::string& file) {
  std::vector<MemoryRange> ranges = {
      act::own_realtime_text(),
      act::function_range(reinterpret_cast<const void*>(&clock_gettime), kFunctionBytes,
                          "clock_gettime"),
      act::function_range(reinterpret_cast<const void*>(&memcpy), kFunctionBytes, "memcpy"),
      act::function_range(reinterpret_cast<const void*>(&memset), kFunctionBytes, "memset")};
  if (file.empty()) return ranges;
  for (const Region& region : regions) {
    if (region.name != file + " constants" && region.name != file + " data") continue;
    for (const Mapping& part : region.parts) {
      ranges.push_back({part.begin, part.size_bytes(), "libholdfast"});
    }
  }
  return ranges;
}

/// The rest of its code is for other threads: 600 KiB less to lock.
void leave_out_rest(std::vector<Region>& regions, const std::string& file) {
  std::erase_if(regions, [&file](const Region& region) {
    return !file.empty() && region.name == file + " text";
  });
}

int64_t locked_by_process(int64_t otherwise) {
  const auto locked = act::read_own_locked_bytes();
  return locked ? *locked : otherwise;
}

LockAllowance room_under(const act::LockBudget& budget, size_t leave_bytes,
                         std::vector<MemoryRange> already) {
  LockAllowance room;
  room.already = std::move(already);
  room.refusal = budget.soft_bytes == 0 ? EPERM : ENOMEM;
  if (budget.is_unlimited) {
    room.bytes = SIZE_MAX;
    return room;
  }
  const int64_t left = budget.soft_bytes - locked_by_process(0);
  const auto leave = static_cast<int64_t>(std::min<size_t>(leave_bytes, INT64_MAX));
  room.bytes = left > leave ? static_cast<size_t>(left - leave) : 0;
  return room;
}

const char* reason_of(int refusal) {
  switch (refusal) {
    case ENOMEM:
    case EPERM:
      return "over the lock limit (RLIMIT_MEMLOCK)";
    default:
      return strerror(refusal);
  }
}

}  // namespace

int64_t ThreadProtection::left_bytes() const {
  return limit_bytes < 0 ? -1 : std::max<int64_t>(0, limit_bytes - process_bytes);
}

std::string ThreadProtection::missing_text() const {
  if (!has_stack) {
    return "the stack is not locked: the caller does not run on the stack that its thread began "
           "with; give its range";
  }
  if (!unseen.empty()) {
    return "program and libraries are not locked: /proc does not show them (" + unseen + ")";
  }
  if (protection.refused_bytes == 0) return "";
  int refusal = 0;
  for (const ProtectedTotal& total : protection.kinds) {
    if (refusal == 0) refusal = total.refusal;
  }
  std::string text =
      kibibytes(static_cast<int64_t>(protection.refused_bytes)) + " of " +
      kibibytes(static_cast<int64_t>(protection.refused_bytes + protection.locked_bytes)) +
      " are not locked, the first of it " + protection.first_refused + ": " + reason_of(refusal);
  if (limit_bytes < 0) return text;
  return text + "; the limit is " + kibibytes(limit_bytes) + ", " + kibibytes(process_bytes) +
         " are locked; " + kHowToRaise;
}

Result<ThreadProtection> protect_own_thread(ThreadWish wish) {
  const Nanos begin = probe::monotonic_now();  // also brings the clock's own page in
  const act::LockBudget budget =
      wish.raises_limit ? act::raise_lock_budget() : act::read_lock_budget();
  ThreadProtection reached;
  StackUse stack;
  if (const auto range = own_stack()) stack = prepare_stack(*range, wish.here, wish.stack_bytes);
  HF_TRY(expect_stack_room());
  probe::WatchTarget target;
  if (auto found = find_target(0)) {
    target = std::move(*found);
  } else {
    reached.unseen = found.error().what;
  }
  wish.memory.stack_in_use = stack.in_use;
  wish.memory.stack_headroom = stack.headroom;
  wish.memory.thread_local_storage = own_thread_local_storage(target.regions);
  const std::string file = own_file(target.regions);
  wish.memory.own = own_memory(target.regions, file);
  leave_out_rest(target.regions, file);
  const auto plan = plan_protection(target.regions, wish.memory, probe::page_bytes());
  const LockAllowance room =
      room_under(budget, wish.leave_bytes, target.locked.value_or(std::vector<MemoryRange>()));
  KernelLocker locker;
  reached.protection = protect(plan, room, probe::page_bytes(), locker);
  reached.has_stack = stack.in_use.size_bytes > 0;
  reached.stack_bytes = stack.below_bytes;
  reached.limit_bytes = budget.is_unlimited ? -1 : budget.soft_bytes;
  reached.process_bytes = locked_by_process(0);
  reached.took = probe::monotonic_now() - begin;
  return reached;
}

Result<> unlock_own_stack() {
  const std::optional<MemoryRange> whole = own_stack();
  if (whole && act::unlock_range(*whole) == 0) return Done{};
  // The main thread's: what it has not grown to yet is not mapped, and would stop munlock().
  HF_TRY_ASSIGN(const probe::WatchTarget target, find_target(0));
  for (const Region& region : target.regions) {
    if (region.kind != RegionKind::kStack) continue;
    for (const Mapping& part : region.parts) {
      const int failure = act::unlock_range({part.begin, part.size_bytes(), "stack"});
      if (failure != 0) return system_error("cannot unlock the stack", failure);
    }
  }
  return Done{};
}

Result<> lock_one_range(const MemoryRange& range) {
  const act::LockOutcome outcome = act::lock_ranges({&range, 1});
  if (outcome.refused.empty()) return Done{};
  const int refusal = outcome.refused.front().system_errno;
  const act::LockBudget budget = act::read_lock_budget();
  std::string text = kibibytes(static_cast<int64_t>(outcome.refused.front().range.size_bytes)) +
                     " cannot be locked: " + strerror(refusal);
  if (!budget.is_unlimited) {
    text += "; the lock limit is " + kibibytes(budget.soft_bytes) + ", " +
            kibibytes(locked_by_process(0)) + " are locked; " + kHowToRaise;
  }
  return Error{ErrorKind::kUnavailable, refusal, text};
}

Result<> unlock_one_range(const MemoryRange& range) {
  const int failure = act::unlock_range(range);
  if (failure == 0) return Done{};
  return Error{ErrorKind::kUnavailable, failure,
               std::string("cannot be unlocked: ") + strerror(failure)};
}

}  // namespace holdfast::lib
