// SPDX-License-Identifier: MIT
// Judges what came of asking for real-time priority, and the limits that real-time threads live
// under.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/finding.h"

namespace holdfast {

/// What was tried in a process of its own, and read.
struct ScheduleTrials {
  int wanted_priority = 0;
  Trial realtime;            ///< SCHED_FIFO at wanted_priority.
  int granted_priority = 0;  ///< What it ran at then, as read back; 0: not real-time.
  Trial nice;                ///< A nice value of -11.
  int priority_limit = 0;    ///< RLIMIT_RTPRIO.
  bool is_privileged = false;
  /// A socket of the system bus answered: RTKit may be behind it. Nothing: not tried.
  std::optional<bool> is_bus_reachable;
  std::optional<int64_t> time_limit_us;  ///< RLIMIT_RTTIME; -1: none.
  std::optional<int64_t> runtime_us;     ///< kernel.sched_rt_runtime_us; -1: all of the time.
  std::optional<int64_t> period_us;      ///< kernel.sched_rt_period_us.
};

/// Findings of the group "schedule".
std::vector<Finding> check_schedule(const ScheduleTrials& trials);

}  // namespace holdfast
