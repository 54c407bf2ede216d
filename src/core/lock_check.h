// SPDX-License-Identifier: MIT
// Judges what came of trying to lock memory. The kernel's words mislead: ENOMEM reads as "out of
// RAM" and EAGAIN as "try again", and both mean that RLIMIT_MEMLOCK is too small.
#pragma once

#include <cstdint>
#include <vector>

#include "core/finding.h"

namespace holdfast {

/// What was tried in processes of their own, and the limit that held there.
struct LockTrials {
  int64_t limit_bytes = 0;     ///< RLIMIT_MEMLOCK, raised as far as the user may.
  bool is_unlimited = false;   ///< By limit or by CAP_IPC_LOCK.
  bool is_privileged = false;  ///< root: more than a limit is in the way when it is refused.
  Trial page;                  ///< mlock of one page.
  Trial working_set;           ///< mlock of all that an audio thread of ours touches.
  Trial code;                  ///< mlock of the program's own code.
  Trial everything;            ///< mlockall(MCL_CURRENT | MCL_ONFAULT); bytes: VmSize.
  Trial new_thread;            ///< A thread with the default stack after MCL_FUTURE.
};

/// Findings of the group "lock".
std::vector<Finding> check_lock(const LockTrials& trials);

}  // namespace holdfast
