// SPDX-License-Identifier: MIT
// Which thread of a process is the audio thread: the one that was asked for, else the real-time
// thread with the highest priority, else the main thread. The reason is part of the answer.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "core/proc_stat.h"

namespace holdfast {

/// A thread and why it.
struct ThreadChoice {
  TaskStat thread;
  std::string reason;  ///< "the only real-time thread", for the user.
};

/// The real-time threads, in the order in which the kernel would run them: SCHED_DEADLINE first,
/// then by falling priority; equals in the order of `threads`.
std::vector<TaskStat> realtime_threads(const std::vector<TaskStat>& threads);

/// `wanted` is a thread id, a thread's name, or empty for "find it". `process_id` names the main
/// thread. Errors: kUsage when no thread, or more than one, fits; kUnavailable when there is none.
Result<ThreadChoice> choose_thread(const std::vector<TaskStat>& threads, int process_id,
                                   const std::string& wanted);

}  // namespace holdfast
