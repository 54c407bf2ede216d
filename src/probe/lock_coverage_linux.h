// SPDX-License-Identifier: MIT
// Looks at one thread's memory now: what of it is in use, and what is locked.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "core/lock_coverage.h"

namespace holdfast::probe {

/// Reads smaps and pagemap of the process, if it has locked anything: some milliseconds, during
/// which its mmap() has to wait. What could not be found out is added to `missing`. Errors:
/// kUnavailable when the thread is gone, or not ours to look at.
Result<ThreadCoverage> read_lock_coverage(pid_t pid, pid_t thread, CoverageMoment moment,
                                          std::vector<Unavailable>& missing);

}  // namespace holdfast::probe
