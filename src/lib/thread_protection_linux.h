// SPDX-License-Identifier: MIT
// Locks what the calling thread needs: finds out what there is and how much may be locked, and
// carries out the plan of core/protection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/memory_range.h"
#include "base/quantity.h"
#include "base/result.h"
#include "core/protection.h"

namespace holdfast::lib {

/// What the caller wants beside its stack.
struct ThreadWish {
  size_t stack_bytes = size_t{256} * 1024;  ///< Below `here`.
  uintptr_t here = 0;                       ///< An address in the caller's frame.
  size_t leave_bytes = 0;
  bool raises_limit = false;
  ProtectionWish memory;  ///< Without the thread's own, which is found here.
};

/// What was reached.
struct ThreadProtection {
  Protection protection;
  bool has_stack = false;     ///< False: the caller runs on a stack that is not its thread's own.
  std::string unseen;         ///< Why program and libraries could not be found; "": they were.
  size_t stack_bytes = 0;     ///< So far below `here` the stack exists.
  int64_t limit_bytes = -1;   ///< -1: none applies.
  int64_t process_bytes = 0;  ///< Locked by the process, whoever locked it.
  Nanos took;

  /// -1: no limit.
  [[nodiscard]] int64_t left_bytes() const;
  /// What is not locked, why, and what to do; "" when all is.
  [[nodiscard]] std::string missing_text() const;
};

/// Locks. Errors: kUnavailable on a thread with too little stack. Without /proc it locks what the
/// caller knows.
Result<ThreadProtection> protect_own_thread(ThreadWish wish);

/// Unlocks the stack of the calling thread. Errors: as above.
Result<> unlock_own_stack();

/// Locks one range. Errors: kUnavailable with what the limit is.
Result<> lock_one_range(const MemoryRange& range);

/// Unlocks one range. Errors: kUnavailable when part of it is not mapped.
Result<> unlock_one_range(const MemoryRange& range);

}  // namespace holdfast::lib
