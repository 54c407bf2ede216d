// SPDX-License-Identifier: MIT
#include "core/thread_choice.h"

#include <algorithm>
#include <iterator>

#include "core/kernel_text.h"

namespace holdfast {
namespace {

/// Larger runs first. SCHED_DEADLINE has rt_priority 0 and yet precedes everything.
int rank_of(const TaskStat& thread) {
  return thread.policy == SchedulingPolicy::kDeadline ? 100 : thread.rt_priority;
}

std::string list_of(const std::vector<TaskStat>& threads) {
  std::string list;
  for (const TaskStat& thread : threads) {
    list += (list.empty() ? "" : ", ") + std::to_string(thread.id) + " " + thread.name;
  }
  return list;
}

Result<ThreadChoice> choose_named(const std::vector<TaskStat>& threads, const std::string& wanted) {
  const auto id = parse_number<int>(wanted);
  std::vector<TaskStat> fitting;
  std::copy_if(threads.begin(), threads.end(), std::back_inserter(fitting),
               [&](const TaskStat& thread) { return thread.name == wanted || thread.id == id; });
  if (fitting.size() == 1) return ThreadChoice{fitting[0], "as asked"};
  if (fitting.empty()) {
    return usage_error("no thread '" + wanted + "'; there are: " + list_of(threads));
  }
  return usage_error("several threads are called '" + wanted +
                     "'; give an id: " + list_of(fitting));
}

std::string reason_for(const std::vector<TaskStat>& realtime) {
  const auto equals = std::count_if(realtime.begin(), realtime.end(), [&](const TaskStat& thread) {
    return rank_of(thread) == rank_of(realtime[0]);
  });
  if (realtime.size() == 1) return "the only real-time thread";
  const std::string among = " of " + std::to_string(realtime.size()) + " real-time threads";
  if (equals == 1) return "highest priority" + among;
  return "first of " + std::to_string(equals) + " with the highest priority," + among +
         "; --thread chooses another";
}

}  // namespace

std::vector<TaskStat> realtime_threads(const std::vector<TaskStat>& threads) {
  std::vector<TaskStat> realtime;
  std::copy_if(threads.begin(), threads.end(), std::back_inserter(realtime),
               [](const TaskStat& thread) { return thread.is_realtime(); });
  std::stable_sort(realtime.begin(), realtime.end(),
                   [](const TaskStat& a, const TaskStat& b) { return rank_of(a) > rank_of(b); });
  return realtime;
}

Result<ThreadChoice> choose_thread(const std::vector<TaskStat>& threads, int process_id,
                                   const std::string& wanted) {
  if (!wanted.empty()) return choose_named(threads, wanted);
  const std::vector<TaskStat> realtime = realtime_threads(threads);
  if (!realtime.empty()) return ThreadChoice{realtime[0], reason_for(realtime)};
  for (const TaskStat& thread : threads) {
    if (thread.id == process_id) {
      return ThreadChoice{thread, "the main thread, since no thread is real-time"};
    }
  }
  return unavailable("the process has no threads left");
}

}  // namespace holdfast
