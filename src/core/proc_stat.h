// SPDX-License-Identifier: MIT
// /proc/PID/task/TID/stat: what a thread is called, how it is scheduled, and which faults it took.
// Any user may read it for any process; only addresses in it are hidden.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace holdfast {

/// How the kernel picks the thread, numbered as in <linux/sched.h>.
enum class SchedulingPolicy : uint32_t {
  kOther = 0,
  kFifo = 1,
  kRoundRobin = 2,
  kBatch = 3,
  kIdle = 5,
  kDeadline = 6,
  kExtensible = 7,
};

/// The fields of a stat line that this project uses; numbers as in proc(5).
struct TaskStat {
  int id = 0;                ///< 1: thread id, or process id for /proc/PID/stat.
  std::string name;          ///< 2: up to 15 bytes, any of them, parentheses and spaces included.
  char state = '?';          ///< 3: R, S, D, Z, T ...
  int64_t minor_faults = 0;  ///< 10
  int64_t major_faults = 0;  ///< 12
  int64_t user_ticks = 0;    ///< 14: in units of sysconf(_SC_CLK_TCK).
  int64_t system_ticks = 0;  ///< 15
  int rt_priority = 0;       ///< 40: 1..99, or 0 for a thread that is not real-time.
  SchedulingPolicy policy = SchedulingPolicy::kOther;  ///< 41: without SCHED_RESET_ON_FORK.

  /// SCHED_FIFO, SCHED_RR or SCHED_DEADLINE.
  [[nodiscard]] bool is_realtime() const;
};

/// One stat line. Errors: kBadData.
Result<TaskStat> parse_proc_stat(std::string_view line);

/// "SCHED_FIFO"; "policy 9" for one that is not known here.
std::string to_text(SchedulingPolicy policy);

}  // namespace holdfast
