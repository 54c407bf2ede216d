// SPDX-License-Identifier: MIT
// Real-time scheduling for one thread of this process: asked for, read back, and explained when
// refused.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"

namespace holdfast::act {

/// How a thread is scheduled, as the kernel says, and what was missing for more.
struct SchedulingGrant {
  int policy = 0;    ///< SCHED_FIFO, SCHED_RR, SCHED_OTHER ...; without SCHED_RESET_ON_FORK.
  int priority = 0;  ///< 1..99 for the real-time policies, else 0.
  std::optional<Unavailable> refused;  ///< Set when less was granted than was asked for.

  [[nodiscard]] bool is_realtime() const;
};

/// How `thread` (a kernel thread id; 0 is the caller) is scheduled now.
SchedulingGrant read_scheduling(pid_t thread);

/// Asks for SCHED_FIFO at `priority` (clamped to 1..99) for `thread`; when that is above
/// RLIMIT_RTPRIO, for what the limit allows. Threads and processes started by it later do not
/// inherit the policy. Any thread; not RT safe.
SchedulingGrant make_realtime(pid_t thread, int priority);

/// Makes the calling thread an ordinary one again (SCHED_OTHER), which nobody is refused.
void make_ordinary();

/// "SCHED_FIFO 70", "SCHED_OTHER".
std::string to_text(const SchedulingGrant& grant);

}  // namespace holdfast::act
