// SPDX-License-Identifier: MIT
// Locking address ranges into RAM, and saying which ranges the kernel refused. Only what exists now
// is ever locked: MCL_FUTURE is never used, because with a finite limit it turns later stack growth
// into SIGSEGV and thread creation into EAGAIN (measured).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/memory_range.h"

namespace holdfast::act {

/// A range that could not be locked, rounded to pages, with the errno of mlock: ENOMEM is "over
/// RLIMIT_MEMLOCK" or "a hole in the range", EPERM is "limit 0", EAGAIN "could not be read in".
struct LockRefusal {
  MemoryRange range;
  int system_errno = 0;
};

/// What became of a list of ranges.
struct LockOutcome {
  size_t locked_bytes = 0;  ///< Whole pages; a page in two ranges counts once.
  std::vector<LockRefusal> refused;
};

/// `range` widened to whole pages; empty stays empty.
MemoryRange whole_pages(const MemoryRange& range);

/// Locks each range, faulting its pages in, in the given order: put the most important first, since
/// a small RLIMIT_MEMLOCK runs out. A refusal does not stop the rest. Any thread; not RT safe.
LockOutcome lock_ranges(std::span<const MemoryRange> ranges);

/// Unlocks the whole pages that hold `range`: 0 or an errno. Locks do not nest. Any thread.
int unlock_range(const MemoryRange& range);

/// Locks everything that is mapped now (MCL_CURRENT), as most audio programs do. `locked_bytes` is
/// then what counts against the limit (VmLck). Refused as one range: ENOMEM when all that is
/// mapped, touched or not, is over the limit. Any thread; not RT safe.
LockOutcome lock_everything();

}  // namespace holdfast::act
