// SPDX-License-Identifier: MIT
// Which memory of this process a caller means.
#pragma once

#include <holdfast/holdfast.h>

#include <vector>

#include "base/result.h"
#include "core/regions.h"
#include "probe/watch_target_linux.h"

namespace holdfast::lib {

/// Reading /proc takes 24 KiB of stack (measured); small threads are told, rather than crash.
/// Errors: kUnavailable.
Result<> expect_stack_room();

/// The process as `thread` sees it; 0: the calling thread, which knows its own stack. Errors:
/// kUsage when there is no such thread, kUnavailable on a thread with too little stack.
Result<probe::WatchTarget> find_target(int thread);

/// The regions that `request` names. Errors: kUsage.
Result<std::vector<Region>> choose(const hf_evict_request& request,
                                   const probe::WatchTarget& target);

}  // namespace holdfast::lib
