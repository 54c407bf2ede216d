// SPDX-License-Identifier: MIT
// /proc/PID/task/TID/schedstat: three numbers, the cheapest that the kernel tells about a thread,
// and to any user. Kernels built without CONFIG_SCHED_INFO have no such file, or three zeros in it.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace holdfast {

/// What the scheduler has given one thread since it began.
struct ThreadSchedule {
  int64_t cpu_ns = 0;        ///< Time on a processor; up to a tick behind while it runs.
  int64_t run_delay_ns = 0;  ///< Time runnable but not running; a wait counts once it is over.
  int64_t slices = 0;        ///< How often it was put on a processor.
};

/// One schedstat line. Errors: kBadData.
Result<ThreadSchedule> parse_proc_schedstat(std::string_view line);

}  // namespace holdfast
